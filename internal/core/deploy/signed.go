package deploy

import (
	"encoding/json"
	"slices"

	"slipway.dev/internal/core/machine"
)

// signed takes in the outcome of signing the decision by which a deployment began. That may
// be over already; the outcome is never refused.
func (w *work) signed(o machine.Outcome) error {
	var out Signed
	if o.Error == "" && (json.Unmarshal(o.Output, &out) != nil || out.VSA == "" || len(out.VSA) > maxDigest) {
		o.Error = "it gave no digest of a statement"
	}
	is := func(r Row) bool { return r.Deployment == out.Deployment }
	if o.Error != "" { // it does not say whose: the latest that has none
		is = func(r Row) bool { return r.Kind == KindDeploy && len(r.Phases) > 0 && r.VSA == "" && r.Unsigned == "" }
	}
	keep := func(r *Row) { r.VSA, r.Unsigned = out.VSA, cut(o.Error) }
	if a := w.Active; a != nil && is(a.Row) {
		keep(&a.Row)
		return nil
	}
	if i := slices.IndexFunc(w.History, is); i >= 0 {
		w.History = slices.Clone(w.History)
		keep(&w.History[i])
		w.report(w.History[i])
	}
	return nil
}
