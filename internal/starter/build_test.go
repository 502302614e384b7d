package starter

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"slipway.dev/internal/freeport"
)

// What is guessed for a Go repository really builds, and what it builds really runs.
func TestGuessBuildsAndRuns(t *testing.T) {
	t.Parallel()
	dir := repository(t, "-- go.mod --\nmodule x\n\ngo 1.26\n-- cmd/tickets/main.go --\n"+goServer)
	g, err := Look(dir)
	if err != nil || len(g.Services) != 1 {
		t.Fatalf("%+v %v", g, err)
	}
	s := g.Services[0]
	out := t.TempDir()
	build := exec.Command("sh", "-c", s.Build)
	build.Dir, build.Env = filepath.Join(dir, s.Path), append(os.Environ(), "OUT="+out)
	if log, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, log)
	}
	ports, err := freeport.Find(1)
	if err != nil {
		t.Fatal(err)
	}
	port := ports[0]
	ctx, cancel := context.WithCancel(context.Background())
	run := exec.CommandContext(ctx, s.Command[0], s.Command[1:]...)
	run.Dir, run.Env = out, append(os.Environ(), fmt.Sprint("PORT=", port))
	if err := run.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { cancel(); run.Wait() }()
	deadline := time.Now().Add(20 * time.Second)
	for {
		response, err := http.Get(fmt.Sprintf("http://127.0.0.1:%d%s", port, s.Health))
		if err == nil {
			response.Body.Close()
			if response.StatusCode != http.StatusOK {
				t.Errorf("its health check answers %d", response.StatusCode)
			}
			return
		}
		if time.Now().After(deadline) {
			t.Fatal(err)
		}
		time.Sleep(20 * time.Millisecond)
	}
}
