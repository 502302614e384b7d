package web

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/coder/websocket/wsjson"

	"slipway.dev/internal/api/apitest"
)

// TestBrowserFollowsEvents shows that script, events and content policy work together in a
// real browser.
func TestBrowserFollowsEvents(t *testing.T) {
	t.Parallel()
	if os.Getenv("SLIPWAY_HEAVY") == "" {
		t.Skip("needs SLIPWAY_HEAVY=1 (make test-heavy)")
	}
	if loadAsset("dist/app.js", "app.js", "").content == nil {
		t.Fatal("the page's script is not bundled: make build")
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	f := newFake()
	f.board = shifting(10)
	tab := browse(ctx, t, site(t, f).URL)
	tab.signIn(ctx, t)
	tab.waitFor(ctx, t, "document.body.innerText", "10 % of requests")
	tab.waitFor(ctx, t, "document.documentElement.dataset.live", "yes")

	f.set(func(f *fake) { f.board = shifting(50) })
	tab.waitFor(ctx, t, "document.body.innerText", "50 % of requests")
	tab.waitFor(ctx, t, "String(document.querySelectorAll('h1').length)", "1")

	f.set(func(f *fake) { f.board = shifting(75) })
	f.restart()
	tab.waitFor(ctx, t, "document.body.innerText", "75 % of requests")
}

// tab is a page in a browser, spoken to in the DevTools protocol.
type tab struct{ conn *websocket.Conn }

func browse(ctx context.Context, t *testing.T, url string) tab {
	t.Helper()
	profile := t.TempDir()
	browser := exec.CommandContext(ctx, "chromium", "--headless", "--no-sandbox", "--disable-gpu",
		"--remote-debugging-port=0", "--user-data-dir="+profile, url)
	if err := browser.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = browser.Process.Kill()
		_ = browser.Wait()
	})
	poll(ctx, t, "the browser's port", func() bool {
		_, err := os.Stat(filepath.Join(profile, "DevToolsActivePort"))
		return err == nil
	})
	var pages []struct {
		Type, URL, WebSocketDebuggerURL string
	}
	poll(ctx, t, "the page", func() bool {
		port, err := os.ReadFile(filepath.Join(profile, "DevToolsActivePort"))
		if err != nil {
			return false
		}
		first, _, _ := strings.Cut(string(port), "\n")
		resp, err := http.Get("http://127.0.0.1:" + first + "/json/list")
		if err != nil {
			return false
		}
		defer resp.Body.Close()
		return json.NewDecoder(resp.Body).Decode(&pages) == nil && len(pages) > 0 && strings.HasPrefix(pages[0].URL, url)
	})
	conn, _, err := websocket.Dial(ctx, pages[0].WebSocketDebuggerURL, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.CloseNow() })
	conn.SetReadLimit(1 << 20)
	return tab{conn}
}

// waitFor waits until a script's value contains want.
func (b tab) waitFor(ctx context.Context, t *testing.T, script, want string) {
	t.Helper()
	var got string
	poll(ctx, t, fmt.Sprintf("%q in %s", want, script), func() bool {
		var err error
		got, err = b.evaluate(ctx, script)
		if err != nil {
			t.Fatalf("%s: %v; last: %s", script, err, got)
		}
		return strings.Contains(got, want)
	})
}

// signIn fills in the form of the sign-in.
func (b tab) signIn(ctx context.Context, t *testing.T) {
	t.Helper()
	b.waitFor(ctx, t, "document.title", "Sign in")
	b.send(ctx, t, "/sign-in", map[string]string{"name": apitest.Name, "password": apitest.Password, "code": apitest.Code})
}

// send fills in the form that goes to an address, and sends it by its button as a person does.
func (b tab) send(ctx context.Context, t *testing.T, action string, fields map[string]string) {
	t.Helper()
	filled, err := json.Marshal(fields)
	if err != nil {
		t.Fatal(err)
	}
	form := fmt.Sprintf("document.querySelector('form[action=%q]')", action)
	b.waitFor(ctx, t, "String(!!"+form+")", "true")
	if _, err := b.evaluate(ctx, "Object.entries("+string(filled)+").forEach(([k, v]) => "+form+".elements[k].value = v); "+
		form+".querySelector('button').click()"); err != nil {
		t.Fatal(err)
	}
}

func (b tab) evaluate(ctx context.Context, script string) (string, error) {
	ask := map[string]any{"id": 1, "method": "Runtime.evaluate", "params": map[string]any{"expression": script}}
	if err := wsjson.Write(ctx, b.conn, ask); err != nil {
		return "", err
	}
	var answer struct {
		Result struct {
			Result struct{ Value any }
		}
	}
	err := wsjson.Read(ctx, b.conn, &answer)
	return fmt.Sprint(answer.Result.Result.Value), err
}

func poll(ctx context.Context, t *testing.T, what string, done func() bool) {
	t.Helper()
	for !done() {
		select {
		case <-ctx.Done():
			t.Fatalf("waited in vain for %s", what)
		case <-time.After(20 * time.Millisecond):
		}
	}
}
