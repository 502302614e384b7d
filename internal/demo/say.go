package demo

import (
	"fmt"
	"io"
	"time"

	"slipway.dev/client"
	"slipway.dev/client/model"
)

// plain tells on lines with the time since the start, for who is not on a terminal.
type plain struct {
	w     io.Writer
	start time.Time
}

func (p plain) say(format string, args ...any) {
	fmt.Fprintf(p.w, "%6.1f s  %s\n", since(p.start), fmt.Sprintf(format, args...))
}

func since(t time.Time) float64 { return time.Since(t).Seconds() }

func instances(l model.Lane) string {
	n := 0
	for _, in := range l.Instances {
		if in.Routed {
			n++
		}
	}
	if n == 1 {
		return "1 instance"
	}
	return fmt.Sprintf("%d instances", n)
}

// refused says whether the control plane understood, and does not do it.
func refused(err error) bool {
	code := client.CodeOf(err)
	return code == "refused" || code == "conflict" || code == "notFound"
}
