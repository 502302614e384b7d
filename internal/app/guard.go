package app

import (
	"context"
	"fmt"
	"os"
	"strings"
	"time"

	"slipway.dev/internal/edgeclient"
	"slipway.dev/internal/version"
)

// startEdge starts the edge unless one runs.
func (h *house) startEdge(ctx context.Context) error {
	hello, err := h.edge.Ensure(ctx, edgeclient.StartOptions{
		Binary: executable(), Args: h.edgeArgs(h.dirs), Env: edgeEnviron(os.Environ()), Log: h.dirs.at("edge.log"),
	})
	if err != nil {
		return err
	}
	h.helloMu.Lock()
	h.hello = hello
	h.helloMu.Unlock()
	return nil
}

// edgeEnviron keeps of an environment what a Go program needs to reach an authority for
// certificates. The edge faces the network and outlives us: the store's password, and
// whatever else we were started with, is not for it.
func edgeEnviron(ours []string) []string {
	env := []string{} // not nil, which would be all of it
	for _, v := range ours {
		name, _, _ := strings.Cut(v, "=")
		switch strings.ToUpper(name) {
		case "PATH", "HOME", "TZ", "LANG", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR",
			"GODEBUG", "GOMAXPROCS", "GOTRACEBACK", "GOCOVERDIR":
			env = append(env, v)
		}
	}
	return env
}

// upgradeEdge puts an edge of this program's build in the place of one of another, which
// hands its listeners over. If that fails the other one serves on: it is only told.
func (h *house) upgradeEdge(ctx context.Context) {
	hello, err := h.edgeHello(ctx)
	if err != nil || hello.Build == buildName() {
		return
	}
	h.Log.Info("replacing the edge", "its", hello.Build, "ours", buildName())
	if _, err = h.edge.Replace(ctx, executable(), h.edgeArgs(h.dirs)...); err == nil {
		err = h.startEdge(ctx) // asks it where it listens
	}
	if err != nil {
		h.Log.Error("the edge could not be replaced; the old one serves on", "err", err)
	}
}

// guardEdge starts the edge again if it is gone. It comes back with its last routes.
func (h *house) guardEdge() {
	for every(h.ctx, time.Second) {
		if _, err := h.edge.Hello(h.ctx); err == nil || h.ctx.Err() != nil {
			continue
		}
		h.Log.Warn("the edge does not answer; starting it")
		if err := h.startEdge(h.ctx); err != nil && h.ctx.Err() == nil {
			h.Log.Error("the edge does not start", "err", err)
		}
	}
}

// buildName names this build as the edge does in its hello.
func buildName() string {
	v := version.Get()
	if v.Commit != "" {
		return strings.TrimSpace(v.Version + " " + v.Commit)
	}
	info, err := os.Stat("/proc/self/exe") // one that says nothing of itself is known by its file
	if err != nil {
		return v.Version
	}
	return fmt.Sprintf("%s %d %d", v.Version, info.Size(), info.ModTime().UnixNano())
}
