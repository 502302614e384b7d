package workflow

import (
	"slices"
	"strings"
)

// extend gives each task the extensions that apply to it. The tasks of extensions are extended
// by none, or they would never end.
func (b *builder) extend() {
	for pointer, t := range b.def.Tasks {
		if strings.HasPrefix(pointer, "/use/extensions/") {
			continue
		}
		for _, e := range b.extensions {
			if applies(e.Extend, t.Kind) {
				t.Before = append(t.Before, e)
			}
		}
	}
}

// applies says whether an extension is meant for a kind. Composite are the tasks that have
// others without deciding anything.
func applies(extend string, kind Kind) bool {
	switch extend {
	case "all":
		return true
	case "composite":
		return slices.Contains([]Kind{Do, Fork}, kind)
	default:
		return Kind(extend) == kind
	}
}
