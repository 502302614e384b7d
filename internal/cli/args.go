package cli

import (
	"strings"

	"github.com/spf13/cobra"

	"slipway.dev/internal/core/fault"
)

// exactly wants these arguments. A name in brackets may be left out; "FILE..." takes all.
func exactly(names ...string) cobra.PositionalArgs {
	least, most := 0, 0
	for _, n := range names {
		switch {
		case strings.Contains(n, "..."):
			most = 1 << 20
		default:
			most++
		}
		if !strings.HasPrefix(n, "[") {
			least++
		}
	}
	return func(c *cobra.Command, args []string) error {
		switch {
		case len(args) < least:
			return fault.New(fault.Invalid, "%s needs %s", c.CommandPath(), names[len(args)]).
				WithHint("like this: %s", c.UseLine())
		case len(args) > most:
			return fault.New(fault.Invalid, "%s does not take %q", c.CommandPath(), args[most]).
				WithHint("like this: %s", c.UseLine())
		}
		return nil
	}
}
