package trigger

import (
	"slices"
	"time"

	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/core/workflow"
	"slipway.dev/internal/core/workflow/interp"
)

func (a Active) check() error {
	if a.Definition == "" || a.Seed == "" {
		return fault.New(fault.Invalid, "a version has a definition and a seed")
	}
	return a.Schedule.check()
}

func (s Schedule) check() error {
	switch {
	case s.Every < 0 || s.After < 0 || s.Every > 0 && s.Every < time.Second || s.After > 0 && s.After < time.Second:
		return fault.New(fault.Invalid, "a workflow runs by itself at most once in a second")
	}
	if _, err := s.zone(); err != nil {
		return err
	}
	if s.After > 0 && (s.Every > 0 || s.Cron != "") {
		return fault.New(fault.Invalid, "a schedule with after has neither every nor cron: it is not told which of them comes first")
	}
	if !slices.Contains([]string{"", MissedSkip, MissedOnce, MissedAll}, s.Missed) || !slices.Contains([]string{"", OverlapSkip, OverlapQueue, OverlapAllow, OverlapReplace}, s.Overlap) {
		return fault.New(fault.Invalid, "there is no policy missed: %s, overlap: %s", s.Missed, s.Overlap)
	}
	if s.Cron != "" {
		if _, ok := workflow.NextCron(s.Cron, time.UTC, time.Unix(0, 0)); !ok {
			return fault.New(fault.Invalid, "the cron expression %q never comes", s.Cron)
		}
	}
	return nil
}

func (s Schedule) zone() (*time.Location, error) {
	if s.Zone == "" {
		return time.UTC, nil
	}
	z, err := time.LoadLocation(s.Zone)
	if err != nil {
		return nil, fault.New(fault.Invalid, "there is no time zone %q", s.Zone).WithHint("write it as Europe/Berlin")
	}
	return z, nil
}

// following gives the time after t at which the schedule comes next; zero: never by time.
func (s Schedule) following(t time.Time) time.Time {
	var first time.Time
	if s.Every > 0 {
		first = t.Add(s.Every)
	}
	if s.Cron == "" {
		return first
	}
	zone, err := s.zone()
	if err != nil {
		return first
	}
	if n, ok := workflow.NextCron(s.Cron, zone, t); ok && (first.IsZero() || n.Before(first)) {
		first = n.UTC()
	}
	return first
}

// sameTimes says whether another schedule comes at the same times.
func (s Schedule) sameTimes(b Schedule) bool {
	return s.Every == b.Every && s.Cron == b.Cron && s.Zone == b.Zone && s.After == b.After
}

// plan sets when it runs first.
func (s *State) plan(now time.Time) {
	s.Next = s.Active.Schedule.following(now)
	if s.Active.Schedule.After > 0 && len(s.Running) == 0 {
		s.Next = now // the first run begins at once; the others after the one before
	}
}

// alarm is the schedule's time.
func (s State) alarm(a machine.Alarm, e machine.Event) (next, error) {
	if a.Key != timerNext || s.Active == nil || s.Next.IsZero() || s.Paused != "" || e.At.Before(s.Next) {
		return next{}, fault.New(fault.Refused, "no time of the schedule %q is due", a.Key)
	}
	return s.due(e.At), nil
}

// due begins what the schedule wants until now: the time that came, and of those that
// passed before it what Missed says.
func (s State) due(now time.Time) next {
	if s.Active == nil || s.Next.IsZero() || now.Before(s.Next) {
		return next{State: s}
	}
	schedule, runs := s.Active.Schedule, 0
	last := s.Next // that came
	for n := 0; !s.Next.IsZero() && !s.Next.After(now); n++ {
		last = s.Next
		if runs++; n == maxMissed-1 {
			s.Next = schedule.following(now)
			break
		}
		if schedule.After > 0 {
			s.Next = time.Time{}
		} else {
			s.Next = schedule.following(s.Next)
		}
	}
	switch {
	case schedule.Missed == MissedAll:
	case schedule.Missed == MissedOnce, schedule.After > 0, now.Sub(last) <= grace:
		s.Skipped += runs - 1
		runs = 1
	default:
		s.Skipped += runs
		runs = 0
	}
	out := next{State: s}
	for range runs {
		n := out.State.itself(Fire{Trigger: "schedule"}, now)
		n.Messages = append(out.Messages, n.Messages...)
		out = n
	}
	return out
}

// grace is how late a time of the schedule may be seen and still count as in time: as long as a
// restart of the control plane takes.
const grace = time.Minute

// itself begins a run that nobody asks for, as the overlap policy says. It acts as the
// workflow, whose rights an administrator gives.
func (s State) itself(f Fire, now time.Time) next {
	f.As = machine.Actor{Kind: "workflow", Name: s.Workflow}
	if len(s.Running) == 0 {
		return s.begin(f, now)
	}
	policy := s.Active.Schedule.Overlap
	if policy == "" && f.Trigger == "event" {
		policy = OverlapAllow
	}
	switch policy {
	case OverlapAllow:
		if len(s.Running) < maxRunning {
			return s.begin(f, now)
		}
	case OverlapQueue:
		if len(s.Waiting) < maxWaiting {
			s.Waiting = append(s.Waiting[:len(s.Waiting):len(s.Waiting)], f)
			return next{State: s}
		}
	case OverlapReplace:
		var stop []machine.Message
		for _, r := range s.Running {
			stop = append(stop, machine.Message{To: interp.MachineID(r.Run), Type: interp.EventCancelled,
				Data: machine.Must(interp.Why{Reason: "a newer run takes its place"})})
		}
		out := s.begin(f, now)
		out.Messages = append(stop, out.Messages...)
		return out
	}
	s.Skipped++
	s.Problem = "it did not begin at " + now.UTC().Format(time.RFC3339) + ": " + s.Running[0].Run + " is under way"
	return next{State: s}
}
