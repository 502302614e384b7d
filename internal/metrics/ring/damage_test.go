package ring

import (
	"bufio"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"slipway.dev/internal/metrics"
)

func TestMain(m *testing.M) {
	if dir := os.Getenv("SLIPWAY_TEST_RING"); dir != "" {
		writeForEver(dir)
	}
	os.Exit(m.Run())
}

// writeForEver goes on where it was, says each minute that is written, and is killed some time.
// Each minute counts one more of each of some series.
func writeForEver(dir string) {
	r, err := Open(Options{Dir: dir})
	if err != nil {
		panic(err)
	}
	for n := (r.last+60-begin.Unix())/60 + 1; ; n++ {
		n := max(n, 0)
		var all []metrics.Sample
		for i := range 50 {
			all = append(all, counter("a_total", float64(n), "x", strconv.Itoa(i)), gauge("g", float64(n)/4, "x", strconv.Itoa(i)))
		}
		all = append(all, counter("b_total", 1, "n", strconv.Itoa(int(n))))                                      // a new name each time
		if _, err := r.Write(nil, begin.Add(time.Duration(n)*time.Minute), []Batch{{"edge", all}}); err != nil { //nolint:staticcheck // waits for nothing
			panic(err)
		}
		fmt.Println(n)
	}
}

// TestKilledAnywhere kills who writes again and again. What was said to be written must be
// there, each minute once and nothing twice.
func TestKilledAnywhere(t *testing.T) {
	t.Parallel()
	dir := inMemory(t)
	written := 0
	for round := range 25 {
		cmd := exec.Command("/proc/self/exe")
		cmd.Env = append(os.Environ(), "SLIPWAY_TEST_RING="+dir)
		cmd.Stderr = os.Stderr
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(out)
		for i := 0; lines.Scan(); i++ {
			if written, err = strconv.Atoi(lines.Text()); err != nil {
				t.Fatal(err)
			}
			if i == 17+7*round { // periods end at different places of a round
				if err := cmd.Process.Kill(); err != nil {
					t.Fatal(err)
				}
			}
		}
		_ = cmd.Wait()
	}
	r := open(t, dir)
	if last := int((r.last + 60 - begin.Unix()) / 60); last < written || last > written+1 {
		t.Errorf("%d minutes were written, %d are there", written, last)
	}
	rows := ask(t, r, minutes("a_total", metrics.Increase, written, "x"))
	if len(rows) != 50 {
		t.Fatalf("%d rows", len(rows))
	}
	for _, row := range rows {
		for i, v := range row.Values {
			if v != 1 {
				t.Fatalf("minute %d of %v has %v of %d", i, row.Labels, v, written)
			}
		}
	}
	rows = ask(t, r, minutes("g", metrics.Last, written))
	for i, v := range rows[0].Values {
		if want := 50 * float64(i+1) / 4; v != want {
			t.Fatalf("the gauge is %v in minute %d, not %v", v, i, want)
		}
	}
	if bad, err := filepath.Glob(filepath.Join(dir, "*.bad")); err != nil || len(bad) > 0 {
		t.Errorf("damaged: %v, %v", bad, err)
	}
}

// filled is a directory with several periods, and what was written in each minute.
func filled(t testing.TB, dir string) {
	t.Helper()
	r := open(t, dir)
	for i := range 300 {
		write(t, r, begin.Add(time.Duration(i)*time.Minute), counter("a_total", float64(i), "x", "1"), gauge("g", float64(i%3), "x", "2"))
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
}

// TestDamage changes files in many places. What is left must be right: a minute has one
// request, or is unknown.
func TestDamage(t *testing.T) {
	t.Parallel()
	whole := inMemory(t)
	filled(t, whole)
	files, err := os.ReadDir(whole)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		raw, err := os.ReadFile(filepath.Join(whole, f.Name()))
		if err != nil {
			t.Fatal(err)
		}
		for n := range 12 {
			at := len(raw) * n / 12
			for how, change := range map[string]func([]byte) []byte{
				"cut":  func(b []byte) []byte { return b[:at] },
				"flip": func(b []byte) []byte { b[at] ^= 0x10; return b },
				"zero": func(b []byte) []byte { clear(b[at:]); return b },
			} {
				if len(raw) == 0 {
					continue
				}
				dir := inMemory(t)
				if err := os.CopyFS(dir, os.DirFS(whole)); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(filepath.Join(dir, f.Name()), change(append([]byte{}, raw...)), 0o600); err != nil {
					t.Fatal(err)
				}
				sound(t, dir, fmt.Sprintf("%s %s at %d", f.Name(), how, at))
			}
		}
	}
}

// sound opens a directory, reads it, goes on writing, and sees to it that nothing is wrong.
func sound(t *testing.T, dir, what string) {
	t.Helper()
	r, err := Open(Options{Dir: dir})
	if err != nil {
		t.Errorf("%s: %v", what, err)
		return
	}
	defer r.Close()
	known := 0
	for _, row := range ask(t, r, minutes("a_total", metrics.Increase, 299)) {
		for i, v := range row.Values {
			if !math.IsNaN(v) {
				known++
			}
			if !math.IsNaN(v) && v != 1 {
				t.Errorf("%s: minute %d has %v", what, i, v)
			}
		}
	}
	if strings.HasPrefix(what, "long") && known != 299 || !strings.HasPrefix(what, "names") && known < 150 {
		t.Errorf("%s: only %d minutes are left", what, known)
	}
	write(t, r, begin.Add(400*time.Minute), counter("a_total", 1000, "x", "1"))
	write(t, r, begin.Add(401*time.Minute), counter("a_total", 1001, "x", "1"))
	q := minutes("a_total", metrics.Increase, 1)
	q.From, q.To = begin.Add(400*time.Minute), begin.Add(401*time.Minute)
	same(t, ask(t, r, q), line(nil, 1))
}
