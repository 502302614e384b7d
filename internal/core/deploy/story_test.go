package deploy

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"slipway.dev/internal/core/config"
	"slipway.dev/internal/core/gate"
	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/core/machine/machinetest"
)

// TestFull shows all that a step changes, once.
func TestFull(t *testing.T) {
	t.Parallel()
	machinetest.Run(t, Lane{}, "testdata/full/*.txt")
}

// TestStories runs the scripts in testdata. They are like machinetest's, in the words of
// deployments: instance 2.1 is that of deployment 2 with index 1; below each event stands
// what people and drivers see of it. -update records them anew.
//
//	with KEY=VALUE…                       what the following releases have
//	> deploy r2 [KEY=VALUE…] [force]      a push (or reason=manual); order and commit are of the name
//	> healthy|STATE 2.0 [DETAIL]         an instance is seen; 2.0@x: at another address
//	> applied [REVISION]                  by the edge; without a revision: the latest
//	> pass, > fail TEXT, > lost TEXT      the outcome of the smoke checks
//	> traffic 1=REQUESTS/ERRORS 2=…       counts of the edge
//	> wait [KEY]                          the time of the timer comes whose key begins so
//	> rollback [TO] [force], > abort, > settle DECISION
//	> again                               the last event once more
//	> event TYPE [DATA]                   any event
//	gate open|shut                        what the following events know of the gate
func TestStories(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no stories (%v)", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			t.Parallel()
			tell(t, file)
		})
	}
}

