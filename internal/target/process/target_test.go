package process

import (
	"context"
	"fmt"
	"os"
	"testing"

	"slipway.dev/internal/sandbox"
	"slipway.dev/internal/shim"
	"slipway.dev/internal/target/targettest"
)

func TestMain(m *testing.M) {
	sandbox.Init()
	shim.Init()
	if os.Getenv("SLIPWAY_TEST_OWNER") != "" {
		own()
	}
	os.Exit(m.Run())
}

func secrets(_ context.Context, name, version string) ([]byte, error) {
	v, ok := targettest.Secrets[name+"@"+version]
	if !ok {
		return nil, fmt.Errorf("no secret %s", name)
	}
	return []byte(v), nil
}

func open(t *testing.T, o Options) *Target {
	t.Helper()
	o.Secrets = secrets
	tg, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(tg.Close)
	return tg
}

func TestSuite(t *testing.T) {
	t.Parallel()
	suite(t, sandbox.Available())
}

// TestSuiteWithoutNamespaces is how it is in many containers.
func TestSuiteWithoutNamespaces(t *testing.T) {
	t.Parallel()
	host := sandbox.Available()
	host.Namespaces = false
	suite(t, host)
}

func suite(t *testing.T, host sandbox.Host) {
	targettest.Run(t, func(t *testing.T) targettest.Fixture {
		dir := t.TempDir()
		rotation := shim.Rotation{Size: 1 << 20, Files: 2, Rate: 8 << 20}
		return targettest.Fixture{
			Open: func(t *testing.T) targettest.Target {
				tg := open(t, Options{Dir: dir, Logs: rotation})
				tg.host = host
				return tg
			},
			Limits:   host.Memory,
			LogBound: 3<<20 + 64<<10,
		}
	})
}
