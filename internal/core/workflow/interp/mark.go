package interp

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"regexp"
	"slices"

	"slipway.dev/internal/core/workflow"
)

// Mark is what stands for a secret in all values of a run: a text that nobody can guess who
// does not know the run's seed. path is NAME or NAME.KEY. Who runs an effect puts the secret in for it.
func Mark(seed, path string) string {
	return "\u27e6secret:" + sealed(seed, "secret/"+path)[:32] + ":" + path + "\u27e7"
}

var marks = regexp.MustCompile(`\x{27e6}secret:([0-9a-f]{32}):([^\x{27e6}\x{27e7}]{1,512})\x{27e7}`)

// Marks gives the paths of the secrets whose marks of this run are in text, each once. Text
// that only looks like a mark is none.
func Marks(seed, text string) []string {
	var paths []string
	for _, m := range marks.FindAllStringSubmatch(text, -1) {
		if m[0] == Mark(seed, m[2]) && !slices.Contains(paths, m[2]) {
			paths = append(paths, m[2])
		}
	}
	return paths
}

// sealed is a number of this run, in hex, that follows from its seed.
func sealed(seed, what string) string {
	h := hmac.New(sha256.New, []byte(seed))
	h.Write([]byte(what))
	return hex.EncodeToString(h.Sum(nil))
}

// secretUse finds the secrets that a definition uses, with their keys.
var secretUse = regexp.MustCompile(`\$secrets(?:\.([A-Za-z_][A-Za-z0-9_]*)|(?:\.?\[?\\?"([^"\\]+)\\?"\]?))(?:\.([A-Za-z_][A-Za-z0-9_]*)|(?:\.?\[?\\?"([^"\\]+)\\?"\]?))?`)

// secrets gives $secrets: a mark for each secret that the definition declares; for one that
// it takes a key of, its keys with a mark each.
func secrets(def *workflow.Definition, seed string) map[string]any {
	out := map[string]any{}
	for _, name := range def.Secrets {
		out[name] = Mark(seed, name)
	}
	for _, use := range secretUse.FindAllStringSubmatch(string(def.Canonical), -1) {
		name, key := use[1]+use[2], use[3]+use[4]
		if _, declared := out[name]; !declared || key == "" {
			continue
		}
		keys, _ := out[name].(map[string]any)
		if keys == nil {
			keys = map[string]any{}
			out[name] = keys
		}
		keys[key] = Mark(seed, name+"."+key)
	}
	return out
}
