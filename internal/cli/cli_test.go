package cli_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"slipway.dev/internal/api"
	"slipway.dev/internal/api/apitest"
	"slipway.dev/internal/cli"
	"slipway.dev/internal/core/access"
	"slipway.dev/internal/core/fault"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"slipway": func() {
		ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
		defer stop()
		os.Exit(cli.Run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
	}})
}

// TestScripts runs each script of testdata as a person at a shell would, against the real
// API on a real socket; only what is behind the door is a fake.
func TestScripts(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(e *testscript.Env) error {
			fake := apitest.New()
			e.Values["fake"] = fake
			// A socket's path is short; a script's directory need not be.
			dir, err := os.MkdirTemp("", "slipway")
			if err != nil {
				return err
			}
			socket := filepath.Join(dir, "s")
			e.Setenv("SLIPWAY_SOCKET", socket)
			e.Setenv("SLIPWAY_DATA", filepath.Join(e.WorkDir, "data"))
			stop, err := serve(fake, socket)
			if err != nil {
				return err
			}
			e.Defer(func() { stop(); os.RemoveAll(dir) })
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			// standby makes the control plane one that waits; slow one whose deployments stay.
			"standby": func(ts *testscript.TestScript, _ bool, _ []string) { fakeOf(ts).Standby = true },
			"slow":    func(ts *testscript.TestScript, _ bool, _ []string) { fakeOf(ts).Slow = true },
			// until FILE REGEXP waits until a file has a line that matches.
			"until": until,
			// value NAME TEXT wants a secret's value to be TEXT, with \n for a new line.
			"value": func(ts *testscript.TestScript, _ bool, args []string) {
				if got := fakeOf(ts).Value(args[0]); strings.ReplaceAll(got, "\n", `\n`) != args[1] {
					ts.Fatalf("secret %s is %q, want %q", args[0], got, args[1])
				}
			},
			// exits CODE COMMAND… runs a command and wants its exit code.
			"exits": exits,
		},
	})
}

func fakeOf(ts *testscript.TestScript) *apitest.Fake { return ts.Value("fake").(*apitest.Fake) }

func serve(fake *apitest.Fake, socket string) (func(), error) {
	l, err := api.Listen(socket)
	if err != nil {
		return nil, err
	}
	log := slog.New(slog.DiscardHandler)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	h := api.Handler(api.Options{Control: fake, As: apitest.As, Log: log,
		Authenticate: func(_ context.Context, value string) (access.Caller, error) {
			if value != apitest.SessionValue {
				return access.Caller{}, fault.New(fault.Denied, "the session or token is not valid any more")
			}
			return access.PersonCaller(apitest.Name, "s1"), nil
		}})
	go func() { done <- api.Serve(ctx, h, log, l) }()
	return func() { cancel(); <-done }, nil
}

func exits(ts *testscript.TestScript, _ bool, args []string) {
	code := 0
	var exit *exec.ExitError
	if err := ts.Exec(args[1], args[2:]...); errors.As(err, &exit) {
		code = exit.ExitCode()
	} else if err != nil {
		ts.Fatalf("%v", err)
	}
	if fmt.Sprint(code) != args[0] {
		ts.Fatalf("exit code %d, want %s", code, args[0])
	}
}

func until(ts *testscript.TestScript, _ bool, args []string) {
	want := regexp.MustCompile("(?m)" + args[1])
	for end := time.Now().Add(20 * time.Second); ; {
		text, _ := os.ReadFile(ts.MkAbs(args[0])) // it may not be there yet
		if want.Match(text) {
			return
		}
		if time.Now().After(end) {
			ts.Fatalf("no line of %s matches %s:\n%s", args[0], args[1], text)
		}
		time.Sleep(5 * time.Millisecond)
	}
}
