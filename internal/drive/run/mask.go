package run

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/big"
	"net/url"
	"sort"
	"strings"
)

// ring masks the secrets of a workflow in what comes back from one effect: in memory, and for
// as long as the effect runs. A nil one masks nothing.
type ring struct {
	masker *strings.Replacer // value, as it may be written -> mark; nil: there is nothing to mask
}

// shortest is the length from which a value that the effect was not given is looked for:
// shorter ones hit innocent text.
const shortest = 6

// masks sets what is masked: values that the effect was given (used) however short they are,
// and the other secrets of the workflow.
func (r *ring) masks(used, others map[string]string) {
	pairs := map[string]string{}
	collect := func(secrets map[string]string, least int) {
		for mark, value := range secrets {
			for _, form := range forms(value) {
				if len(form) >= least && pairs[form] == "" {
					pairs[form] = mark
				}
			}
		}
	}
	collect(used, 1)
	collect(others, shortest)
	if len(pairs) == 0 {
		return
	}
	texts := make([]string, 0, len(pairs))
	for text := range pairs {
		texts = append(texts, text)
	}
	// The longest first: a Replacer takes the first that fits.
	sort.Slice(texts, func(i, j int) bool {
		return len(texts[i]) > len(texts[j]) || len(texts[i]) == len(texts[j]) && texts[i] < texts[j]
	})
	args := make([]string, 0, 2*len(texts))
	for _, text := range texts {
		args = append(args, text, pairs[text])
	}
	r.masker = strings.NewReplacer(args...)
}

// forms are the ways in which programs write a value: as it is, line by line, in JSON, in
// addresses, in base64.
func forms(value string) []string {
	if value == "" {
		return nil
	}
	quoted, _ := json.Marshal(value) // a string always encodes
	list := []string{
		value, string(quoted[1 : len(quoted)-1]), url.QueryEscape(value), url.PathEscape(value),
		base64.StdEncoding.EncodeToString([]byte(value)), base64.RawURLEncoding.EncodeToString([]byte(value)),
	}
	if strings.Contains(value, "\n") {
		for line := range strings.Lines(value) {
			if line = strings.TrimSpace(line); len(line) >= shortest {
				list = append(list, line)
			}
		}
	}
	return list
}

// text gives s with the values of secrets masked.
func (r *ring) text(s string) string {
	if r == nil || r.masker == nil {
		return s
	}
	return r.masker.Replace(s)
}

// mask gives v with the values of secrets masked, also in the names of members.
func (r *ring) mask(v any) any {
	if r == nil || r.masker == nil {
		return v
	}
	return each(v, func(s string) any { return r.masker.Replace(s) })
}

// each gives a copy of v with every string replaced by what f makes of it, and every number
// that as a whole is a mark then.
func each(v any, f func(string) any) any {
	switch v := v.(type) {
	case string:
		return f(v)
	case int, float64, json.Number, *big.Int:
		if changed, ok := f(fmt.Sprint(v)).(string); ok && strings.HasPrefix(changed, "\u27e6") && strings.HasSuffix(changed, "\u27e7") {
			return changed
		}
		return v
	case []any:
		list := make([]any, len(v))
		for i, item := range v {
			list[i] = each(item, f)
		}
		return list
	case map[string]any:
		m := make(map[string]any, len(v))
		for name, item := range v {
			if n, ok := f(name).(string); ok {
				name = n
			}
			m[name] = each(item, f)
		}
		return m
	}
	return v
}
