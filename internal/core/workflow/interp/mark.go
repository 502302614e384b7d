package interp

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"regexp"
	"slices"
	"strings"
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

// secrets gives $secrets: a mark for each secret that the definition declares, or a field of it.
func (r *step) secrets(path string) (any, error) {
	if name, _, _ := strings.Cut(path, "."); !slices.Contains(r.def.Secrets, name) {
		return nil, failing(Authorization, "the secret %s is not in use.secrets of this workflow", name)
	}
	return Mark(r.s.Seed, path), nil
}
