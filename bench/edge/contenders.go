package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"slipway.dev/internal/edge"
	"slipway.dev/internal/edgeclient"
)

// This program is also the edge and the backend that are measured.
const (
	edgeEnv    = "SLIPWAY_BENCH_EDGE"    // edge.Options as JSON
	backendEnv = "SLIPWAY_BENCH_BACKEND" // the address to listen on
)

func runEdge(ctx context.Context, text string) error {
	var o edge.Options
	if err := json.Unmarshal([]byte(text), &o); err != nil {
		return err
	}
	o.Log = slog.New(slog.NewTextHandler(os.Stderr, nil))
	return edge.Run(ctx, o)
}

// runBackend is the app behind the proxies: net/http, as most apps in Go.
func runBackend(ctx context.Context, address string) error {
	answer := []byte(strings.Repeat("x", answerSize))
	s := &http.Server{Addr: address, Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain")
		_, _ = w.Write(answer) // wrk notices
	})}
	defer context.AfterFunc(ctx, func() { _ = s.Close() })() // the process ends with it
	if err := s.ListenAndServe(); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

const answerSize = 1024

// contender is a way to the backend.
type contender struct {
	name    string
	address string
	pid     int    // the process whose CPU is counted, with its children
	path    string // that is asked for
}

// start starts the backend and the proxies. stop ends what was started, also after an error.
func start(ctx context.Context, dir string) (list []contender, stop func(), err error) {
	var started []*exec.Cmd
	stop = func() {
		for _, c := range started {
			_ = c.Process.Signal(syscall.SIGTERM) // whoever is gone need not be told
			late := time.AfterFunc(10*time.Second, func() { _ = c.Process.Kill() })
			_ = c.Wait()
			late.Stop()
		}
	}
	ports, err := freePorts(4)
	if err != nil {
		return nil, stop, err
	}
	at := func(i int) string { return fmt.Sprintf("127.0.0.1:%d", ports[i]) }
	commands, err := prepare(dir, at)
	if err != nil {
		return nil, stop, err
	}
	for i, name := range []string{"direct", "slipway", "nginx", "haproxy"} {
		c := commands[name]
		c.Stderr = os.Stderr
		if err := c.Start(); err != nil {
			return nil, stop, err
		}
		started = append(started, c)
		list = append(list, contender{name, at(i), c.Process.Pid, "/"})
	}
	if err := route(ctx, filepath.Join(dir, "admin", "edge.sock"), at(0)); err != nil {
		return nil, stop, err
	}
	for _, c := range list {
		if err := answers(ctx, c.address); err != nil {
			return nil, stop, fmt.Errorf("%s: %w", c.name, err)
		}
	}
	return list, stop, nil
}

// prepare writes the configurations. at gives the addresses in the order of the figures.
func prepare(dir string, at func(int) string) (map[string]*exec.Cmd, error) {
	options, err := json.Marshal(edge.Options{
		AdminSocket: filepath.Join(dir, "admin", "edge.sock"), StateDir: filepath.Join(dir, "state"), HTTP: []string{at(1)},
	})
	if err != nil {
		return nil, err
	}
	me, err := os.Executable()
	if err != nil {
		return nil, err
	}
	who, err := user.Current()
	if err != nil {
		return nil, err
	}
	fill := strings.NewReplacer("USER", who.Username, "DIR", dir, "BACKEND", at(0), "NGINX", at(2), "HAPROXY", at(3))
	for name, text := range map[string]string{"nginx.conf": nginx, "haproxy.cfg": haproxy} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(fill.Replace(text)), 0o600); err != nil {
			return nil, err
		}
	}
	again := func(env string) *exec.Cmd {
		c := exec.Command(me)
		c.Env = append(os.Environ(), env)
		return c
	}
	return map[string]*exec.Cmd{
		"direct": again(backendEnv + "=" + at(0)), "slipway": again(edgeEnv + "=" + string(options)),
		"nginx":   exec.Command("nginx", "-e", filepath.Join(dir, "nginx.log"), "-c", filepath.Join(dir, "nginx.conf")),
		"haproxy": exec.Command("haproxy", "-db", "-q", "-f", filepath.Join(dir, "haproxy.cfg")),
	}, nil
}

func route(ctx context.Context, socket, backend string) error {
	client := edgeclient.New(socket)
	return retry(ctx, func() error { return client.Apply(ctx, table(1, backend, load{})) })
}

func answers(ctx context.Context, address string) error {
	return retry(ctx, func() error {
		res, err := http.Get("http://" + address + "/")
		if err != nil {
			return err
		}
		defer res.Body.Close()
		body, err := io.ReadAll(res.Body)
		if err == nil && (res.StatusCode != http.StatusOK || len(body) != answerSize) {
			err = fmt.Errorf("answered %s with %d bytes", res.Status, len(body))
		}
		return err
	})
}

// retry waits until something that was just started is there.
func retry(ctx context.Context, f func() error) error {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	for {
		err := f()
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return errors.Join(err, ctx.Err())
		case <-time.After(20 * time.Millisecond):
		}
	}
}

func freePorts(n int) (ports []int, err error) {
	for range n {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return nil, err
		}
		defer l.Close() // after all are chosen, so that they differ
		ports = append(ports, l.Addr().(*net.TCPAddr).Port)
	}
	return ports, nil
}
