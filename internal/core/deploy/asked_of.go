package deploy

// What gates, and who promotes, ask of another lane.

// Health says whether what serves here does so with all its instances, and how it does.
func (s State) Health() (healthy bool, text string) {
	if s.Current == nil {
		return false, "nothing runs"
	}
	return len(s.Current.healthy()) >= s.Current.replicas(), s.health(s.Current)
}

// Seen says whether a release, or one of a higher order, runs here, is under way, waits, was
// rolled back, or was here lately and ended in whatever way: then nobody sends it by itself.
func (s State) Seen(release string, order int64) bool {
	for _, j := range s.Rejected {
		if j.Order >= order {
			return true
		}
	}
	for _, p := range s.Queue {
		if p.Order >= order {
			return true
		}
	}
	for _, row := range s.History {
		if row.Release == release {
			return true
		}
	}
	return s.newer(order-1) != ""
}
