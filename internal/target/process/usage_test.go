package process

import (
	"context"
	"strings"
	"testing"

	"slipway.dev/internal/sandbox"
	"slipway.dev/internal/shim"
	"slipway.dev/internal/target"
	"slipway.dev/internal/target/targettest"
)

// TestSuiteWithoutCgroups is how it is for who is not root.
func TestSuiteWithoutCgroups(t *testing.T) {
	t.Parallel()
	host := sandbox.Available()
	host.Memory, host.CPU, host.Processes = false, false, false
	targettest.RunOne(t, "SaysWhatIsUsed", func(t *testing.T) targettest.Fixture {
		dir := t.TempDir()
		return targettest.Fixture{Open: func(t *testing.T) targettest.Target {
			tg := open(t, Options{Dir: dir, Logs: shim.Rotation{Size: 1 << 20, Files: 2, Rate: 8 << 20}})
			tg.host = host
			return tg
		}}
	})
}

// TestGroupsAreRead sees to it that where there are cgroups they are what is read.
func TestGroupsAreRead(t *testing.T) {
	t.Parallel()
	if host := sandbox.Available(); !host.Memory || !host.Processes {
		t.Skip("this host has no cgroups for us")
	}
	const id = "tickets.dev.1.0"
	root := targettest.Build(t)
	tg := open(t, Options{Dir: t.TempDir()})
	if err := tg.Ensure(t.Context(), targettest.Instance(id, nil), root); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := tg.Stop(context.Background(), id); err != nil {
			t.Error(err)
		}
	})
	until(t, tg, id, func(s target.Status) bool { return s.State == target.Healthy })
	out := map[string]target.Usage{}
	if !tg.groups(id, out) || out[id].CPUSeconds <= 0 || out[id].MemoryBytes <= 0 || out[id].Processes != 1 {
		t.Errorf("%+v", out)
	}
}

func TestReadStat(t *testing.T) {
	t.Parallel()
	const after = " S 7 1 1 0 -1 4194560 9 9 0 0 150 50 300 200 20 0 8 0 12345 4096 3 18446744073709551615"
	p, ok := readStat("42 (a) b (c d" + ")" + after)
	if !ok || p.pid != 42 || p.parent != 7 || p.own != 2 || p.waited != 5 || p.resident <= 0 {
		t.Errorf("%+v, %t", p, ok)
	}
	for _, line := range []string{"", "42", "42 (a", "42 (a) S 7", strings.Repeat("x ", 60)} {
		if p, ok := readStat(line); ok {
			t.Errorf("%q is read as %+v", line, p)
		}
	}
}

// TestOfWhatIsNoLongerThere sees to it that time does not become less when a process ends that
// nobody waits for.
func TestOfWhatIsNoLongerThere(t *testing.T) {
	t.Parallel()
	tg := open(t, Options{Dir: t.TempDir()})
	self, err := shim.Identify("self")
	if err != nil {
		t.Fatal(err)
	}
	other := self
	other.Start++
	for _, c := range []struct{ seen, want float64 }{{5, 5}, {3, 5}, {6, 6}} {
		if got := tg.most("a", self, c.seen); got != c.want {
			t.Errorf("%v seen is %v, want %v", c.seen, got, c.want)
		}
	}
	if got := tg.most("a", other, 1); got != 1 {
		t.Errorf("of another shim it is %v", got)
	}
}

// TestBelow counts what is below a shim: children, theirs, and what the shim has waited for.
func TestBelow(t *testing.T) {
	t.Parallel()
	table := processes{
		1:  {{pid: 20, parent: 1, own: 7}},
		10: {{pid: 11, parent: 10, own: 1, waited: 0.5, resident: 100}},
		11: {{pid: 12, parent: 11, own: 2, resident: 30}},
		12: {{pid: 10, parent: 12, own: 99, waited: 4, resident: 99}}, // numbers given anew while they were read
	}
	if u, ok := table.below(10); !ok || u.CPUSeconds != 7.5 || u.MemoryBytes != 130 || u.Processes != 2 {
		t.Errorf("%+v, %t", u, ok)
	}
	if u, ok := table.below(13); ok {
		t.Errorf("of none it is %+v", u)
	}
}
