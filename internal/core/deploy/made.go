package deploy

import (
	"strconv"
	"strings"
)

// Made says whether an instance is of a deployment that this lane made. One that it did not
// make is of another store: this one was restored from a backup, and the instance was
// started after that. Those beside a canary, "tickets.prod.12b.0", are of the canary's.
func (s State) Made(instance string) bool {
	rest, ok := strings.CutPrefix(instance, s.Service+"."+s.Environment+".")
	number, index, both := strings.Cut(rest, ".")
	n, err := strconv.ParseInt(strings.TrimSuffix(number, besideSuffix), 10, 64)
	_, bad := strconv.Atoi(index)
	return ok && both && err == nil && bad == nil && n >= 1 && n <= s.Number
}
