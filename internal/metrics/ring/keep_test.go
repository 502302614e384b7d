package ring

import (
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/metrics"
)

// flowSample is what two steps of a flow, in two releases, have after n minutes.
func flowSamples(n float64) []metrics.Sample {
	var out []metrics.Sample
	for _, step := range []string{"choose", "pay"} {
		for _, deployment := range []string{"1", "2"} {
			labels := []string{"flow", "purchase", "environment", "prod", "step", step, "service", "tickets", "release", "r" + deployment, "deployment", deployment}
			out = append(out, counter(metrics.FlowRequests, 10*n, labels...),
				counter(metrics.FlowBucket, 9*n, append(labels, "le", "0.3")...), counter(metrics.FlowBucket, 10*n, append(labels, "le", "+Inf")...))
		}
	}
	return out
}

// inMemory gives a directory on a file system that syncs fast, if there is one.
func inMemory(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("/dev/shm", "ring")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

func TestKeepsFlowsLongAndStepsShort(t *testing.T) {
	t.Parallel()
	dir := inMemory(t)
	r := open(t, dir)
	n := 0.0
	for at := begin; at.Before(begin.Add(36 * 24 * time.Hour)); at = at.Add(10 * time.Minute) {
		write(t, r, at, flowSamples(n)...)
		n++
	}
	r.Close()
	r = open(t, dir)
	end := begin.Add(-time.Minute).Add(36 * 24 * time.Hour)
	q := metrics.Query{Name: metrics.FlowRequests, Of: metrics.Increase, By: []string{"flow", "environment"}, Step: 24 * time.Hour, From: end.Add(-37 * 24 * time.Hour), To: end}
	rows := ask(t, r, q)
	if len(rows) != 1 {
		t.Fatalf("rows %v", rows)
	}
	for day, v := range rows[0].Values {
		if day >= 2 && v != 24*6*40 || day < 1 && v == v { // the oldest is there in part
			t.Errorf("day %d has %v requests", day, v)
		}
	}
	q.Name, q.Match = metrics.FlowBucket, map[string]string{"le": "0.3"}
	if rows = ask(t, r, q); len(rows) != 1 || rows[0].Values[20] != 24*6*36 {
		t.Errorf("faster than the bound: %v", rows)
	}
	q.Match, q.By = nil, []string{"step", "release"}
	q.From, q.Step = end.Add(-6*24*time.Hour), time.Hour
	rows = ask(t, r, q)
	if len(rows) != 4 || rows[0].Labels["release"] != "r1" || rows[0].Values[10] == rows[0].Values[10] {
		t.Fatalf("rows by step: %v", rows)
	}
	last := rows[0].Values[len(rows[0].Values)-20:]
	for _, v := range last[:19] {
		if v != 6*19 {
			t.Errorf("hours of a step: %v", last)
			break
		}
	}
	if files, err := filepath.Glob(filepath.Join(dir, "minute-*")); err != nil || len(files) > 38 {
		t.Errorf("%d blocks of minutes are there, %v", len(files), err)
	}
}

// TestAForgottenDeploymentIsNoReset sees to it that sums do not jump when the edge forgets a
// part of them.
func TestAForgottenDeploymentIsNoReset(t *testing.T) {
	t.Parallel()
	r := open(t, t.TempDir())
	for i := range 4 {
		all := flowSamples(float64(100 + i))
		if i >= 2 {
			all = append(all[:3], all[6:9]...) // those of the first deployment
		}
		write(t, r, begin.Add(time.Duration(i)*time.Minute), all...)
	}
	q := minutes(metrics.FlowRequests, metrics.Increase, 3)
	same(t, ask(t, r, q), line(nil, 40, 20, 20))
}

func TestGoesOnWhereItWas(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for i := range 5 { // opened anew each time, over the end of a period
		r := open(t, dir)
		write(t, r, begin.Add(time.Duration(i)*time.Hour), counter("a_total", float64(100*i)), gauge("g", 1.5*float64(i)))
		r.Close()
	}
	q := metrics.Query{Name: "a_total", Of: metrics.Increase, Step: time.Hour, From: begin, To: begin.Add(4 * time.Hour)}
	r := open(t, dir)
	same(t, ask(t, r, q), line(nil, 100, 100, 100, 100))
	q.Name, q.Of = "g", metrics.Last
	same(t, ask(t, r, q), line(nil, 1.5, 3, 4.5, 6))
}

func TestOnlyOneHasIt(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	open(t, dir)
	if _, err := Open(Options{Dir: dir}); !fault.Is(err, fault.Unavailable) {
		t.Errorf("opened twice: %v", err)
	}
}

func TestClocksThatJump(t *testing.T) {
	t.Parallel()
	r := open(t, t.TempDir())
	at := func(d time.Duration, v float64) error {
		_, err := r.Write(t.Context(), begin.Add(d), []Batch{{"edge", []metrics.Sample{counter("a_total", v)}}})
		return err
	}
	for _, c := range []struct {
		after time.Duration
		value float64
		want  fault.Code
	}{
		{0, 0, ""}, {time.Minute, 1, ""}, {2 * time.Minute, 2, ""},
		{-30 * time.Minute, 5, ""},               // goes into the newest minute
		{-48 * time.Hour, 50, fault.Refused},     // is not written
		{-1 << 62, 50, fault.Refused},            // is not written
		{3 * time.Minute, 50, ""},                // has all that came meanwhile
		{3*time.Minute + 20*time.Second, 51, ""}, // twice in a minute
	} {
		if err := at(c.after, c.value); fault.CodeOf(err) != c.want {
			t.Fatalf("after %s: %v", c.after, err)
		}
	}
	same(t, ask(t, r, minutes("a_total", metrics.Increase, 4)), line(nil, 1, 4, 46, nan))
}

func TestBoundsWhatIsWritten(t *testing.T) {
	t.Parallel()
	r, err := Open(Options{Dir: t.TempDir(), MaxSeries: 3})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	long := string(make([]byte, maxKey))
	for i := range 3 {
		dropped, err := r.Write(t.Context(), begin.Add(time.Duration(i)*time.Minute), []Batch{{"edge", []metrics.Sample{
			counter("a_total", 1, "x", "1"), counter("a_total", 1, "x", "2"), counter("a_total", nan, "x", "nan"),
			counter("a_total", 1, "x", "3"), counter("a_total", 1, "x", "4"), counter("a_total", 1, "x", "5"), counter("a_total", 1, "x", long),
		}}})
		if err != nil || dropped != 3 {
			t.Errorf("%d dropped, %v", dropped, err)
		}
	}
	if s := r.Stats(); s.Series != 3 || s.Dropped != 9 {
		t.Errorf("stats %+v", s)
	}
	if rows := ask(t, r, minutes("a_total", metrics.Increase, 1, "x")); len(rows) != 3 {
		t.Errorf("rows %v", rows)
	}
}

// TestForgetsWhatIsGone sees to it that series that nobody writes any more make room.
func TestForgetsWhatIsGone(t *testing.T) {
	t.Parallel()
	r, err := Open(Options{Dir: t.TempDir(), MaxSeries: 2})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	for day := range 4 {
		at := begin.Add(time.Duration(day) * 24 * time.Hour)
		x := "1"
		if day > 0 {
			x = "2"
		}
		write(t, r, at, counter("a_total", 1, "x", x))
	}
	write(t, r, begin.Add(4*24*time.Hour), counter("a_total", 1, "x", "2"), counter("a_total", 1, "x", "3"))
}

// TestADiskThatIsFull is a log that cannot be written to.
func TestADiskThatIsFull(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	r := open(t, dir)
	write(t, r, begin, counter("a_total", 1))
	good := r.wal.f
	bad, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	defer bad.Close()
	r.wal.f = bad
	if _, err := r.Write(t.Context(), begin.Add(time.Minute), []Batch{{"edge", []metrics.Sample{counter("a_total", 3)}}}); err == nil {
		t.Fatal("written")
	}
	r.wal.f = good
	write(t, r, begin.Add(2*time.Minute), counter("a_total", 7))
	same(t, ask(t, r, minutes("a_total", metrics.Increase, 2)), line(nil, nan, 6))
}

// TestForgetsNames sees to it that label sets that are gone take no room for ever, in memory
// and on disk, and that what is kept is still found.
func TestForgetsNames(t *testing.T) {
	t.Parallel()
	dir := inMemory(t)
	r := open(t, dir)
	const each = 200
	for day := range 60 {
		var all []metrics.Sample
		for i := range each {
			all = append(all, counter("a_total", 1, "instance", strconv.Itoa(1000*day+i)))
		}
		write(t, r, begin.Add(time.Duration(day)*24*time.Hour), append(all, counter("b_total", float64(day)))...)
	}
	if n := r.Stats().Groups; n > 8*each {
		t.Errorf("%d names are in memory", n)
	}
	if info, err := os.Stat(filepath.Join(dir, "names")); err != nil || info.Size() > 60*each*20 {
		t.Errorf("names on disk: %v, %v", info.Size(), err)
	}
	r.Close()
	r = open(t, dir)
	q := metrics.Query{Name: "b_total", Of: metrics.Increase, Step: 24 * time.Hour, From: begin.Add(39 * 24 * time.Hour), To: begin.Add(59 * 24 * time.Hour)}
	for i, v := range ask(t, r, q)[0].Values {
		if v != 1 {
			t.Errorf("day %d has %v", i, v)
		}
	}
}
