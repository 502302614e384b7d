// Package cli is the command line. It talks to a control plane through its HTTP API only;
// the exceptions are the verbs that are a control plane (up, edge), that need none (check,
// schema, init) and that must not have one (down, restore). There is a file for each verb.
package cli

import (
	"context"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"

	"slipway.dev/internal/core/fault"
)

// Run runs one command line (without the program's name) and gives its exit code.
func Run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	s := &session{in: stdin, out: &sink{Writer: stdout}, err: stderr, env: os.Getenv, now: time.Now}
	root := newRoot(s)
	root.SetArgs(args)
	root.SetIn(stdin)
	root.SetOut(s.out)
	root.SetErr(stderr)
	return s.conclude(ctx, root.ExecuteContext(ctx))
}

const rootLong = `Slipway takes a change from a commit to its users, and back out again safely.

One program is the control plane (slipway up), the proxy in front of your services,
and this command line. Commands find the control plane by its data directory; one on
another machine is named with --server and --token-file.

Start here:
  slipway up         start a control plane on this machine
  slipway init       write a first manifest for the repository you stand in
  slipway status     see what runs where`

// newRoot is the whole command line.
func newRoot(s *session) *cobra.Command {
	root := &cobra.Command{
		Use:   "slipway",
		Short: "Take a change from a commit to its users, and back out again safely",
		Long:  rootLong,
		Example: `  slipway up
  slipway deploy tickets prod
  slipway rollback tickets prod`,
		SilenceErrors: true, SilenceUsage: true,
		Args: noSuchCommand, RunE: showHelp,
		PersistentPreRunE: func(*cobra.Command, []string) error { return s.prepare() },
	}
	root.CompletionOptions.DisableDefaultCmd = true
	root.SetFlagErrorFunc(func(c *cobra.Command, err error) error {
		return fault.New(fault.Invalid, "%v", err).WithHint("see `%s --help`", c.CommandPath())
	})
	s.flags(root.PersistentFlags())
	root.AddGroup(&cobra.Group{ID: "everyday", Title: "Every day:"}, &cobra.Group{ID: "automation", Title: "What runs by itself:"}, &cobra.Group{ID: "flows", Title: "What matters:"}, &cobra.Group{ID: "config", Title: "What is declared:"},
		&cobra.Group{ID: "people", Title: "People:"}, &cobra.Group{ID: "house", Title: "The control plane:"})
	for group, commands := range map[string][]*cobra.Command{
		"everyday": {newStatus(s), newDeploy(s), newPromote(s), newPlan(s), newApprove(s), newReject(s), newTask(s), newGate(s), newRollback(s), newAbort(s),
			newSettle(s), newHistory(s), newRelease(s), newDeployment(s), newTrain(s), newGlass(s), newLogs(s), newWatch(s)},
		"automation": {newWorkflow(s), newRun(s)},
		"flows":      {newFlow(s), newSLO(s), newAlert(s), newMaintenance(s), newJudge(s)},
		"config":     {newInit(s), newCheck(s), newDiff(s), newApply(s), newImport(s), newSource(s), newSecret(s), newSchema(s)},
		"house":      {newDemo(s), newUp(s), newDown(s), newEdge(s), newBackup(s), newRestore(s), newKey(s), newVerify(s), newAudit(s)},
		"people":     {newLogin(s), newLogout(s), newWhoami(s), newUser(s), newToken(s), newSession(s), newAccess(s)},
		"":           {newCompletion(s), newVersion(s), newExitCodes()},
	} {
		for _, c := range commands {
			c.GroupID = group
			root.AddCommand(c)
		}
	}
	return root
}

// group makes a noun, whose verbs are commands of their own.
func group(c *cobra.Command, verbs ...*cobra.Command) *cobra.Command {
	c.Args, c.RunE = noSuchCommand, showHelp
	c.AddCommand(verbs...)
	return c
}

func showHelp(c *cobra.Command, _ []string) error { return c.Help() }

// noSuchCommand refuses what is not a command, and names the nearest.
func noSuchCommand(c *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	e := fault.New(fault.Invalid, "there is no command %q", c.CommandPath()+" "+args[0])
	c.SuggestionsMinimumDistance = 2
	if near := c.SuggestionsFor(args[0]); len(near) > 0 {
		return e.WithHint("did you mean `%s %s`?", c.CommandPath(), near[0])
	}
	return e.WithHint("`%s --help` lists the commands", c.CommandPath())
}
