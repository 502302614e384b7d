package cli

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// days is a flag for a time to keep something: "400d", or as Go writes durations.
type days struct{ to *time.Duration }

func (d days) String() string {
	if d.to == nil {
		return ""
	}
	if *d.to%(24*time.Hour) == 0 {
		return fmt.Sprintf("%dd", *d.to/(24*time.Hour))
	}
	return d.to.String()
}

// Set reads the flag's text.
func (d days) Set(text string) error {
	if n, ok := strings.CutSuffix(text, "d"); ok {
		count, err := strconv.Atoi(n)
		if err != nil || count < 1 || count > 36500 {
			return fmt.Errorf("%q is not a number of days like 30d", text)
		}
		*d.to = time.Duration(count) * 24 * time.Hour
		return nil
	}
	t, err := time.ParseDuration(text)
	if err != nil || t <= 0 {
		return fmt.Errorf("%q is not a time like 30d or 12h", text)
	}
	*d.to = t
	return nil
}

// Type is the flag's kind in the help.
func (days) Type() string { return "time" }
