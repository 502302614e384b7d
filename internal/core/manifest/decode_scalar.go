package manifest

import (
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"
)

func (d *decoder) text(n node, f *field) string {
	r, tag := f.rule, n.Tag
	switch {
	case n.Kind == yaml.ScalarNode && r.number && (tag == "!!int" || tag == "!!float"):
		return d.ruled(n, "", plainNumber(n), r)
	case n.Kind == yaml.ScalarNode && r.date && tag == "!!timestamp":
		return d.ruled(n, "", n.Value, r)
	case n.Kind != yaml.ScalarNode || tag != "!!str" && !(r.any && slices.Contains(scalarTags, tag)):
		d.say(n, "", "%s is expected here, and not %s%s", orWords(r.what, f.words), describe(n), orQuote(n, r))
		return ""
	case len(f.words) > 0 && !slices.Contains(f.words, n.Value):
		if near := nearest(n.Value, f.words); near != "" {
			d.say(n, "", "%q is not known here; did you mean `%s`?", short(n.Value), near)
		} else {
			d.say(n, "", "%q is not known here; it may be %s", short(n.Value), quoted(f.words))
		}
		return ""
	}
	return d.ruled(n, "", n.Value, r)
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

// ruled holds a text to the rule of its type: that of the field that is being read, or of a key
// below it.
func (d *decoder) ruled(n node, below, s string, r *rule) string {
	if !r.fits(s) {
		d.say(n, below, "%q is not %s", short(s), r.what)
		return ""
	}
	if s == "" && !r.any {
		d.say(n, below, "%s is expected here, and not empty text", r.what)
		return ""
	}
	if r.max > 0 && len(s) > r.max {
		d.say(n, below, "%q is longer than %d characters", short(s), r.max)
		return ""
	}
	if r.check != nil {
		if err := r.check(s); err != nil {
			d.say(n, below, "%q cannot be used here: %v", short(s), err)
			return ""
		}
	}
	return s
}

func (d *decoder) integer(n node, f *field) int64 {
	if n.Kind != yaml.ScalarNode || n.Tag != "!!int" {
		d.say(n, "", "a whole number is expected here, and not %s", describe(n))
		return 0
	}
	i, err := strconv.ParseInt(n.Value, 10, 64)
	if err != nil || strconv.FormatInt(i, 10) != n.Value {
		d.say(n, "", "%s is not a whole number that can be used here; write it in plain digits", short(n.Value))
		return 0
	}
	if i < int64(f.min) || i > int64(f.max) {
		d.say(n, "", "%d is not from %d to %d", i, f.min, f.max)
		return 0
	}
	return i
}

func (d *decoder) boolean(n node) bool {
	if n.Kind != yaml.ScalarNode || n.Tag != "!!bool" {
		d.say(n, "", "true or false is expected here, and not %s", describe(n))
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
