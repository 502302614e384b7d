package workflow

import (
	"slices"
	"strings"
)

// extend gives each task the extensions that apply to it, one list for all of a kind. The
// tasks of extensions are extended by none, or they would never end.
func (b *builder) extend() {
	of := map[Kind][]Extension{}
	for _, kind := range Kinds() {
		for _, e := range b.extensions {
			if applies(e.Extend, kind) {
				of[kind] = append(of[kind], e)
			}
		}
	}
	for pointer, t := range b.def.Tasks {
		if !strings.HasPrefix(pointer, "/use/extensions/") {
			t.Before = of[t.Kind]
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
