package targettest

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"slipway.dev/internal/target"
)

// patience is how long anything may take before a test gives up.
const patience = time.Minute

// bed is a test with its target.
type bed struct {
	*testing.T
	Target
	f    Fixture
	root string
}

// Build gives a directory that serves as an unpacked artifact: it has the test app ("app").
func Build(t *testing.T) string {
	t.Helper()
	app, err := built()
	if err != nil {
		t.Fatalf("build the test app: %v", err)
	}
	root := t.TempDir()
	if err := os.WriteFile(filepath.Join(root, "app"), app, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(root, "sub"), 0o755); err != nil {
		t.Fatal(err)
	}
	return root
}

// built builds the test app once, or takes the file that $SLIPWAY_TESTAPP names, for tests
// that run as a user who cannot build.
var built = sync.OnceValues(func() ([]byte, error) {
	if path := os.Getenv("SLIPWAY_TESTAPP"); path != "" {
		return os.ReadFile(path)
	}
	dir, err := os.MkdirTemp("", "testapp")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	app := filepath.Join(dir, "app")
	cmd := exec.Command("go", "build", "-o", app, "slipway.dev/internal/target/targettest/testapp")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("%w\n%s", err, out)
	}
	return os.ReadFile(app)
})

// Instance gives one that becomes healthy, unless env says otherwise.
func Instance(id string, env map[string]string) target.Instance {
	return target.Instance{
		ID: id, Service: "tickets", Environment: "dev", Release: "r1", Deployment: "1",
		Command: []string{"./app"}, Env: env, Health: target.Health{HTTP: "/healthz"},
	}
}

// ensure starts an instance and sees to it that nothing is left of it after the test.
func (b *bed) ensure(in target.Instance) {
	b.Helper()
	b.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		if err := b.Stop(ctx, in.ID); err != nil {
			b.Errorf("stop %s: %v", in.ID, err)
		}
	})
	if err := b.Ensure(b.Context(), in, b.root); err != nil {
		b.Fatalf("ensure %s: %v", in.ID, err)
	}
}

// until waits for a status that is as ok wants it.
func (b *bed) until(id, what string, ok func(target.Status) bool) target.Status {
	b.Helper()
	var s target.Status
	var err error
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		if s, err = b.Status(b.Context(), id); err == nil && ok(s) {
			return s
		}
	}
	b.Fatalf("%s is not %s: %+v, %v\n%s", id, what, s, err, b.log(id))
	return s
}

func (b *bed) untilState(id string, want target.State) target.Status {
	b.Helper()
	return b.until(id, string(want), func(s target.Status) bool { return s.State == want })
}

func (b *bed) healthy(id string) target.Status {
	b.Helper()
	return b.untilState(id, target.Healthy)
}

// get asks the app; code is 0 if it does not answer.
func (b *bed) get(s target.Status, path string, query ...string) (code int, body string) {
	b.Helper()
	q := url.Values{}
	for i := 0; i < len(query); i += 2 {
		q.Set(query[i], query[i+1])
	}
	req, err := http.NewRequestWithContext(b.Context(), http.MethodGet, "http://"+s.Address+path+"?"+q.Encode(), nil)
	if err != nil {
		b.Fatal(err)
	}
	req.Close = true
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, err.Error()
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		return 0, err.Error()
	}
	return resp.StatusCode, string(raw)
}

// log gives the kept log of an instance.
func (b *bed) log(id string) string {
	r, err := b.Logs(b.Context(), id, target.LogOptions{Tail: 50})
	if err != nil {
		return err.Error()
	}
	defer r.Close()
	raw, err := io.ReadAll(r)
	if err != nil {
		return err.Error()
	}
	return string(raw)
}
