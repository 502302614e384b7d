package targettest

import (
	"fmt"
	"strings"
	"time"

	"slipway.dev/internal/target"
)

func restarts(b *bed) {
	in := Instance("tickets.dev.1.0", nil)
	b.ensure(in)
	first := b.healthy(in.ID)
	b.get(first, "/exit", "code", "9")
	s := b.until(in.ID, "restarted", func(s target.Status) bool { return s.Restarts == 1 && s.State == target.Healthy })
	if s.PID == first.PID || s.Exit != "exit status 9" {
		b.Errorf("was %+v, is %+v", first, s)
	}
}

func crashLoop(b *bed) {
	in := Instance("tickets.dev.1.0", map[string]string{"EXIT": "3"})
	b.ensure(in)
	s := b.untilState(in.ID, target.CrashLoop)
	if s.Restarts < 3 || s.Exit != "exit status 3" || !strings.Contains(s.Detail, "exit status 3") {
		b.Errorf("status %+v", s)
	}
}

func outOfMemory(b *bed) {
	if !b.f.Limits {
		b.Skip("this host enforces no limits of memory")
	}
	in := Instance("tickets.dev.1.0", nil)
	in.Limits.Memory = 48 << 20
	b.ensure(in)
	s := b.healthy(in.ID)
	b.get(s, "/eat")
	s = b.until(in.ID, "restarted", func(s target.Status) bool { return s.Restarts == 1 })
	if !strings.Contains(s.Exit, "out of memory") {
		b.Errorf("exit %q", s.Exit)
	}
	b.healthy(in.ID)
}

func sickness(b *bed) {
	in := Instance("tickets.dev.1.0", nil)
	in.Health.Interval = 20 * time.Millisecond
	b.ensure(in)
	s := b.healthy(in.ID)
	b.get(s, "/sick", "on", "true")
	if sick := b.untilState(in.ID, target.Unhealthy); sick.PID != s.PID || !strings.Contains(sick.Detail, "503") {
		b.Errorf("was %+v, is %+v", s, sick)
	}
	b.get(s, "/sick", "on", "false")
	if well := b.healthy(in.ID); well.PID != s.PID {
		b.Errorf("was %+v, is %+v", s, well)
	}
}

func lateListener(b *bed) {
	in := Instance("tickets.dev.1.0", map[string]string{"DELAY": "1500ms"})
	in.Health = target.Health{}
	b.ensure(in)
	b.until(in.ID, "starting", func(s target.Status) bool {
		if s.State == target.Healthy {
			b.Fatalf("healthy before it listens: %+v", s)
		}
		return s.State == target.Starting && s.PID != 0
	})
	if s := b.healthy(in.ID); s.Restarts != 0 {
		b.Errorf("it was started again: %+v", s)
	}
}

func otherProbes(b *bed) {
	tcp := Instance("tcp", nil)
	tcp.Health = target.Health{TCP: true}
	b.ensure(tcp)
	good := Instance("good", nil)
	good.Health = target.Health{Command: []string{"sh", "-c", `test -n "$PORT" && test -x ./app`}}
	b.ensure(good)
	bad := Instance("bad", nil)
	bad.Health = target.Health{Command: []string{"sh", "-c", "echo not today; exit 1"}}
	b.ensure(bad)
	b.healthy("tcp")
	b.healthy("good")
	s := b.until("bad", "looked at", func(s target.Status) bool { return s.Detail != "" })
	if s.State != target.Starting || !strings.Contains(s.Detail, "not today") {
		b.Errorf("status %+v", s)
	}
}

func flood(b *bed) {
	const size = 200 << 20
	in := Instance("tickets.dev.1.0", map[string]string{"FLOOD": fmt.Sprint(size)})
	b.ensure(in)
	quiet := Instance("quiet", nil)
	b.ensure(quiet)
	b.healthy("quiet")
	b.healthy(in.ID)
	r, err := b.Logs(b.Context(), in.ID, target.LogOptions{})
	if err != nil {
		b.Fatal(err)
	}
	defer r.Close()
	var kept int64
	buf := make([]byte, 1<<20)
	for {
		n, err := r.Read(buf)
		kept += int64(n)
		if err != nil {
			break
		}
	}
	if kept > b.f.LogBound || kept < b.f.LogBound/10 {
		b.Errorf("%d bytes are kept, the bound is %d", kept, b.f.LogBound)
	}
}
