package job

import (
	"archive/tar"
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"slipway.dev/internal/core/fault"
)

// testImage makes an image with the shell of this machine, as there may be no registry to
// pull one from. Podman must be there and able to run it.
func testImage(t *testing.T) string {
	t.Helper()
	if _, err := exec.LookPath("podman"); err != nil {
		t.Skip("no podman on this machine")
	}
	const name = "localhost/slipway-job-test:1"
	layer := new(bytes.Buffer)
	w := tar.NewWriter(layer)
	add := func(path, as string) {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Skip("this machine's shell cannot be put into an image: ", err)
		}
		_ = w.WriteHeader(&tar.Header{Name: as, Mode: 0o755, Size: int64(len(b))})
		_, _ = w.Write(b)
	}
	for _, program := range []string{"sh", "cat", "sleep"} {
		path, err := exec.LookPath(program)
		if err != nil {
			t.Skip(err)
		}
		add(path, "bin/"+program)
		libraries, _ := exec.Command("ldd", path).Output()
		for word := range strings.FieldsSeq(string(libraries)) {
			if filepath.IsAbs(word) {
				add(word, word[1:])
			}
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("podman", "import", "-", name)
	cmd.Stdin = layer
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Skipf("podman cannot keep images here: %s", out)
	}
	if out, err := exec.Command("podman", "run", "--rm", "--network", "none", "--ulimit", "nofile=1024:4096", "--ulimit", "nproc=4096:4096",
		name, "sh", "-c", "exit 0").CombinedOutput(); err != nil {
		t.Skipf("podman cannot run containers here: %s", out)
	}
	return name
}

func TestContainer(t *testing.T) {
	t.Parallel()
	image := testImage(t)
	h := newHand(t)
	got := run(t, h, Job{Name: "c1", What: Container, Image: image, Pull: "never", Stdin: "input", Arguments: []string{"two words", "b"},
		Env: map[string]string{"GREETING": "hello = you"}, Code: "echo \"$(cat) $1 $2 $GREETING\"\necho bad >&2\nexit 3"})
	if got.Code != 3 || got.How != "exit status 3" || got.Stdout != "input two words b hello = you\n" || got.Stderr != "bad\n" {
		t.Errorf("%+v", got)
	}
	plain := run(t, h, Job{Name: "c2", What: Container, Image: image, Pull: "never", Arguments: []string{"cat"}, Stdin: "x"})
	if plain.Code != 0 || plain.Stdout != "x" {
		t.Errorf("a container without a command: %+v", plain)
	}
	offline := run(t, h, Job{Name: "c3", What: Container, Image: image, Pull: "never", Code: "cat /proc/net/route; cat /proc/self/status"})
	if strings.Contains(offline.Stdout, "eth0") || !strings.Contains(offline.Stdout, "CapEff:\t0000000000000000") {
		t.Errorf("it has a network or capabilities: %s", offline.Stdout)
	}
}

func TestContainerThatIsCancelledIsGone(t *testing.T) {
	t.Parallel()
	image := testImage(t)
	h := newHand(t)
	for name, limit := range map[string]time.Duration{"cancelled": 0, "slow": 2 * time.Second} {
		ctx, cancel := context.WithCancel(t.Context())
		var out lines
		done := make(chan Result, 1)
		go func() {
			res, _ := h.Run(ctx, Job{Name: name, What: Container, Image: image, Pull: "never", Code: "echo ready; sleep 600", Stdout: &out, TimeLimit: limit})
			done <- res
		}()
		if limit == 0 {
			eventually(t, "the container to begin", func() bool { return strings.Contains(out.String(), "ready") })
			cancel()
		}
		if res := <-done; res.TimedOut != (limit > 0) {
			t.Errorf("%+v", res)
		}
		cancel()
		noneLeft(t, h)
	}
}

func TestSweepOfContainers(t *testing.T) {
	t.Parallel()
	image := testImage(t)
	h := newHand(t)
	if out, err := exec.Command("podman", "run", "--detach", "--network", "none", "--ulimit", "nofile=1024:4096", "--ulimit", "nproc=4096:4096",
		"--label", ownerLabel+"="+h.owner(), image, "sleep", "600").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if err := h.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	noneLeft(t, h)
}

func noneLeft(t *testing.T, h *Hand) {
	t.Helper()
	left, err := exec.Command("podman", "ps", "--all", "--quiet", "--filter", "label="+ownerLabel+"="+h.owner()).Output()
	if err != nil || len(left) > 0 {
		t.Errorf("left: %s %v", left, err)
	}
}

func TestContainersThatCannotBeRun(t *testing.T) {
	t.Parallel()
	image := testImage(t)
	h := newHand(t)
	_, err := h.Run(t.Context(), Job{Name: "missing", What: Container, Image: "localhost/no-such-image:1", Pull: "never"})
	if !fault.Is(err, fault.Unavailable) || !strings.Contains(err.Error(), "no-such-image") {
		t.Errorf("an image that there is not: %v", err)
	}
	_, err = h.Run(t.Context(), Job{Name: "lines", What: Container, Image: image, Env: map[string]string{"KEY": "a\nb"}})
	if !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "give it as stdin") {
		t.Errorf("a variable of two lines: %v", err)
	}
	// What steers podman itself must reach the container only.
	got := run(t, h, Job{Name: "preload", What: Container, Image: image, Pull: "never", Env: map[string]string{"CONTAINERS_CONF": "/nonexistent"}, Code: "echo $CONTAINERS_CONF"})
	if got.Stdout != "/nonexistent\n" {
		t.Errorf("%+v", got)
	}
}

func TestWithoutPodman(t *testing.T) {
	t.Setenv("PATH", "/nonexistent")
	_, err := newHand(t).Run(t.Context(), Job{Name: "x", What: Container, Image: "alpine"})
	if !fault.Is(err, fault.Unavailable) || !strings.Contains(err.Error(), "there is no podman on this machine (install podman") {
		t.Error(err)
	}
}
