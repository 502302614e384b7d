// Package webtest drives a real browser for tests of the page.
package webtest

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
)

// Tab is a page in a browser, spoken to in the DevTools protocol. It fails its test when
// something does not come before its context ends.
type Tab struct {
	t    *testing.T
	ctx  context.Context
	conn *websocket.Conn
	last int // number of the last command
}

// Open opens an address in a browser of its own, which lives as long as the test.
func Open(ctx context.Context, t *testing.T, url string) *Tab {
	t.Helper()
	profile, err := os.MkdirTemp("", "browser")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(profile) }) // helpers of the browser may still write to it
	browser := exec.CommandContext(ctx, "chromium", "--headless", "--no-sandbox", "--disable-gpu",
		"--remote-debugging-port=0", "--user-data-dir="+profile, "about:blank")
	if err := browser.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = browser.Process.Kill()
		_ = browser.Wait()
	})
	b := &Tab{t: t, ctx: ctx}
	b.poll("the browser", func() bool { return b.connect(filepath.Join(profile, "DevToolsActivePort")) })
	t.Cleanup(func() { _ = b.conn.CloseNow() })
	b.conn.SetReadLimit(64 << 20)
	b.Call("Page.enable", nil)
	b.GoTo(url)
	return b
}

// connect dials the first page of the browser whose port stands in a file.
func (b *Tab) connect(file string) bool {
	port, err := os.ReadFile(file)
	if err != nil {
		return false
	}
	first, _, _ := strings.Cut(string(port), "\n")
	resp, err := http.Get("http://127.0.0.1:" + first + "/json/list")
	if err != nil {
		return false
	}
	defer resp.Body.Close()
	var pages []struct{ Type, WebSocketDebuggerURL string }
	if json.NewDecoder(resp.Body).Decode(&pages) != nil || len(pages) == 0 || pages[0].Type != "page" {
		return false
	}
	b.conn, _, err = websocket.Dial(b.ctx, pages[0].WebSocketDebuggerURL, nil)
	return err == nil
}

// Call gives a command of the protocol, and its result.
func (b *Tab) Call(method string, params any) json.RawMessage {
	b.t.Helper()
	result, refused := b.ask(method, params)
	if refused != nil {
		b.t.Fatalf("%s: %s", method, refused)
	}
	return result
}

// ask gives a command; it is refused with a reason.
func (b *Tab) ask(method string, params any) (result, refused json.RawMessage) {
	b.t.Helper()
	b.last++
	if params == nil {
		params = struct{}{}
	}
	if err := wsjson.Write(b.ctx, b.conn, map[string]any{"id": b.last, "method": method, "params": params}); err != nil {
		b.t.Fatalf("%s: %v", method, err)
	}
	for {
		var answer struct {
			ID            int
			Result, Error json.RawMessage
		}
		if err := wsjson.Read(b.ctx, b.conn, &answer); err != nil {
			b.t.Fatalf("%s: %v", method, err)
		}
		if answer.ID != b.last {
			continue // an event, or nobody's
		}
		return answer.Result, answer.Error
	}
}

// GoTo goes to an address.
func (b *Tab) GoTo(url string) {
	b.t.Helper()
	b.Call("Page.navigate", map[string]any{"url": url})
}

// Eval gives the value of a script's last expression as text; nothing while the page is left
// for another one.
func (b *Tab) Eval(script string) string {
	b.t.Helper()
	result, refused := b.ask("Runtime.evaluate", map[string]any{"expression": script})
	if refused != nil {
		return ""
	}
	var answer struct {
		Result struct{ Value any }
	}
	if err := json.Unmarshal(result, &answer); err != nil {
		b.t.Fatal(err)
	}
	return fmt.Sprint(answer.Result.Value)
}

// WaitFor waits until a script's value contains want.
func (b *Tab) WaitFor(script, want string) {
	b.t.Helper()
	b.poll(fmt.Sprintf("%q in %s", want, script), func() bool { return strings.Contains(b.Eval(script), want) })
}

// Sees waits until the page has a text, whole and with its script.
func (b *Tab) Sees(text string) {
	b.t.Helper()
	b.WaitFor("document.readyState === 'complete' ? document.body.innerText : ''", text)
}

// Send fills in the form that a selector finds, and sends it by its button as a person does.
func (b *Tab) Send(form string, fields map[string]string) {
	b.t.Helper()
	if fields == nil {
		fields = map[string]string{}
	}
	filled, err := json.Marshal(fields)
	if err != nil {
		b.t.Fatal(err)
	}
	found := fmt.Sprintf("document.querySelector(%q)", form)
	b.WaitFor("String(document.readyState === 'complete' && !!"+found+")", "true")
	b.Eval("Object.entries(" + string(filled) + ").forEach(([k, v]) => " + found + ".elements[k].value = v); " +
		found + ".querySelector('button').click()")
}

func (b *Tab) poll(what string, done func() bool) {
	b.t.Helper()
	for !done() {
		select {
		case <-b.ctx.Done():
			b.t.Fatalf("waited in vain for %s", what)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// Authenticator gives the browser one for passkeys that always says yes.
func (b *Tab) Authenticator() {
	b.t.Helper()
	b.Call("WebAuthn.enable", nil)
	b.Call("WebAuthn.addVirtualAuthenticator", map[string]any{"options": map[string]any{
		"protocol": "ctap2", "transport": "internal", "hasResidentKey": true, "hasUserVerification": true,
		"isUserVerified": true, "automaticPresenceSimulation": true,
	}})
}
