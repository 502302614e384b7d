package shim

import (
	"os"
	"os/exec"
	"strconv"
	"testing"
)

func TestIdentity(t *testing.T) {
	t.Parallel()
	self, err := Identify("self")
	if err != nil || self.PID != os.Getpid() || len(self.Boot) != 36 || self.Start == 0 {
		t.Fatalf("self %+v, %v", self, err)
	}
	if again, err := Identify(strconv.Itoa(self.PID)); err != nil || again != self {
		t.Errorf("by PID %+v, %v", again, err)
	}
	cmd := exec.Command("sleep", "1000")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	child := identifyChild(cmd.Process.Pid)
	if child.PID != cmd.Process.Pid || child == self {
		t.Errorf("child %+v", child)
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	if p, err := Identify(strconv.Itoa(child.PID)); err == nil && p == child {
		t.Errorf("still there: %+v", p)
	}
}
