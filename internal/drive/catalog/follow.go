package catalog

import (
	"context"
	"strings"
)

// Follow calls changed at once, and whenever something that is declared has changed, until ctx
// ends.
func (b *Book) Follow(ctx context.Context, changed func()) {
	b.engine.Follow(ctx, "changed flows are not seen", changed, func(machine string) {
		if strings.HasPrefix(machine, resources) {
			changed()
		}
	})
}
