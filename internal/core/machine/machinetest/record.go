package machinetest

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"slipway.dev/internal/core/machine"
)

// record says what followed from an event, one fact a line.
func record[S any](sum machine.Summary, state S, before map[string]machine.Value, next machine.Next[S], after map[string]machine.Value) string {
	var out strings.Builder
	say := func(format string, args ...any) {
		out.WriteString(strings.TrimRight("  "+fmt.Sprintf(format, args...), " ") + "\n")
	}
	say("%s", summary(sum))
	for _, c := range changes(leaves(machine.Must(state)), leaves(machine.Must(next.State))) {
		say("state%s", c)
	}
	for _, e := range next.Effects {
		say("effect %s %s %s", e.Kind, e.Class, e.Input)
	}
	for _, m := range next.Messages {
		say("message %s %s %s", m.To, m.Type, m.Data)
	}
	for _, g := range next.Guards {
		say("guard %s %d", g.Machine, g.Step)
	}
	for _, id := range slices.Sorted(maps.Keys(before)) {
		if _, still := after[id]; !still {
			say("undesired %s", id)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(after)) {
		old, known := before[id]
		switch {
		case !known:
			say("desired %s %s", id, after[id])
		case string(old) != string(after[id]):
			for _, c := range changes(leaves(old), leaves(after[id])) {
				say("desired %s%s", id, c)
			}
		}
	}
	return out.String()
}

func summary(s machine.Summary) string {
	words := []string{"status", s.Status}
	if s.Title != "" {
		words = append(words, strconv.Quote(s.Title))
	}
	for _, k := range slices.Sorted(maps.Keys(s.Labels)) {
		words = append(words, k+"="+s.Labels[k])
	}
	if s.Done {
		words = append(words, "done")
	}
	for _, k := range s.Keeps {
		words = append(words, "keeps:"+k)
	}
	return strings.Join(words, " ")
}

// changes says how a differs from b, sorted by path.
func changes(a, b map[string]string) []string {
	var out []string
	for _, path := range slices.Sorted(maps.Keys(a)) {
		if _, still := b[path]; !still {
			out = append(out, path+" gone")
		}
	}
	for _, path := range slices.Sorted(maps.Keys(b)) {
		if b[path] != a[path] {
			out = append(out, path+" = "+b[path])
		}
	}
	return out
}

// leaves is the scalars of a JSON value by path: ".a.b[0]" -> `"text"`.
func leaves(v machine.Value) map[string]string {
	out := map[string]string{}
	var tree any
	d := json.NewDecoder(strings.NewReader(string(v)))
	d.UseNumber()
	if err := d.Decode(&tree); err == nil {
		collect(out, "", tree)
	}
	return out
}

func collect(out map[string]string, path string, v any) {
	switch v := v.(type) {
	case map[string]any:
		for k, child := range v {
			if strings.ContainsAny(k, ". []") {
				k = strconv.Quote(k)
			}
			collect(out, path+"."+k, child)
		}
	case []any:
		for i, child := range v {
			collect(out, fmt.Sprintf("%s[%d]", path, i), child)
		}
	case nil:
	default:
		out[path] = string(machine.Must(v))
	}
}
