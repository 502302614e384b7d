package load

import (
	"strings"
	"testing"
	"time"

	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/machine/machinetest"
)

func TestScripts(t *testing.T) { machinetest.Run(t, Machine{}, "testdata/*.txt") }

func TestGolden(t *testing.T) {
	t.Parallel()
	machinetest.Golden(t, Machine{}, Version, 1, "testdata/*.txt", "testdata/golden/v1.jsonl")
}

func TestUpgradeRefuses(t *testing.T) {
	t.Parallel()
	if _, err := (Machine{}).Upgrade(Version+1, []byte(`{}`)); err == nil {
		t.Error("a newer state was read")
	}
}

func good() Test {
	return Test{Service: "tickets", Environment: "staging", Method: "GET", Path: "/orders?x=1", Rate: 100, Duration: 10 * time.Second, MaxErrorRate: 0.01, P99: time.Second}
}

func TestCheck(t *testing.T) {
	t.Parallel()
	if err := good().Check(); err != nil {
		t.Fatal(err)
	}
	for text, change := range map[string]func(*Test){
		"names":    func(l *Test) { l.Service = "../payments" },
		"method":   func(l *Test) { l.Method = "CONNECT" },
		"must beg": func(l *Test) { l.Path = "http://169.254.169.254/" },
		"segment":  func(l *Test) { l.Path = "/a/../../payments" },
		". or ..":  func(l *Test) { l.Path = "/%2E%2e/payments" },
		"path":     func(l *Test) { l.Path = "/a HTTP/1.1\r\nHost: x" },
		"rate":     func(l *Test) { l.Rate = 1000.5 },
		"duration": func(l *Test) { l.Duration = MaxDuration + 1 },
		"share":    func(l *Test) { l.MaxErrorRate = 1.1 },
		"p99":      func(l *Test) { l.P99 = -1 },
		"bytes":    func(l *Test) { l.Body = make([]byte, maxBody+1) },
		"header":   func(l *Test) { l.Headers = map[string]string{"HOST": "elsewhere"} },
		"the head": func(l *Test) { l.Headers = map[string]string{"X": "a\r\nHost: b"} },
	} {
		l := good()
		change(&l)
		if err := l.Check(); !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), text) {
			t.Errorf("%s: %v", text, err)
		}
	}
}

func TestJudge(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		m    Measured
		want string
	}{
		"holds":        {Measured{Requests: 1000, Errors: 10, P99: 1}, ""},
		"errors":       {Measured{Requests: 1000, Errors: 11, P99: 1}, "failed"},
		"slow":         {Measured{Requests: 1000, P99: 1.001}, "p99"},
		"not sent":     {Measured{Requests: 949}, "too little"},
		"nothing":      {Measured{}, "too little"},
		"all that was": {Measured{Requests: 950}, ""},
	} {
		got := good().Judge(c.m, 10*time.Second)
		if got.Passed != (c.want == "") || !strings.Contains(got.Why, c.want) {
			t.Errorf("%s: %+v", name, got)
		}
	}
	if got := good().Judge(Measured{Requests: 1000, Errors: 10}, 10*time.Second); got.Rate != 100 || got.ErrorRate != 0.01 {
		t.Errorf("%+v", got)
	}
}
