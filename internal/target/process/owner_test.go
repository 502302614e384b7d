package process

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"slipway.dev/internal/target"
	"slipway.dev/internal/target/targettest"
)

// ownerOrder is what a process that is going to be killed is to ensure.
type ownerOrder struct {
	Dir, Root string
	Instance  target.Instance
}

// own is that process: it ensures the instance and waits for its end.
func own() {
	var o ownerOrder
	if err := json.Unmarshal([]byte(os.Getenv("SLIPWAY_TEST_OWNER")), &o); err != nil {
		panic(err)
	}
	t, err := New(Options{Dir: o.Dir, Secrets: secrets})
	if err != nil {
		panic(err)
	}
	if err := t.Ensure(context.Background(), o.Instance, o.Root); err != nil {
		panic(err)
	}
	fmt.Println("ensured")
	select {}
}

// TestOwnerKilledAnywhere kills the process that ensures an instance at many points of
// time; what comes after it must find or make exactly one.
func TestOwnerKilledAnywhere(t *testing.T) {
	t.Parallel()
	root := targettest.Build(t)
	for i := range 25 {
		after := time.Duration(i) * 5 * time.Millisecond
		t.Run(after.String(), func(t *testing.T) {
			o := ownerOrder{Dir: t.TempDir(), Root: root, Instance: targettest.Instance("tickets.dev.1.0", nil)}
			raw, err := json.Marshal(o)
			if err != nil {
				t.Fatal(err)
			}
			cmd := exec.Command("/proc/self/exe")
			cmd.Env = append(os.Environ(), "SLIPWAY_TEST_OWNER="+string(raw))
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			time.Sleep(after) // the point in time is what is tested
			if err := cmd.Process.Kill(); err != nil {
				t.Fatal(err)
			}
			_ = cmd.Wait()

			tg := open(t, Options{Dir: o.Dir})
			if _, err := tg.Adopt(t.Context()); err != nil {
				t.Fatal(err)
			}
			if err := tg.Ensure(t.Context(), o.Instance, root); err != nil {
				t.Fatal(err)
			}
			s := until(t, tg, o.Instance.ID, func(s target.Status) bool { return s.State == target.Healthy })
			if got := running(t, o.Dir); len(got) != 1 || got[0] != s.PID {
				t.Errorf("running %v, want %d", got, s.PID)
			}
			if err := tg.Stop(t.Context(), o.Instance.ID); err != nil {
				t.Fatal(err)
			}
			if got := running(t, o.Dir); len(got) != 0 {
				t.Errorf("left over: %v", got)
			}
		})
	}
}

// running lists the apps whose home is below dir.
func running(t *testing.T, dir string) []int {
	t.Helper()
	environs, err := filepath.Glob("/proc/[0-9]*/environ")
	if err != nil {
		t.Fatal(err)
	}
	var out []int
	for _, path := range environs {
		b, err := os.ReadFile(path)
		if err != nil || !strings.Contains(string(b), "HOME="+dir+"/instances/") {
			continue
		}
		var pid int
		if _, err := fmt.Sscanf(path, "/proc/%d/", &pid); err != nil {
			t.Fatal(err)
		}
		out = append(out, pid)
	}
	return out
}

func until(t *testing.T, tg *Target, id string, ok func(target.Status) bool) target.Status {
	t.Helper()
	var s target.Status
	var err error
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(2 * time.Millisecond) {
		if s, err = tg.Status(t.Context(), id); err == nil && ok(s) {
			return s
		}
	}
	t.Fatalf("%s is not as it should be: %+v, %v", id, s, err)
	return s
}
