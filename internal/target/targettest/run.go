package targettest

import (
	"fmt"
	"path/filepath"
	"strings"
	"sync"

	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/target"
)

func startsAndAnswers(b *bed) {
	changes := b.Watch(b.Context())
	in := Instance("tickets.dev.1.0", nil)
	in.Limits = target.Limits{Memory: 64 << 20, CPU: 0.5, Processes: 24}
	b.ensure(in)
	s := b.healthy(in.ID)
	if code, _ := b.get(s, "/healthz"); code != 200 {
		b.Errorf("the app answers %d", code)
	}
	if s.PID == 0 || s.Restarts != 0 || s.Since.IsZero() {
		b.Errorf("status %+v", s)
	}
	if list, err := b.List(b.Context()); err != nil || len(list) != 1 || list[0].ID != s.ID {
		b.Errorf("list: %+v, %v", list, err)
	}
	for c := range changes { // ends with the test's deadline if it is never told
		if c.State == target.Healthy {
			break
		}
	}
	if _, err := b.Status(b.Context(), "other"); !fault.Is(err, fault.NotFound) {
		b.Errorf("status of an unknown instance: %v", err)
	}
}

func givesFiles(b *bed) {
	in := Instance("tickets.dev.1.0", map[string]string{"CURRENCY": "EUR", "PORT": "1", "TMPDIR": "/", "HTTP_PROXY": ""})
	in.Dir = "sub"
	in.Command = []string{"../app"}
	in.Files = map[string]string{"app.yaml": "a: 1\n", "more/b.txt": "b"}
	in.Secrets = map[string]string{"PAYMENT_KEY": "payment-key@2"}
	b.ensure(in)
	s := b.healthy(in.ID)
	for _, c := range []struct{ path, arg, value, want string }{
		{"/env", "name", "CURRENCY", "EUR"},
		{"/env", "name", "PORT", s.Address[strings.LastIndex(s.Address, ":")+1:]},
		{"/read", "path", "$SLIPWAY_CONFIG_DIR/app.yaml", "a: 1\n"},
		{"/read", "path", "$SLIPWAY_CONFIG_DIR/more/b.txt", "b"},
		{"/read", "path", "$PAYMENT_KEY_FILE", "correct horse"},
		{"/read", "path", "$SLIPWAY_SECRETS_DIR/PAYMENT_KEY", "correct horse"},
		{"/mode", "path", "$PAYMENT_KEY_FILE", "-r--------"},
		{"/mode", "path", "$SLIPWAY_SECRETS_DIR", "drwx------"},
	} {
		if code, got := b.get(s, c.path, c.arg, c.value); code != 200 || got != c.want {
			b.Errorf("%s of %s: %d %q, want %q", c.path, c.value, code, got, c.want)
		}
	}
	if _, dir := b.get(s, "/dir"); filepath.Base(dir) != "sub" {
		b.Errorf("working directory %s", dir)
	}
	if _, environ := b.get(s, "/environ"); strings.Contains(environ, "correct horse") {
		b.Error("the secret is in the environment")
	}
}

func confines(b *bed) {
	for _, id := range []string{"a", "b"} {
		in := Instance(id, nil)
		in.Secrets = map[string]string{"KEY": "payment-key@1"}
		b.ensure(in)
	}
	one, two := b.healthy("a"), b.healthy("b")
	_, other := b.get(two, "/env", "name", "HOME")
	_, key := b.get(two, "/env", "name", "KEY_FILE")
	for _, path := range []string{"/etc/slipway-test", "./here", other + "/f", "$SLIPWAY_CONFIG_DIR/f", "$SLIPWAY_SECRETS_DIR/f"} {
		if code, _ := b.get(one, "/write", "path", path); code == 200 {
			b.Errorf("it can write %s", path)
		}
	}
	if code, _ := b.get(one, "/read", "path", key); code == 200 {
		b.Error("it can read another instance's secret")
	}
	for _, path := range []string{"$HOME/f", "$TMPDIR/f", "/dev/null"} {
		if code, text := b.get(one, "/write", "path", path); code != 200 {
			b.Errorf("it cannot write %s: %s", path, text)
		}
	}
}

func ensureIdempotent(b *bed) {
	in := Instance("tickets.dev.1.0", nil)
	b.ensure(in)
	first := b.healthy(in.ID)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if err := b.Ensure(b.Context(), in, b.root); err != nil {
				b.Error(err)
			}
		})
	}
	wg.Wait()
	if again := b.healthy(in.ID); again.PID != first.PID || again.Address != first.Address || again.Restarts != 0 {
		b.Errorf("was %+v, is %+v", first, again)
	}
}

func cannotStart(b *bed) {
	in := Instance("tickets.dev.1.0", nil)
	in.Command = []string{"./no-such-program"}
	b.ensure(in)
	if s := b.untilState(in.ID, target.Failed); !strings.Contains(s.Detail, "no-such-program") {
		b.Errorf("detail %q", s.Detail)
	}
}

func hostile(b *bed) {
	for name, change := range map[string]func(*target.Instance){
		"no ID":        func(in *target.Instance) { in.ID = "" },
		"ID upwards":   func(in *target.Instance) { in.ID = "../x" },
		"ID with dots": func(in *target.Instance) { in.ID = "a..b" },
		"ID absolute":  func(in *target.Instance) { in.ID = "/etc" },
		"ID newline":   func(in *target.Instance) { in.ID = "a\nb" },
		"no command":   func(in *target.Instance) { in.Command = nil },
		"dir upwards":  func(in *target.Instance) { in.Dir = "../.." },
		"dir absolute": func(in *target.Instance) { in.Dir = "/etc" },
		"variable":     func(in *target.Instance) { in.Env = map[string]string{"A=B": "c"} },
		"NUL":          func(in *target.Instance) { in.Env = map[string]string{"A": "b\x00c"} },
		"file upwards": func(in *target.Instance) { in.Files = map[string]string{"../f": ""} },
		"file is dir":  func(in *target.Instance) { in.Files = map[string]string{".": ""} },
		"secret name":  func(in *target.Instance) { in.Secrets = map[string]string{"../KEY": "payment-key@1"} },
		"secret ref":   func(in *target.Instance) { in.Secrets = map[string]string{"KEY": "payment-key"} },
	} {
		in := Instance("tickets.dev.1.0", nil)
		change(&in)
		if err := b.Ensure(b.Context(), in, b.root); !fault.Is(err, fault.Invalid) {
			b.Errorf("%s: %v", name, err)
		}
	}
	in := Instance("tickets.dev.1.0", nil)
	in.Secrets = map[string]string{"KEY": "no-such-secret@1"}
	if err := b.Ensure(b.Context(), in, b.root); err == nil {
		b.Error("an unknown secret is accepted")
	}
	if err := b.Stop(b.Context(), "../x"); !fault.Is(err, fault.Invalid) {
		b.Errorf("stop: %v", err)
	}
	if list, err := b.List(b.Context()); err != nil || len(list) != 0 {
		b.Errorf("list: %+v, %v", list, err)
	}
}

func twenty(b *bed) {
	addresses := map[string]bool{}
	var ids []string
	for i := range 20 {
		in := Instance(fmt.Sprintf("tickets.dev.1.%d", i), nil)
		ids = append(ids, in.ID)
		b.ensure(in)
	}
	for _, id := range ids {
		addresses[b.healthy(id).Address] = true
	}
	if len(addresses) != 20 {
		b.Errorf("%d addresses of 20 instances", len(addresses))
	}
}
