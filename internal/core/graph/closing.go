package graph

// Edge leads from one name to another.
type Edge struct{ From, To string }

// Closing gives edges without which there are no circles: those that lead back to where a
// walk from the first name on has come from, and is not done with. There may be fewer that
// would do.
func Closing(names []string, next func(string) []string) []Edge {
	const (
		under = 1
		done  = 2
	)
	state := make(map[string]int, len(names))
	known := make(map[string]bool, len(names))
	for _, n := range names {
		known[n] = true
	}
	var out []Edge
	for _, root := range names {
		if state[root] != 0 {
			continue
		}
		state[root] = under
		for calls := []frame{{root, next(root)}}; len(calls) > 0; {
			f := &calls[len(calls)-1]
			if len(f.ways) == 0 {
				state[f.name] = done
				calls = calls[:len(calls)-1]
				continue
			}
			to := f.ways[0]
			f.ways = f.ways[1:]
			switch {
			case !known[to] || state[to] == done:
			case state[to] == under:
				out = append(out, Edge{f.name, to})
			default:
				state[to] = under
				calls = append(calls, frame{to, next(to)})
			}
		}
	}
	return out
}
