package openslo

import (
	"crypto/sha256"
	"encoding/hex"
	"math"
	"strconv"
	"strings"
	"time"

	"slipway.dev/internal/core/manifest"
)

// longest is how long a name may be.
const longest = 63

// nameOf makes a name of OpenSLO's of words. One that would be too long is cut, and ends in
// what tells it from others.
func nameOf(words ...string) string {
	name := strings.Join(words, "-")
	if len(name) <= longest {
		return name
	}
	sum := sha256.Sum256([]byte(name))
	return strings.TrimRight(name[:longest-9], "-") + "-" + hex.EncodeToString(sum[:4])
}

// shorten bounds a text for where OpenSLO does, in bytes.
func shorten(text string, most int) string {
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most-3], "") + "…"
}

// most bytes of a description, and of a displayName.
const (
	mostDescription = 1050
	mostDisplay     = 63
)

// units of OpenSLO's durations. Months, quarters and years are not of one length.
var units = map[byte]struct {
	length time.Duration
	about  bool
}{
	'm': {time.Minute, false}, 'h': {time.Hour, false}, 'd': {24 * time.Hour, false}, 'w': {7 * 24 * time.Hour, false},
	'M': {30 * 24 * time.Hour, true}, 'Q': {90 * 24 * time.Hour, true}, 'Y': {365 * 24 * time.Hour, true},
}

// duration reads "30d". About says that it is of no exact length.
func duration(text string) (d time.Duration, about, ok bool) {
	if len(text) < 2 || strings.Trim(text[:len(text)-1], "0123456789") != "" || text[0] == '0' {
		return 0, false, false
	}
	unit, known := units[text[len(text)-1]]
	n, err := strconv.ParseInt(text[:len(text)-1], 10, 64)
	if !known || err != nil || n > int64(math.MaxInt64/unit.length) {
		return 0, false, false
	}
	return time.Duration(n) * unit.length, unit.about, true
}

// shorthand writes a duration of whole minutes as OpenSLO does.
func shorthand(d time.Duration) string {
	for _, unit := range "dhm" {
		if length := units[byte(unit)].length; d >= length && d%length == 0 {
			return strconv.FormatInt(int64(d/length), 10) + string(unit)
		}
	}
	return strconv.FormatInt(max(1, int64(d/time.Minute)), 10) + "m"
}

// percent writes a share as manifests do. The text that was there stays if it says the same.
func percent(share float64, before manifest.Percent) manifest.Percent {
	if before != "" && before.Share() == share {
		return before
	}
	return manifest.Percent(strconv.FormatFloat(math.Round(share*1e10)/1e8, 'f', -1, 64) + "%")
}

// span writes a duration as manifests do. The text that was there stays if it says the same.
func span(d time.Duration, before manifest.Duration) manifest.Duration {
	if before != "" && before.Value() == d {
		return before
	}
	return manifest.Duration(shorthand(d))
}

// clean makes a text fit for a comment: one line, without what a terminal would act on.
func clean(text string) string {
	return strings.Join(strings.FieldsFunc(strings.ToValidUTF8(text, "\uFFFD"), func(r rune) bool {
		return r < ' ' || r >= 0x7f && r < 0xa0 || r == ' ' || r == '\u2028' || r == '\u2029'
	}), " ")
}
