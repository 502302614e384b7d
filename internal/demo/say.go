package demo

import (
	"errors"
	"fmt"
	"io"
	"strings"
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

// plainWidth is the width of tables for who is not on a terminal.
const plainWidth = 100

func (p plain) table(rows []row) {
	indent := strings.Repeat(" ", len("   0.0 s  "))
	for _, line := range layout(rows, plainWidth-len(indent), func(_, text string) string { return text }) {
		fmt.Fprintln(p.w, indent+line)
	}
}

func since(t time.Time) float64 { return time.Since(t).Seconds() }

// running says how a release runs. That of a workflow has no instances.
func running(l model.Lane) string {
	n := 0
	for _, in := range l.Instances {
		if in.Routed {
			n++
		}
	}
	if n == 0 {
		return "is active"
	}
	return "runs, on " + count(n, "instance")
}

// count says how many there are of something.
func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// detail is what the control plane says of why it does not do something.
func detail(err error) string {
	var e *client.Error
	if errors.As(err, &e) {
		return strings.TrimRight(e.Detail, ".")
	}
	return err.Error()
}

// refused says whether the control plane understood, and does not do it.
func refused(err error) bool {
	code := client.CodeOf(err)
	return code == "refused" || code == "conflict" || code == "notFound"
}
