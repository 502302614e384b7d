package pillars

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// share writes one as a percentage: with as many digits as it needs, up to four after the point.
func share(x float64) string { return trim(math.Round(x*1e6)/1e4, 4) + "%" }

// amount writes one of money: cents, and parts of them where there are some.
func amount(x float64) string {
	if math.Abs(x) < 0.01 && x != 0 {
		return strconv.FormatFloat(x, 'g', 2, 64)
	}
	if text := trim(x, 4); len(text)-strings.Index(text, ".") > 3 && strings.Contains(text, ".") {
		return text
	}
	return strconv.FormatFloat(x, 'f', 2, 64)
}

func rate(x float64) string {
	digits := 1
	if x < 1 {
		digits = 4
	}
	return trim(x, digits) + "/s"
}

func trim(x float64, digits int) string {
	text := strconv.FormatFloat(x, 'f', digits, 64)
	if strings.Contains(text, ".") {
		text = strings.TrimRight(strings.TrimRight(text, "0"), ".")
	}
	return text
}

// span writes a duration as people say it: "30d", "1h30m", "300ms".
func span(d time.Duration) string {
	day := 24 * time.Hour
	switch {
	case d >= day && d%day == 0:
		return strconv.Itoa(int(d/day)) + "d"
	case d >= time.Minute:
		d = d.Round(time.Second)
		text := d.String()
		if d%time.Minute == 0 {
			text = strings.TrimSuffix(text, "0s")
		}
		if d%time.Hour == 0 {
			text = strings.TrimSuffix(text, "0m")
		}
		return text
	}
	return d.String()
}
