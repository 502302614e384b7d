package edge

import (
	"testing"
	"time"
)

func TestDeadlineIsArmedOnlyWhenNeeded(t *testing.T) {
	t.Parallel()
	var d deadline
	var armed []time.Time
	set := func(at time.Time) error { armed = append(armed, at); return nil }
	now := time.Now()
	for _, step := range []struct {
		what        string
		want        time.Time
		arms        bool
		least, most time.Duration // from now
	}{
		{"none", time.Time{}, false, 0, 0},
		{"first", now.Add(time.Minute), true, time.Minute, time.Minute + slack},
		{"a little later", now.Add(time.Minute + slack/2), false, 0, 0},
		{"much later", now.Add(2 * time.Minute), true, 2 * time.Minute, 2*time.Minute + slack},
		{"sooner", now.Add(time.Minute), true, time.Minute, time.Minute + slack},
		{"long ago", time.Unix(1, 0), true, -1 << 62, -time.Hour},
		{"short", now.Add(80 * time.Millisecond), true, 80 * time.Millisecond, 90 * time.Millisecond},
	} {
		before := len(armed)
		d.want = step.want
		if err := d.arm(set); err != nil {
			t.Fatal(err)
		}
		if (len(armed) > before) != step.arms {
			t.Errorf("%s: armed %v", step.what, len(armed) > before)
			continue
		}
		if left := d.armed.Sub(now); step.arms && (left < step.least || left > step.most) {
			t.Errorf("%s: armed for %v from now", step.what, left)
		}
	}
	d.want = time.Time{}
	if _ = d.arm(set); !armed[len(armed)-1].IsZero() {
		t.Error("a deadline that is no longer wanted stays armed")
	}
}
