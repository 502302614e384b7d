package targettest

import (
	"bufio"
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/target"
)

func ignoresTerm(b *bed) {
	in := Instance("tickets.dev.1.0", map[string]string{"IGNORE_TERM": "1"})
	in.StopGrace = 300 * time.Millisecond
	b.ensure(in)
	s := b.healthy(in.ID)
	if err := b.Stop(b.Context(), in.ID); err != nil {
		b.Fatal(err)
	}
	b.gone(s)
}

// gone checks that nobody listens at the instance's address, and that it is unknown.
func (b *bed) gone(s target.Status) {
	b.Helper()
	if c, err := net.Dial("tcp", s.Address); err == nil {
		c.Close()
		b.Errorf("somebody still listens at %s", s.Address)
	}
	if now, err := b.Status(b.Context(), s.ID); !fault.Is(err, fault.NotFound) {
		b.Errorf("still there: %+v, %v", now, err)
	}
}

func noChildren(b *bed) {
	in := Instance("tickets.dev.1.0", map[string]string{"CHILDREN": "$HOME"})
	in.StopGrace = 300 * time.Millisecond
	b.ensure(in)
	s := b.healthy(in.ID)
	_, home := b.get(s, "/env", "name", "HOME")
	var files []*os.File // open, as Stop removes them
	for _, name := range []string{"0", "1"} {
		b.until(in.ID, "parent of a child", func(target.Status) bool {
			_, text := b.get(s, "/read", "path", "$HOME/"+name)
			return text == "locked"
		})
		f, err := os.Open(filepath.Join(home, name))
		if err != nil {
			b.Skip("the app's files cannot be reached from here")
		}
		defer f.Close()
		if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err == nil {
			b.Fatal("the child does not hold its lock")
		}
		files = append(files, f)
	}
	if err := b.Stop(b.Context(), in.ID); err != nil {
		b.Fatal(err)
	}
	for _, f := range files {
		if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
			b.Errorf("child %s is still there: %v", f.Name(), err)
		}
	}
}

func graceful(b *bed) {
	in := Instance("tickets.dev.1.0", nil)
	b.ensure(in)
	s := b.healthy(in.ID)
	c, err := net.Dial("tcp", s.Address)
	if err != nil {
		b.Fatal(err)
	}
	defer c.Close()
	if _, err := c.Write([]byte("GET /slow?for=500ms HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")); err != nil {
		b.Fatal(err)
	}
	r := bufio.NewReader(c)
	if line, err := r.ReadString('\n'); err != nil || !strings.Contains(line, "200") {
		b.Fatalf("%q, %v", line, err)
	}
	stopped := make(chan error, 1)
	go func() { stopped <- b.Stop(b.Context(), in.ID) }()
	var last string
	for err == nil {
		var line string
		if line, err = r.ReadString('\n'); strings.Contains(line, "done") {
			last = "done"
		}
	}
	if last != "done" {
		b.Errorf("the request in flight was cut off: %v", err)
	}
	if err := <-stopped; err != nil {
		b.Error(err)
	}
	b.gone(s)
}

func stopIdempotent(b *bed) {
	if err := b.Stop(b.Context(), "never.there"); err != nil {
		b.Errorf("stop of an unknown instance: %v", err)
	}
	changes := b.Watch(b.Context())
	in := Instance("tickets.dev.1.0", nil)
	b.ensure(in)
	s := b.healthy(in.ID)
	errs := make(chan error, 4)
	for range cap(errs) {
		go func() { errs <- b.Stop(b.Context(), in.ID) }()
	}
	for range cap(errs) {
		if err := <-errs; err != nil {
			b.Error(err)
		}
	}
	b.gone(s)
	for c := range changes {
		if c.State == target.Stopped {
			break
		}
	}
	b.ensure(in) // the same ID may come again
	b.healthy(in.ID)
}

func logs(b *bed) {
	in := Instance("tickets.dev.1.0", map[string]string{"SAY": "hello there"})
	b.ensure(in)
	b.healthy(in.ID)
	ctx, cancel := context.WithTimeout(b.Context(), patience)
	defer cancel()
	r, err := b.Logs(ctx, in.ID, target.LogOptions{Follow: true})
	if err != nil {
		b.Fatal(err)
	}
	defer r.Close()
	streams := map[string]bool{}
	lines := bufio.NewScanner(r)
	stopping := make(chan error, 1)
	for lines.Scan() { // ends when the instance is gone
		f := strings.SplitN(lines.Text(), " ", 3)
		if _, err := time.Parse(time.RFC3339Nano, f[0]); err != nil || len(f) != 3 {
			b.Fatalf("line %q", lines.Text())
		}
		if f[2] == "hello there" {
			streams[f[1]] = true
			if len(streams) == 2 {
				go func() { stopping <- b.Stop(b.Context(), in.ID) }()
			}
		}
	}
	if err := lines.Err(); err != nil {
		b.Fatalf("follow: %v; seen %v", err, streams)
	}
	if err := <-stopping; err != nil {
		b.Fatal(err)
	}
	// It is kept when the instance is gone.
	kept, err := b.Logs(ctx, in.ID, target.LogOptions{Tail: 1})
	if err != nil {
		b.Fatal(err)
	}
	defer kept.Close()
	last := bufio.NewScanner(kept)
	if !last.Scan() || last.Scan() {
		b.Error("tail 1 is not one line")
	}
	if _, err := b.Logs(ctx, "never.there", target.LogOptions{}); !fault.Is(err, fault.NotFound) {
		b.Errorf("logs of an unknown instance: %v", err)
	}
}

func adopts(b *bed) {
	in := Instance("tickets.dev.1.0", nil)
	b.ensure(in)
	before := b.healthy(in.ID)
	b.Close()
	if code, _ := b.get(before, "/healthz"); code != 200 {
		b.Fatalf("it does not outlive its target: %d", code)
	}
	b.get(before, "/exit", "code", "1") // and is looked after meanwhile
	b.Target = b.f.Open(b.T)
	if _, err := b.Status(b.Context(), in.ID); !errors.As(err, new(*fault.Error)) {
		b.Errorf("known before it was adopted: %v", err)
	}
	list, err := b.Adopt(b.Context())
	if err != nil || len(list) != 1 || list[0].ID != in.ID {
		b.Fatalf("adopted %+v, %v", list, err)
	}
	after := b.until(in.ID, "restarted", func(s target.Status) bool { return s.Restarts == 1 && s.State == target.Healthy })
	if err := b.Ensure(b.Context(), in, b.root); err != nil {
		b.Fatal(err)
	}
	if again := b.healthy(in.ID); again.PID != after.PID {
		b.Errorf("ensured anew: was %+v, is %+v", after, again)
	}
}
