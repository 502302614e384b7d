package draw

import (
	"slipway.dev/internal/core/workflow"
	"slipway.dev/internal/core/workflow/shape"
)

// icons are drawn in a square of 16 pixels, as the page's are.
var icons = map[string]string{
	"check":    "m3.5 8.5 3 3 6-7",
	"cross":    "m4 4 8 8m0-8-8 8",
	"dots":     "M3.5 8h.1M8 8h.1m4.3 0h.1",
	"pause":    "M6 4v8m4-8v8",
	"dash":     "M4 8h8",
	"question": "M5.5 6a2.500 2.500 0 1 1 3.700 2.200c-.8.45-1.200.9-1.200 1.600m0 2.500v.1",
	"globe":    "M8 2.5a5.5 5.500 0 1 0 0 11 5.500 5.500 0 1 0 0-11zM2.500 8h11M8 2.500c-4 3.500-4 7.500 0 11 4-3.500 4-7.500 0-11z",
	"gear":     "M8 5.500a2.500 2.500 0 1 0 0 5 2.500 2.500 0 1 0 0-5zM8 2v2m0 8v2M2 8h2m8 0h2M3.800 3.800l1.400 1.400m5.600 5.600 1.400 1.400m0-8.400-1.400 1.400m-5.600 5.600-1.400 1.400",
	"steps":    "M3 3.500h5v3.500H3zM8 9h5v3.500H8zM5.500 7v3.500H8",
	"send":     "M14 2.500 2.500 7l4.500 2 2 4.500zM7 9l3-3",
	"ear":      "M2.500 4h11v8.500h-11zm0 .5L8 9l5.500-4.500",
	"loop":     "M12.500 6A5 5 0 0 0 3.300 6.800M3.500 10a5 5 0 0 0 9.200-.8M12.800 3v3.200H9.600M3.200 13V9.800h3.200",
	"fork":     "M8 2.500v3.500M3.500 13.500V10c0-2.500 4.500-1.500 4.500-4 0 2.500 4.500 1.500 4.500 4v3.500",
	"flash":    "M9 2 4 9h3.500L7 14l5-7H8.500z",
	"screen":   "M2 3h12v10H2zm2.500 3L6.500 8l-2 2M8.500 10h3",
	"flow":     "M2.500 5.500h4v5h-4zm4 2.500h3m0-2.500h4v5h-4z",
	"pen":      "M3 13l.6-2.800L11 2.800l2.200 2.200-7.400 7.400z",
	"diamond":  "M8 2l6 6-6 6-6-6zM8 5.500v5M5.500 8h5",
	"shield":   "M8 2 3 4v4c0 3 2 5 5 6 3-1 5-3 5-6V4z",
	"clock":    "M8 2.500a5.500 5.500 0 1 0 0 11 5.500 5.500 0 1 0 0-11zM8 5v3.200l2.200 1.500",
	"person":   "M8 2.500a2.500 2.500 0 1 0 0 5 2.500 2.500 0 1 0 0-5zM3 13.500c.3-3 2.200-4.300 5-4.300s4.700 1.300 5 4.300",
	"net":      "M8 2v6m0 0-5 4m5-4 5 4M6.500 2h3M1.500 12h3m7 0h3",
	"box":      "M8 2 2.500 5v6L8 14l5.500-3V5zM2.500 5 8 8l5.500-3M8 8v6",
}

// face is the icon of a kind and its tone: colour marks what acts, what asks somebody, and
// what goes wrong; all else is quiet.
type face struct{ icon, tone string }

var faces = map[workflow.Kind]face{
	workflow.Call:   {"globe", "act"},
	workflow.Do:     {"steps", "soft"},
	workflow.Emit:   {"send", "act"},
	workflow.For:    {"loop", "soft"},
	workflow.Fork:   {"fork", "soft"},
	workflow.Listen: {"ear", "act"},
	workflow.Raise:  {"flash", "bad"},
	workflow.Run:    {"screen", "act"},
	workflow.Set:    {"pen", "soft"},
	workflow.Switch: {"diamond", "soft"},
	workflow.Try:    {"shield", "soft"},
	workflow.Wait:   {"clock", "soft"},
}

func faceOf(n *shape.Node) face {
	t := n.Task
	switch {
	case n.Kind == shape.Catch:
		return face{"flash", "bad"}
	case t == nil:
		return face{"dash", "soft"}
	case t.Call != nil && t.Call.Protocol == "function":
		if t.Call.Function == "approval" || t.Call.Function == "form" {
			return face{"person", "ask"}
		}
		return face{"gear", "act"}
	case t.Call != nil && t.Call.Protocol != "http" && t.Call.Protocol != "openapi":
		return face{"net", "act"}
	case t.Run != nil && t.Run.What == "container":
		return face{"box", "act"}
	case t.Run != nil && t.Run.What == "workflow":
		return face{"flow", "act"}
	}
	if f, ok := faces[t.Kind]; ok {
		return f
	}
	return face{"gear", "soft"}
}
