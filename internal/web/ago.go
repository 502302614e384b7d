package web

import (
	"fmt"
	"time"
)

// ago says how long before now a time was, in one unit.
func ago(now, then time.Time) string {
	switch d := now.Sub(then); {
	case d < 10*time.Second:
		return "just now"
	case d < time.Minute:
		return fmt.Sprintf("%d s ago", int(d.Seconds()))
	case d < time.Hour:
		return fmt.Sprintf("%d min ago", int(d.Minutes()))
	case d < 48*time.Hour:
		return fmt.Sprintf("%d h ago", int(d.Hours()))
	default:
		return fmt.Sprintf("%d days ago", int(d.Hours()/24))
	}
}

// clock is a time as all people read it the same.
func clock(t time.Time) string { return t.UTC().Format("Mon 2 Jan 15:04 UTC") }

// plural counts things in words: "1 service", "2 services".
func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
