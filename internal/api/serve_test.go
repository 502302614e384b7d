package api_test

import (
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"slipway.dev/internal/api"
	"slipway.dev/internal/api/apitest"
)

func writeFile(t *testing.T, path, text string, mode os.FileMode) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), mode); err != nil {
		t.Fatal(err)
	}
}

// serve serves a fake on a unix socket and gives its path, and a function that stops it.
func serve(t *testing.T) (string, func()) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "s")
	l, err := api.Listen(path)
	if err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.DiscardHandler)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	h := api.Handler(api.Options{Control: apitest.New(), As: apitest.As, Log: log})
	go func() { done <- api.Serve(ctx, h, log, l) }()
	stop := func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("serve: %v", err)
		}
		done <- nil
	}
	t.Cleanup(stop)
	return path, stop
}

func over(path string) *http.Client {
	return &http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "unix", path)
	}}}
}

func TestSocketKnowsItsUser(t *testing.T) {
	t.Parallel()
	path, _ := serve(t)
	answer, err := over(path).Post("http://slipway/v1/sources/shop/poll", "application/json", strings.NewReader("{}"))
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if text, _ := io.ReadAll(answer.Body); answer.StatusCode != http.StatusOK {
		t.Errorf("%s %s", answer.Status, text)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("socket: %v %v", info.Mode(), err)
	}
	if _, err := api.Listen(path); err == nil {
		t.Error("a socket that is served was taken over")
	}
}

func TestSocketRefusesOtherUsers(t *testing.T) {
	t.Parallel()
	curl, err := exec.LookPath("curl")
	if os.Getuid() != 0 || err != nil {
		t.Skip("needs root, to become somebody else, and curl")
	}
	dir, err := os.MkdirTemp("", "slipway-api")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	path, _ := serve(t)
	// The caller can only try if the socket's permissions are not what stops it.
	open := filepath.Join(dir, "s")
	for _, err := range []error{os.Chmod(dir, 0o755), os.Link(path, open), os.Chmod(open, 0o666)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command(curl, "-sS", "--unix-socket", open, "http://slipway/v1/lanes")
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(out), `"status":403`) {
		t.Errorf("%v: %s", err, out)
	}
}

func TestStopEndsStreams(t *testing.T) {
	t.Parallel()
	path, stop := serve(t)
	r, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://slipway/v1/logs?service=tickets&environment=dev&follow=true", nil)
	answer, err := over(path).Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	stop()
	if _, err := io.ReadAll(answer.Body); err != nil {
		t.Errorf("the stream was cut: %v", err)
	}
}

func TestTokenFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "token")
	authenticate, err := api.TokenFile(path)
	if err != nil {
		t.Fatal(err)
	}
	raw, _ := os.ReadFile(path)
	info, _ := os.Stat(path)
	if info.Mode().Perm() != 0o600 || len(raw) < 20 {
		t.Errorf("token file: %v, %d bytes", info.Mode(), len(raw))
	}
	if _, err := authenticate(t.Context(), strings.TrimSpace(string(raw))); err != nil {
		t.Errorf("the token is refused: %v", err)
	}
	if _, err := authenticate(t.Context(), "other"); err == nil {
		t.Error("another token is accepted")
	}
	if _, err := api.TokenFile(path); err != nil {
		t.Errorf("the second start: %v", err)
	}
	for name, change := range map[string]func(){
		"readable by others": func() { os.Chmod(path, 0o644) },
		"empty":              func() { os.Chmod(path, 0o600); os.Truncate(path, 0) },
	} {
		change()
		if _, err := api.TokenFile(path); err == nil {
			t.Errorf("a token file that is %s is accepted", name)
		}
	}
}
