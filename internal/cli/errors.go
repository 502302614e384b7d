package cli

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"slipway.dev/client"
	"slipway.dev/internal/core/fault"
)

// exits is the exit code of each fault code.
var exits = map[fault.Code]int{
	fault.Internal:    1,
	fault.Invalid:     2,
	fault.TooLarge:    2,
	fault.Denied:      3,
	fault.NotFound:    4,
	fault.Refused:     5,
	fault.Conflict:    5,
	fault.Unavailable: 6,
}

// Exit codes besides those of faults.
const (
	exitOutcome     = 7   // what was asked for was done, but came out badly
	exitInterrupted = 130 // Ctrl-C, as shells have it
)

const exitCodesHelp = `The exit codes of every command.

  0    done
  1    a defect of Slipway or of the machine
  2    the input is wrong: an unknown command or flag, a manifest with errors, too large
  3    you may not do that: no token, a wrong one, another user's control plane
  4    there is no such thing
  5    refused: understood, but the state does not allow it; or somebody was faster
  6    unavailable: no control plane answers, or it is a standby
  7    done, but it came out badly: a deployment that was waited for did not complete,
       the journal does not verify
  130  interrupted (Ctrl-C); a deployment that was watched goes on

With -o json or yaml, errors are still text on standard error; standard output then
holds a whole document or nothing.`

func newExitCodes() *cobra.Command {
	return &cobra.Command{
		Use: "exit-codes", Short: "Exit codes, for scripts", Long: exitCodesHelp,
		Example: `  slipway deploy tickets prod --wait || test $? -eq 7 && echo "it was rolled back"`,
	}
}

// conclude writes an error for a person and gives the exit code.
func (s *session) conclude(ctx context.Context, err error) int {
	if err == nil && s.out.err != nil {
		err = fault.New(fault.Internal, "the output cannot be written").Because(s.out.err)
	}
	if err == nil {
		return 0
	}
	if ctx.Err() != nil && errors.Is(err, context.Canceled) {
		return exitInterrupted
	}
	what, hint, code := explain(err)
	paint := s.paint(s.err)
	fmt.Fprintf(s.err, "%s %s\n", paint("red", "error:"), clean(what))
	if hint != "" {
		fmt.Fprintf(s.err, "  %s %s\n", paint("dim", "hint:"), clean(hint))
	}
	return code
}

// explain takes an error apart: what is wrong, what to do, and the exit code.
func explain(err error) (what, hint string, exit int) {
	var ours *fault.Error
	var theirs *client.Error
	var bad *badOutcome
	code := fault.Internal
	switch {
	case errors.As(err, &theirs):
		what, hint, code = theirs.Detail, theirs.Hint, fault.Code(theirs.Code)
		if theirs.Err != nil && code != fault.Unavailable {
			what += ": " + theirs.Err.Error()
		}
	case errors.As(err, &ours):
		what, hint, code = ours.Text, ours.Hint, ours.Code
		if ours.Err != nil {
			what += ": " + ours.Err.Error()
		}
	case errors.As(err, &bad):
		return bad.text, bad.hint, exitOutcome
	default:
		what = err.Error()
	}
	if exit, ok := exits[code]; ok {
		return what, hint, exit
	}
	return what, hint, exits[fault.Internal]
}

// badly is an error for what was done but came out badly.
func badly(hint, format string, args ...any) error {
	return &badOutcome{text: fmt.Sprintf(format, args...), hint: hint}
}

type badOutcome struct{ text, hint string }

func (b *badOutcome) Error() string { return b.text }
