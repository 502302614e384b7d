package run

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/core/workflow/interp"
	"slipway.dev/internal/engine"
)

func TestWhatProcessesGive(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	for task, want := range map[string]string{
		`shell: {command: 'echo "$(cat) $1 $X"', stdin: in, arguments: [a b], environment: {X: 7}}`:      `"in a b 7"`,
		`shell: {command: 'printf "a\n\n"; echo bad >&2'}, return: stderr`:                               `"bad"`,
		`shell: {command: 'exit 3'}, return: code`:                                                       `3`,
		`shell: {command: 'echo o; echo e >&2; exit 4'}, return: all`:                                    `{"code":4,"stderr":"e","stdout":"o"}`,
		`shell: {command: 'echo o'}, return: none`:                                                       `null`,
		`script: {language: python, code: 'import sys; print(sys.argv[1] * 2)', arguments: ['${ .n }']}`: `"55"`,
		`script: {language: js, code: 'console.log(process.env.A)', environment: {A: '${ {b: .n} }'}}`:   `"{\"b\":5}"`,
	} {
		if got := w.output("do: [{a: {run: {"+task+"}}}]", map[string]any{"n": 5}); got != want {
			t.Errorf("%s: %s", task, got)
		}
	}
	for task, want := range map[string]string{
		`shell: {command: 'echo what is wrong >&2; exit 3'}`:         "500 the shell command ended with exit status 3: what is wrong",
		`script: {language: python, code: 'raise ValueError("so")'}`: "ValueError: so",
		`shell: {command: 'curl http://x'}, return: stdout`:          "500 the shell command ended with exit status",
		`container: {image: alpine, volumes: {/: /host}}`:            "403 containers of workflows get no volumes of this machine",
		`container: {image: alpine, ports: {'80': 80}}`:              "403 containers of workflows get no ports of this machine",
	} {
		p := w.problem("do: [{a: {run: {"+task+"}}}]", nil)
		if got := p.Type + " " + strings.Join([]string{itoa(p.Status), p.Detail}, " "); !strings.Contains(got, want) || p.Instance != "/do/0/a" {
			t.Errorf("%s: %+v", task, p)
		}
	}
	if p := w.problem("do: [{a: {run: {shell: {command: 'true'}}, metadata: {network: true}}}]", nil); p.Status != 403 || !strings.Contains(p.Detail, "no network here") {
		t.Errorf("a network that is not allowed: %+v", p)
	}
}

func TestFunctionJob(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	got := w.output(`do: [{a: {call: job, with: {command: [sh, -c, 'echo "$A $0"; cat', x y], env: {A: '1'}, stdin: z}}}]`, nil)
	if got != `{"code":0,"stderr":"","stdout":"1 x y\nz"}` {
		t.Error(got)
	}
	if p := w.problem(`do: [{a: {call: job, with: {command: ['false']}}}]`, nil); p.Status != 500 || !strings.Contains(p.Detail, "exit status 1") {
		t.Errorf("%+v", p)
	}
	if p := w.problem(`do: [{a: {call: job, with: {command: [sleep, '600'], timeout: {milliseconds: 300}}}}]`, nil); p.Type != interp.TimedOut {
		t.Errorf("%+v", p)
	}
}

func TestLongOutputIsKeptByDigest(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	s := w.end(w.begin("do: [{a: {run: {shell: {command: 'head -c 30000 /dev/zero | tr \"\\0\" x'}}}}, {b: {set: {n: '${ length }', last: '${ .[-3:] }'}}}]", nil))
	if got := w.text(s.Output); got != `{"last":"xxx","n":30000}` {
		t.Errorf("%s: %+v", got, s.Error)
	}
}

// TestAbandonedProcessesEnd cancels a run, lets a task time out and a branch lose: nothing of
// them may go on.
func TestAbandonedProcessesEnd(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	forever := func(mark string) string { return "run: {shell: {command: 'echo began; sleep " + mark + "'}}" }
	for name, c := range map[string]struct{ source, mark string }{
		"cancelled": {"do: [{a: {" + forever("86101.25") + "}}]", "86101.25"},
		"timed out": {"do: [{a: {" + forever("86102.25") + ", timeout: {after: PT0.5S}}}]", "86102.25"},
		"lost":      {"do: [{f: {fork: {compete: true, branches: [{a: {" + forever("86103.25") + "}}, {b: {wait: PT0.5S}}]}}}]", "86103.25"},
	} {
		id := w.begin(c.source, nil)
		if name == "cancelled" {
			eventually(t, "the process of "+name, func() bool { return processes(c.mark) > 0 })
			w.submit(engine.To{Machine: interp.MachineID(id), Event: machine.Event{Type: interp.EventCancelled, Actor: someone, Data: machine.Must(interp.Why{Reason: "no need"})}})
		}
		w.end(id)
		eventually(t, "the end of the process of "+name, func() bool { return processes(c.mark) == 0 })
		eventually(t, "the end of the effect of "+name, func() bool { return w.pending(id) == 0 })
	}
}

func (w *world) pending(id string) int64 {
	m, err := w.store.Machine(w.t.Context(), interp.MachineID(id))
	if err != nil {
		w.t.Fatal(err)
	}
	return m.Pending
}

// processes counts those that sleep for so long.
func processes(mark string) (n int) {
	all, _ := filepath.Glob("/proc/[0-9]*/cmdline")
	for _, path := range all {
		if b, _ := os.ReadFile(path); string(b) == "sleep\x00"+mark+"\x00" {
			n++
		}
	}
	return n
}

func TestDetachedProcessGoesOn(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	mark := filepath.Join(t.TempDir(), "ended")
	w.driver.Logs.Print = func(n Line) {
		if n.Text == "late" {
			_ = os.WriteFile(mark, nil, 0o600)
		}
	}
	if got := w.output("do: [{a: {run: {shell: {command: 'sleep 0.5; echo late'}, await: false}}}]", "in"); got != `"in"` {
		t.Errorf("its output: %s", got)
	}
	eventually(t, "what it does later", func() bool {
		_, err := os.Stat(mark)
		return err == nil
	})
}

func TestScriptFromElsewhere(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	server := serve(t, func(path string) string { return "print('from " + path + "')" })
	got := w.output("do: [{a: {run: {script: {language: python, source: {endpoint: '"+server+"/x.py'}}}}}]", nil)
	if got != `"from /x.py"` {
		t.Error(got)
	}
}