func tell(t *testing.T, file string) {
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	s := &story{witness: newWitness(), now: time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC)}
	s.every = true
	var out strings.Builder
	for line := range strings.Lines(string(raw)) {
		if strings.HasPrefix(line, "  ") {
			continue
		}
		told, err := s.line(strings.TrimSpace(line))
		if err != nil {
			t.Fatalf("%s: %s: %v, after\n%s", file, strings.TrimSpace(line), err, out.String())
		}
		out.WriteString(line + told)
	}
	if flag.Lookup("update").Value.String() == "true" {
		if err := os.WriteFile(file, []byte(out.String()), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(strings.Split(string(raw), "\n"), strings.Split(out.String(), "\n")); diff != "" {
		t.Errorf("%s is not what happens (-recorded +now; -update records it anew):\n%s", file, diff)
	}
}

type story struct {
	*witness
	now   time.Time
	with  []string
	facts machine.Value
	last  machine.Event
}

func (s *story) line(line string) (string, error) {
	words := strings.Fields(line)
	switch {
	case len(words) == 0 || words[0] == "#":
		return "", nil
	case words[0] == "with":
		s.with = words[1:]
		return "", nil
	case words[0] == "gate":
		verdict := map[string]gate.Verdict{"open": gate.Pass, "shut": gate.Fail}[words[1]]
		s.facts = machine.Must(doorFacts{Gate: []gate.Condition{{Name: "approvals", Verdict: verdict, Reason: "1 of 2"}}})
		return "", nil
	case words[0] != ">" || len(words) < 2:
		return "", fmt.Errorf("not a comment, setting or event")
	}
	e, err := s.event(words[1], words[2:])
	if err != nil {
		return "", err
	}
	e.At, e.Facts, s.last = s.now, s.facts, e
	before := s.state
	refused, broken := s.step(e)
	if broken != nil {
		return "", broken
	}
	if refused != nil {
		return "  refused: " + refused.Error() + "\n", nil
	}
	return record(before, s.state, s.took()), nil
}

// took gives the smoke checks that the last step began.
func (s *story) took() []machine.Effect {
	begun := s.checks
	return begun[min(len(begun), s.known):]
}

func (s *story) event(verb string, args []string) (machine.Event, error) {
	arg := strings.Join(args, " ")
	switch verb {
	case "again":
		return s.last, nil
	case "deploy":
		r, err := release(args[0], append(append([]string{}, s.with...), args[1:]...))
		return person(EventRequested, r), err
	case "applied":
		revision := s.state.Route.Revision
		if arg != "" {
			revision, _ = strconv.ParseInt(arg, 10, 64)
		}
		return event(EventRouted, Routed{revision}), nil
	case "pass", "fail", "lost":
		s.checks = nil
		kind := map[string]string{"pass": ".done", "fail": ".failed", "lost": ".unknown"}[verb]
		return event(SmokeCheck+kind, machine.Outcome{Error: arg}), nil
	case "traffic":
		return traffic(args)
	case "wait":
		return s.wait(arg)
	case "rollback":
		to, force := strings.CutSuffix(" "+arg, " force")
		return person(EventRollback, RollbackRequest{To: strings.TrimSpace(to), Force: force}), nil
	case "abort":
		return person(EventAbort, Abort{Reason: arg}), nil
	case "settle":
		return person(EventSettled, Settle{Decision: arg}), nil
	case "event":
		kind, data, _ := strings.Cut(arg, " ")
		return machine.Event{Type: kind, Actor: machine.System("story"), Data: machine.Value(data)}, nil
	}
	id, address, found := strings.Cut(args[0], "@")
	if !found {
		address = "at-" + id
	}
	return event(EventInstance, Instance{ID: "tickets.dev." + id, State: verb, Address: address, Detail: strings.Join(args[1:], " ")}), nil
}

func person(kind string, data any) machine.Event {
	e := event(kind, data)
	e.Actor = machine.Actor{Kind: "person", Name: "ada"}
	return e
}

// wait lets the time of a timer come.
func (s *story) wait(key string) (machine.Event, error) {
	for _, d := range s.state.timers() {
		if !strings.HasPrefix(short(d.Key), key) {
			continue
		}
		var a struct{ At time.Time }
		if err := unmarshal(d.Spec, &a); err != nil {
			return machine.Event{}, err
		}
		if a.At.After(s.now) {
			s.now = a.At
		}
		return machine.Event{Type: machine.Timer, Actor: machine.System("timer"), Data: d.Spec}, nil
	}
	return machine.Event{}, fmt.Errorf("no such timer is set")
}

func traffic(args []string) (machine.Event, error) {
	var t Traffic
	for _, arg := range args {
		var number, requests, errors uint64
		if _, err := fmt.Sscanf(arg, "%d=%d/%d", &number, &requests, &errors); err != nil {
			return machine.Event{}, err
		}
		t.Counts = append(t.Counts, Count{Deployment: fmt.Sprint("tickets.dev.", number), Requests: requests, Errors: errors})
	}
	return event(EventTraffic, t), nil
}

// release makes a request: "r2" has order 2 and commit c2 unless said otherwise.
func release(name string, settings []string) (Request, error) {
	order, _ := strconv.ParseInt(strings.TrimLeft(name, "r"), 10, 64)
	r := Request{
		Service: "tickets", Environment: "dev", Release: name, Artifact: "a" + name[1:], Commit: "c" + name[1:], Order: order, Config: "k", Reason: push, CommittedAt: time.Date(2026, 1, 5, 8, 59, 59, 990_000_000, time.UTC),
		Rollout: config.Rollout{Replicas: 1, Strategy: config.Strategy{Kind: "blueGreen"}, Migration: config.MigrationNone,
			Rollback: config.Rollback{Errors: 0.05, Minimum: 20, Observe: 30 * time.Second, Warm: 15 * time.Minute, Keep: 5}},
	}
	for _, s := range settings {
		key, value, _ := strings.Cut(s, "=")
		n, _ := strconv.Atoi(value)
		switch key {
		case "replicas":
			r.Rollout.Replicas = n
		case "smoke":
			r.Rollout.Smoke = n
		case "keep":
			r.Rollout.Rollback.Keep = n
		case "warm":
			r.Rollout.Rollback.Warm, _ = time.ParseDuration(value)
		case "migration":
			r.Rollout.Migration = config.Migration(value)
		case "strategy":
			r.Rollout.Strategy.Kind = value
		case "batch":
			r.Rollout.Strategy.Batch = n
		case "steps":
			for _, w := range strings.Split(value, ",") {
				weight, _ := strconv.Atoi(w)
				r.Rollout.Strategy.Steps = append(r.Rollout.Strategy.Steps, config.Step{Weight: weight, Pause: time.Minute})
			}
		case "order":
			r.Order = int64(n)
		case "commit":
			r.Commit = value
		case "config":
			r.Config = value
		case "reason":
			r.Reason = value
		case "force":
			r.Force = true
		default:
			return r, fmt.Errorf("no setting %q", s)
		}
	}
	return r, nil
}
