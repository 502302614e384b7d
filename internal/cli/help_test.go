package cli

import (
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"
)

func TestEveryCommandIsExplained(t *testing.T) {
	t.Parallel()
	s := &session{env: func(string) string { return "" }, now: time.Now}
	seen := 0
	var visit func(c *cobra.Command)
	visit = func(c *cobra.Command) {
		seen++
		if c.Short == "" || len(c.Long) < 40 || !strings.HasPrefix(c.Example, "  ") {
			t.Errorf("%s: needs Short, Long and Example", c.CommandPath())
		}
		if strings.HasSuffix(c.Short, ".") {
			t.Errorf("%s: Short ends with a stop", c.CommandPath())
		}
		for _, l := range strings.Split(c.Example, "\n") {
			if len(l) > 100 {
				t.Errorf("%s: example is too long: %s", c.CommandPath(), l)
			}
		}
		for _, sub := range c.Commands() {
			visit(sub)
		}
	}
	visit(newRoot(s))
	if seen < 40 {
		t.Errorf("saw %d commands only", seen)
	}
}
