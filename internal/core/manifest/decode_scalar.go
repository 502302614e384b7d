package manifest

import (
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"
)

func (d *decoder) text(n node, f *field, at *trail) string {
	r, tag := f.rule, n.Tag
	switch {
	case n.Kind == yaml.ScalarNode && r.number && (tag == "!!int" || tag == "!!float"):
		return d.ruled(n, plainNumber(n), r, at)
	case n.Kind == yaml.ScalarNode && r.date && tag == "!!timestamp":
		return d.ruled(n, n.Value, r, at)
	case n.Kind != yaml.ScalarNode || tag != "!!str" && !(r.any && slices.Contains(scalarTags, tag)):
		d.say(n, at.String(), "%s is expected here, and not %s%s", orWords(r.what, f.words), describe(n), orQuote(n, r))
		return ""
	case len(f.words) > 0 && !slices.Contains(f.words, n.Value):
		if near := nearest(n.Value, f.words); near != "" {
			d.say(n, at.String(), "%q is not known here; did you mean `%s`?", short(n.Value), near)
		} else {
			d.say(n, at.String(), "%q is not known here; it may be %s", short(n.Value), quoted(f.words))
		}
		return ""
	}
	return d.ruled(n, n.Value, r, at)
}

// orQuote tells to put a scalar in quotes if it is text that YAML takes for something else.
func orQuote(n node, r *rule) string {
	if n.Kind != yaml.ScalarNode || isNothing(n) || !slices.Contains(scalarTags, n.Tag) || !r.fits(n.Value) {
		return ""
	}
	return "; if it is meant as text, put it in quotes"
}

// scalarTags are what YAML may take for a plain scalar, besides nothing.
var scalarTags = []string{"!!str", "!!int", "!!float", "!!bool", "!!timestamp"}

// ruled holds a text to the rule of its type.
func (d *decoder) ruled(n node, s string, r *rule, at *trail) string {
	if !r.fits(s) {
		d.say(n, at.String(), "%q is not %s", short(s), r.what)
		return ""
	}
	if s == "" && !r.any {
		d.say(n, at.String(), "%s is expected here, and not empty text", r.what)
		return ""
	}
	if r.max > 0 && len(s) > r.max {
		d.say(n, at.String(), "%q is longer than %d characters", short(s), r.max)
		return ""
	}
	if r.check != nil {
		if err := r.check(s); err != nil {
			d.say(n, at.String(), "%q cannot be used here: %v", short(s), err)
			return ""
		}
	}
	return s
}

func (d *decoder) integer(n node, f *field, at *trail) int64 {
	if n.Kind != yaml.ScalarNode || n.Tag != "!!int" {
		d.say(n, at.String(), "a whole number is expected here, and not %s", describe(n))
		return 0
	}
	i, err := strconv.ParseInt(n.Value, 10, 64)
	if err != nil || strconv.FormatInt(i, 10) != n.Value {
		d.say(n, at.String(), "%s is not a whole number that can be used here; write it in plain digits", short(n.Value))
		return 0
	}
	if i < int64(f.min) || i > int64(f.max) {
		d.say(n, at.String(), "%d is not from %d to %d", i, f.min, f.max)
		return 0
	}
	return i
}

func (d *decoder) boolean(n node, at *trail) bool {
	if n.Kind != yaml.ScalarNode || n.Tag != "!!bool" {
		d.say(n, at.String(), "true or false is expected here, and not %s", describe(n))
		return false
	}
	return strings.EqualFold(n.Value, "true")
}

// plainNumber writes a number without exponent. YAML reads a leading zero as octal; that is
// left as it is, for the rule to refuse.
func plainNumber(n node) string {
	f, err := strconv.ParseFloat(n.Value, 64)
	if err != nil || len(n.Value) > 1 && n.Value[0] == '0' && n.Value[1] != '.' {
		return n.Value
	}
	return strconv.FormatFloat(f, 'f', -1, 64)
}
