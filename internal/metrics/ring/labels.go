package ring

import (
	"maps"
	"slices"
	"strings"

	"slipway.dev/internal/metrics"
)

// family says how labels are dropped.
type family byte

const (
	other family = 'o' // of apps
	ours  family = 's'
	flows family = 'f'
)

func familyOf(name string) family {
	if strings.HasPrefix(name, "slipway_flow_") {
		return flows
	}
	if strings.HasPrefix(name, "slipway_") {
		return ours
	}
	return other
}

// maxKey is how long the labels of a series may be, in bytes.
const maxKey = 4096

// appendKey writes labels, but those that are dropped or empty, as one string that nothing
// else has.
func appendKey(b []byte, f family, labels map[string]string, dropped ...string) []byte {
	b = append(b, byte(f))
	var room [12]string
	names := room[:0]
	for name, value := range labels {
		if value != "" && !slices.Contains(dropped, name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		b = appendText(appendText(b, name), labels[name])
	}
	return b
}

// without gives labels but those that are dropped or empty.
func without(labels map[string]string, dropped ...string) map[string]string {
	out := maps.Clone(labels)
	maps.DeleteFunc(out, func(name, value string) bool { return value == "" || slices.Contains(dropped, name) })
	return out
}

// group is the labels that some series have in common, with its number.
type group struct {
	id     uint32
	family family
	labels map[string]string
}

// matches says whether a group has the labels that a query wants.
func (g *group) matches(q metrics.Query) bool {
	for name, value := range q.Match {
		if name != "le" && g.labels[name] != value {
			return false
		}
	}
	return true
}
