package cli

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"

	"golang.org/x/term"

	"slipway.dev/internal/core/fault"
)

// maxSecret bounds a secret's value, in bytes.
const maxSecret = 1 << 20

// secretValue takes a value from a file, a person or standard input; never from the command
// line, which all users of the machine can read.
func (s *session) secretValue(ctx context.Context, name, file string) ([]byte, error) {
	var value []byte
	var err error
	switch {
	case file != "":
		value, err = os.ReadFile(file)
	case terminal(s.in):
		value, err = s.hidden(ctx, "Value of "+clean(name)+" (not shown): ")
	default:
		value, err = io.ReadAll(io.LimitReader(s.in, maxSecret+2))
		value = bytes.TrimSuffix(bytes.TrimSuffix(value, []byte("\n")), []byte("\r"))
	}
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case err != nil:
		return nil, fault.New(fault.Invalid, "the value cannot be read").Because(err)
	case len(value) == 0:
		return nil, fault.New(fault.Invalid, "the value is empty").WithHint("give it on standard input, or with --file")
	case len(value) > maxSecret:
		return nil, fault.New(fault.TooLarge, "the value is larger than 1 MiB")
	}
	return value, nil
}

// hidden asks for a line without showing it.
func (s *session) hidden(ctx context.Context, question string) ([]byte, error) {
	fd := int(s.in.(*os.File).Fd())
	before, err := term.GetState(fd)
	if err != nil {
		return nil, err
	}
	fmt.Fprint(s.err, question)
	defer fmt.Fprintln(s.err)
	type line struct {
		text []byte
		err  error
	}
	typed := make(chan line, 1)
	go func() {
		text, err := term.ReadPassword(fd)
		typed <- line{text, err}
	}()
	select {
	case l := <-typed:
		return l.text, l.err
	case <-ctx.Done():
		// The reader still waits; the terminal must show again what is typed.
		return nil, term.Restore(fd, before)
	}
}
