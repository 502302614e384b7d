package process

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"

	"slipway.dev/internal/target/targettest"
)

// TestUnprivileged runs the suite again as a user without any right.
func TestUnprivileged(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("the other tests already run without privileges")
	}
	t.Parallel()
	dir, err := os.MkdirTemp("", "unprivileged")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	self, err := os.ReadFile("/proc/self/exe")
	if err != nil {
		t.Fatal(err)
	}
	app, err := os.ReadFile(filepath.Join(targettest.Build(t), "app"))
	if err != nil {
		t.Fatal(err)
	}
	bin := filepath.Join(dir, "test")
	err = errors.Join(os.WriteFile(bin, self, 0o755), os.WriteFile(filepath.Join(dir, "app"), app, 0o755), os.Chmod(dir, 0o777))
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), bin, "-test.v", "-test.run=Suite|ShimKilled|Hung|PortTaken|Impostor")
	cmd.Dir = dir
	cmd.Env = []string{"TMPDIR=" + dir, "PATH=/usr/bin:/bin", "SLIPWAY_TESTAPP=" + filepath.Join(dir, "app")}
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}
