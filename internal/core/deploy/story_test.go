package deploy

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"slipway.dev/internal/core/config"
	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/core/machine/machinetest"
	"slipway.dev/internal/core/workflow/interp"
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
//	> hook 2.0 STATUS [DETAIL]           the run of deployment 2's first hook has ended (before=, after=)
//	> wait [KEY]                          the time of the timer comes whose key begins so
//	> says VERDICT [WEIGHT] [TICK] [REASON]  the judge's word; with judged=WORDS (see judgedStrategy)
//	> rollback [TO] [force], > abort, > settle DECISION
//	> takeback TO DEPLOYMENT TRAIN        a train takes its member back
//	> again                               the last event once more
//	> event TYPE [DATA]                   any event
//	gate open|shut|train|silent [KEY=VAL…] how the gate stands from now on: next=30m, config=k2,
//	                                      approvals=2 (a task asks for them), lease=1, glass=ID,
//	                                      supersede, unguarded, artifact=x
//	revoked [RELEASE…]                    releases that are revoked from now on
//	> ask [DEPLOYMENT]                    the driver of the gate asks; it does so by itself when something else waits
//	> signed DEPLOYMENT VSA               the decision by which it began was signed
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
	now     time.Time
	with    []string
	gate    []string // words of the last "gate"
	revoked []string
	last    machine.Event
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
		s.gate = words[1:]
		return "", nil
	case words[0] == "revoked":
		s.revoked = words[1:]
		return "", nil
	case words[0] != ">" || len(words) < 2:
		return "", fmt.Errorf("not a comment, setting or event")
	}
	e, err := s.event(words[1], words[2:])
	if err != nil {
		return "", err
	}
	e.At, s.last = s.now, e
	switch e.Type {
	case EventAsked, machine.Timer:
		if words[1] == "event" { // comes without facts
			break
		}
		e.Facts, err = s.answers(map[bool][]string{true: words[2:]}[e.Type == EventAsked])
	case EventRollback:
		if words[1] == "event" {
			break
		}
		e.Facts = machine.Must(notRevoked(s.state, s.revoked...))
	}
	if err != nil {
		return "", err
	}
	before, known := s.state, len(s.checks)
	refused, broken := s.step(e)
	if broken != nil {
		return "", broken
	}
	if refused != nil {
		return "  refused: " + refused.Error() + "\n", nil
	}
	told := judgings(before, s.state) + notices(s.next.Effects)
	messages := s.next.Messages
	if now := waits(s.state); now != waits(before) && now != "" {
		more, err := s.ask()
		if err != nil {
			return "", err
		}
		messages = append(slices.Clone(messages), more...)
	}
	return record(before, s.state, s.checks[min(len(s.checks), known):]) + told + tellings(messages), nil
}

// ask has the driver ask at once. That nothing follows is no news.
func (s *story) ask() ([]machine.Message, error) {
	facts, err := s.answers(nil)
	if err != nil {
		return nil, err
	}
	e := event(EventAsked, nil)
	e.At, e.Facts = s.now, facts
	refused, broken := s.step(e)
	if refused != nil || broken != nil {
		return nil, broken
	}
	return s.next.Messages, nil
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
	case "takeback":
		return event(EventRollback, RollbackRequest{To: args[0], Undo: "tickets.dev." + args[1], Train: args[2]}), nil
	case "abort":
		if number, why, _ := strings.Cut(arg, " "); number != "" && strings.Trim(number, "0123456789") == "" {
			return person(EventAbort, Abort{Deployment: "tickets.dev." + number, Reason: why}), nil
		}
		return person(EventAbort, Abort{Reason: arg}), nil
	case "ask":
		return event(EventAsked, nil), nil
	case "signed":
		return event(EffectSign+".done", machine.Outcome{Output: machine.Must(Signed{Deployment: "tickets.dev." + args[0], VSA: args[1]})}), nil
	case "hook":
		return event(EventHook, interp.Child{Run: "dev.run.1", Key: "tickets.dev." + args[0], Status: interp.Status(args[1]), Error: &interp.Problem{Detail: strings.Join(args[2:], " ")}}), nil
	case "says":
		return says(s.state, args)
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
		Service: "tickets", Environment: "dev", Release: name, Artifact: "a" + name[1:], Commit: "c" + name[1:], Order: order, Config: "k", Reason: ReasonPush, CommittedAt: time.Date(2026, 1, 5, 8, 59, 59, 990_000_000, time.UTC),
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
		case "before":
			r.Rollout.Hooks.Before = strings.Split(value, ",")
		case "after":
			r.Rollout.Hooks.After = strings.Split(value, ",")
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
		case "judged":
			r.Rollout.Strategy = judgedStrategy(r.Rollout.Strategy, value)
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
		case "train":
			r.Train = value
		case "plan":
			r.Plan = value
		case "expedite":
			r.Expedite = true
		case "fix":
			r.Fix = value
		default:
			return r, fmt.Errorf("no setting %q", s)
		}
	}
	return r, nil
}
