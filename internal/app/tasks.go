package app

import (
	"context"

	"slipway.dev/internal/core/access"
	"slipway.dev/internal/drive/notify"
	"slipway.dev/internal/drive/task"
	hand "slipway.dev/internal/notify"
)

// openTasks registers what asks people, and what tells them.
func (h *house) openTasks() {
	directory := func(ctx context.Context) (*access.Directory, error) { return h.people.Directory(ctx) } // opened later
	task.Driver{Directory: directory}.Register(h.engine)
	h.messages = &notify.Driver{Engine: h.engine, Hand: hand.New(), Secret: h.vault.Current, Directory: directory, Page: h.page, Log: h.Log}
	h.messages.Register()
}
