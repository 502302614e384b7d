package web

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"

	"slipway.dev/internal/core/manifest"
)

// environment is a place, and the one that releases come from.
type environment struct{ Name, After string }

// environments gives them in the order in which releases go through them.
func (h *handler) environments(v visit) ([]environment, error) {
	declared, err := h.Control.Resources(v.ctx, manifest.KindEnvironment)
	if err != nil {
		return nil, err
	}
	var all []environment
	for _, r := range declared {
		var spec struct{ After string }
		if err := json.Unmarshal(r.Spec, &spec); err != nil {
			return nil, fmt.Errorf("environment %s: %w", r.Name, err)
		}
		all = append(all, environment{r.Name, spec.After})
	}
	return inOrder(all), nil
}

// inOrder sorts environments by how far they are from where releases begin, those behind one
// that is not there last.
func inOrder(all []environment) []environment {
	depth := func(e environment) int {
		for n := range len(all) + 1 {
			if e.After == "" {
				return n
			}
			i := slices.IndexFunc(all, func(o environment) bool { return o.Name == e.After })
			if i < 0 {
				break
			}
			e = all[i]
		}
		return len(all) + 1
	}
	slices.SortFunc(all, func(a, b environment) int {
		return cmp.Or(cmp.Compare(depth(a), depth(b)), cmp.Compare(a.Name, b.Name))
	})
	return all
}
