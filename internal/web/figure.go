package web

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// percent writes a share with as many digits as it needs, up to four after the point. What
// is not all is never written as 100%.
func percent(share float64) string {
	return trimmed(math.Floor(share*1e6+1e-6)/1e4, 4) + "%"
}

// trimmed writes a number with so many digits after the point at most.
func trimmed(x float64, digits int) string {
	text := strconv.FormatFloat(x, 'f', digits, 64)
	if strings.Contains(text, ".") {
		text = strings.TrimRight(strings.TrimRight(text, "0"), ".")
	}
	return text
}

// count writes a count with its thousands apart.
func count(x float64) string {
	text := strconv.FormatFloat(math.Round(x), 'f', 0, 64)
	for at := len(text) - 3; at > 0 && text[at-1] != '-'; at -= 3 {
		text = text[:at] + "," + text[at:]
	}
	return text
}

// span writes how long something is, as people say it: "30 days", "6 h", "5 min".
func span(d time.Duration) string {
	switch {
	case d >= 48*time.Hour:
		return trimmed(d.Hours()/24, 1) + " days"
	case d >= time.Hour:
		return trimmed(d.Hours(), 1) + " h"
	case d >= time.Minute:
		return trimmed(d.Minutes(), 1) + " min"
	}
	return trimmed(d.Seconds(), 1) + " s"
}

func hours(n float64) string { return span(time.Duration(n * float64(time.Hour))) }

func minutes(n float64) string { return span(time.Duration(n * float64(time.Minute))) }

// times writes a burn rate.
func times(rate float64) string {
	switch {
	case rate >= 1000:
		return "over 1,000×"
	case rate >= 10:
		return trimmed(rate, 1) + "×"
	}
	return trimmed(rate, 2) + "×"
}

// odds says in words what evidence weighs, of which ln is the natural logarithm.
func odds(ln float64) string {
	switch {
	case ln < math.Log(1.05):
		return "none"
	case ln > math.Log(1e6):
		return "over a million to 1"
	case ln < math.Log(10):
		return fmt.Sprintf("%.1f to 1", math.Exp(ln))
	}
	return count(math.Exp(ln)) + " to 1"
}
