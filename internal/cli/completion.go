package cli

import (
	"strings"

	"github.com/spf13/cobra"

	"slipway.dev/internal/core/fault"
)

var shells = []string{"bash", "zsh", "fish", "powershell"}

func newCompletion(s *session) *cobra.Command {
	return &cobra.Command{
		Use: "completion bash|zsh|fish|powershell", Short: "Print a script that makes a shell complete commands",
		Long: `Completion prints a script for a shell. With it the shell completes commands and flags,
and asks the control plane for the names of services, environments and releases.`,
		Example: `  source <(slipway completion bash)
  slipway completion zsh > "${fpath[1]}/_slipway"
  slipway completion fish > ~/.config/fish/completions/slipway.fish`,
		Args: exactly("SHELL"), ValidArgs: shells,
		RunE: func(cmd *cobra.Command, args []string) error {
			switch root := cmd.Root(); args[0] {
			case "bash":
				return root.GenBashCompletionV2(s.out, true)
			case "zsh":
				return root.GenZshCompletion(s.out)
			case "fish":
				return root.GenFishCompletion(s.out, true)
			case "powershell":
				return root.GenPowerShellCompletionWithDesc(s.out)
			}
			return fault.New(fault.Invalid, "there is no completion for %q", args[0]).WithHint("use %s", strings.Join(shells, ", "))
		},
	}
}
