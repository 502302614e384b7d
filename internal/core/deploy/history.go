package deploy

import "slices"

// record puts a finished deployment into the history.
func (w *work) record(row Row, outcome Phase, reason string) {
	row.Outcome, row.Reason, row.Finished = outcome, cut(reason), w.now
	w.report(row)
	row.Conditions, row.Fix, row.Judge = nil, "", row.Judge.short() // its record keeps them
	w.History = slices.Concat([]Row{row}, w.History)
	if len(w.History) > maxHistory {
		w.History = w.History[:maxHistory]
	}
}

// amend changes the outcome of a deployment that had been completed.
func (w *work) amend(deployment string, outcome Phase, reason string) {
	for i, row := range w.History {
		if row.Deployment == deployment {
			row.Outcome, row.Reason, row.Back = outcome, cut(reason), w.now
			w.History = slices.Clone(w.History)
			w.History[i] = row
			w.report(row)
			return
		}
	}
}

// rejected finds the entry that keeps a release or its commit out.
func (s *State) rejected(release, commit, digest string) *Rejected {
	for i, j := range s.Rejected {
		same := j.Release == release || commit != "" && j.Commit == commit
		if same && (j.Config == "" || j.Config == digest) {
			return &s.Rejected[i]
		}
	}
	return nil
}

// reject keeps a release that was rolled back from coming back by itself.
func (w *work) reject(r *Release, reason string) {
	j := Rejected{Release: r.Release, Commit: r.Commit, Order: r.Order, Reason: cut(reason), At: w.now}
	if w.Current != nil && w.Current.Release == r.Release {
		j.Config = r.Config
	}
	w.pardon(func(old Rejected) bool { return old.Release == j.Release && old.Config == j.Config })
	w.Rejected = slices.Concat([]Rejected{j}, w.Rejected)
	if len(w.Rejected) > maxRejected {
		w.Rejected = w.Rejected[:maxRejected]
	}
}

func (w *work) pardon(which func(Rejected) bool) {
	w.Rejected = slices.DeleteFunc(slices.Clone(w.Rejected), which)
	if len(w.Rejected) == 0 {
		w.Rejected = nil
	}
}
