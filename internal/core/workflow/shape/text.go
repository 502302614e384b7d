package shape

import (
	"encoding/json"
	"strings"
	"unicode"
)

// longest is how long a text may be, in runes. A picture shows less of it; only BPMN and a
// reader's hint have this much.
const longest = 300

// plain makes a text one line that any picture can hold: no control characters and no
// direction overrides, which would show another text than there is.
func plain(s string) string {
	var b strings.Builder
	n, space := 0, false
	for _, r := range strings.ToValidUTF8(s, "\ufffd") {
		switch {
		case unicode.IsSpace(r):
			space = n > 0
			continue
		case unicode.Is(unicode.Cc, r) || unicode.Is(unicode.Bidi_Control, r):
			continue
		}
		if n == longest {
			b.WriteRune('…')
			break
		}
		if space {
			b.WriteByte(' ')
			n++
			space = false
		}
		b.WriteRune(r)
		n++
	}
	return b.String()
}

// show is a value of a definition as text, an expression without "${ }".
func show(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		s := strings.TrimSpace(v)
		if inner, ok := strings.CutPrefix(s, "${"); ok {
			if inner, ok = strings.CutSuffix(inner, "}"); ok {
				s = inner
			}
		}
		return plain(s)
	}
	text, err := json.Marshal(v)
	if err != nil {
		return ""
	}
	return plain(string(text))
}

// get follows keys into a value; nil where there is nothing.
func get(v any, keys ...string) any {
	for _, key := range keys {
		m, ok := v.(map[string]any)
		if !ok {
			return nil
		}
		v = m[key]
	}
	return v
}

func word(v any, keys ...string) string { return show(get(v, keys...)) }
