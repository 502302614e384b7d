package edge_test

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/wire/edgewire"
)

func TestTableIsCheckedWhole(t *testing.T) {
	t.Parallel()
	e := startEdge(t, testOptions(t))
	e.apply(tickets([]string{"i0=" + addressOf(startApp(t, "app"))}))
	good := func() edgewire.Service { return tickets([]string{"i1=127.0.0.1:80"}) }
	for text, change := range map[string]func(*edgewire.Table){
		"i1 is there twice":          func(t *edgewire.Table) { t.Services[0].Groups = append(t.Services[0].Groups, t.Services[0].Groups[0]) },
		"dev/tickets is there twice": func(t *edgewire.Table) { t.Services = append(t.Services, good()) },
		"shop.localhost is there": func(t *edgewire.Table) {
			t.Services[0].Routes = append(t.Services[0].Routes, edgewire.Route{Host: "SHOP.localhost", Path: "/"})
		},
		"weight -1":                func(t *edgewire.Table) { t.Services[0].Groups[0].Weight = -1 },
		"is not host:port":         func(t *edgewire.Table) { t.Services[0].Groups[0].Instances[0].Address = "nowhere" },
		"not a port":               func(t *edgewire.Table) { t.Services[0].Groups[0].Instances[0].Address = "127.0.0.1:0" },
		"not an IP address":        func(t *edgewire.Table) { t.Services[0].Groups[0].Instances[0].Address = "a b:80" },
		"lower-case letters":       func(t *edgewire.Table) { t.Services[0].Name = "a/b" },
		"must begin with /":        func(t *edgewire.Table) { t.Services[0].Routes[0].Path = "/../x" },
		"limits":                   func(t *edgewire.Table) { t.Limits.Body = -1 },
		"timeouts":                 func(t *edgewire.Table) { t.Services[0].Timeout = -1 },
		"cannot be in a host name": func(t *edgewire.Table) { t.Services[0].Routes[0].Host = "a\nb" },
	} {
		table := edgewire.Table{Epoch: 9, Generation: 9, Services: []edgewire.Service{good()}}
		change(&table)
		wantFault(t, e.Apply(t.Context(), table), fault.Invalid, strings.Replace(text, "shop.localhost is", "shop.localhost/ is", 1))
	}
	if got, err := e.Table(t.Context()); err != nil || got.Epoch != 1 {
		t.Errorf("a refused table was taken: %+v, %v", got, err)
	}
	if res, _ := e.get("/"); res.StatusCode != 200 {
		t.Errorf("%s after refused tables", res.Status)
	}
}

func TestOlderTableIsRefused(t *testing.T) {
	t.Parallel()
	e := startEdge(t, testOptions(t))
	for _, c := range []struct {
		epoch, generation int64
		refused           bool
	}{{2, 5, false}, {2, 5, false}, {2, 4, true}, {1, 99, true}, {3, 1, false}, {2, 99, true}} {
		err := e.Apply(t.Context(), edgewire.Table{Epoch: c.epoch, Generation: c.generation})
		if c.refused {
			wantFault(t, err, fault.Refused, "is older")
		} else if err != nil {
			t.Errorf("%+v: %v", c, err)
		}
	}
}

func TestAdminFaults(t *testing.T) {
	t.Parallel()
	e := startEdge(t, testOptions(t))
	client := http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "unix", e.options.AdminSocket)
	}}}
	for _, c := range []struct {
		method, path, body string
		status             int
	}{
		{"PUT", "/v1/table", "", 400}, {"PUT", "/v1/table", "[]", 400}, {"PUT", "/v1/table", `{"services":{}}`, 400},
		{"POST", "/v1/replace", "{}", 400}, {"GET", "/v1/drained", "", 400}, {"GET", "/v1/drained?instance=x&wait=-1s", "", 400},
		{"DELETE", "/v1/table", "", 405}, {"GET", "/", "", 404}, {"PUT", "/v1/table", `{"epoch":1,"future":true}`, 200},
		{"PUT", "/v1/table", "{" + strings.Repeat(" ", 65<<20), 413},
	} {
		r, err := http.NewRequestWithContext(t.Context(), c.method, "http://edge"+c.path, bytes.NewReader([]byte(c.body)))
		if err != nil {
			t.Fatal(err)
		}
		res, err := client.Do(r)
		if err != nil {
			t.Errorf("%s %s: %v", c.method, c.path, err)
			continue
		}
		body, _ := io.ReadAll(res.Body)
		res.Body.Close()
		if res.StatusCode != c.status {
			t.Errorf("%s %s: %s %s, want %d", c.method, c.path, res.Status, body, c.status)
		}
	}
}
