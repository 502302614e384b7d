// Package house runs the whole product for end-to-end tests and benchmarks: the program
// itself with a data directory of its own, its edge, a repository that it watches, real
// instances, and traffic that looks at every answer.
package house

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"slipway.dev/client"
	"slipway.dev/internal/edgeclient"
	"slipway.dev/internal/freeport"
)

// Host is where the service answers.
const Host = "app.localhost"

// Options of a house.
type Options struct {
	Programs Programs
	Store    string // empty: SQLite
	Data     string // data directory; empty: made, and removed by Close
}

// House is a control plane with all that is around it. At most one control plane runs at a
// time, but a standby has a House of its own on the same store.
type House struct {
	*client.Client
	Edge *edgeclient.Client
	HTTP string // address of the edge

	o                Options
	dir              string // removed by Close
	standby          bool   // of another house, which cleans up
	listen, internal string

	mu  sync.Mutex
	run *control // the last one that was started
}

// New makes a house; nothing runs yet.
func New(o Options) (*House, error) {
	h := &House{o: o}
	if o.Data == "" {
		dir, err := os.MkdirTemp("/tmp", "sl") // the paths of unix sockets are short
		if err != nil {
			return nil, err
		}
		h.dir, h.o.Data = dir, filepath.Join(dir, "d")
	}
	ports, err := freeport.Addresses(3)
	if err != nil {
		return nil, err
	}
	h.listen, h.HTTP, h.internal = ports[0], ports[1], ports[2]
	h.Edge = edgeclient.New(filepath.Join(h.o.Data, "edge", "admin.sock"))
	h.Client, err = client.New(client.Options{Socket: filepath.Join(h.o.Data, "api.sock")})
	return h, err
}

// Standby gives another control plane for the same store and data directory. It is not
// started yet; its Close ends only itself.
func (h *House) Standby() (*House, error) {
	o := h.o
	o.Data = h.Data()
	b, err := New(o)
	if err != nil {
		return nil, err
	}
	b.HTTP, b.internal, b.standby = h.HTTP, h.internal, true
	return b, nil
}

// Data is the data directory.
func (h *House) Data() string { return h.o.Data }

// API is the address of the API on the loopback interface.
func (h *House) API() string { return h.listen }

// Close stops everything and leaves nothing behind.
func (h *House) Close() error {
	h.Kill()
	if h.standby {
		h.Client.Close()
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	_, err := h.Command(ctx, "down")
	err = errors.Join(err, h.killStray())
	h.Client.Close()
	if h.dir != "" {
		err = errors.Join(err, os.RemoveAll(h.dir))
	}
	return err
}

// Wait calls done until it says yes, the context ends or it fails.
func Wait(ctx context.Context, what string, done func() (bool, error)) error {
	for {
		ok, err := done()
		if ok || err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("waiting until %s: %w", what, context.Cause(ctx))
		case <-time.After(20 * time.Millisecond):
		}
	}
}
