package process

import (
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/wire/shimwire"
)

// TestShimsOfOtherVersions has shims that are older or newer than this program. Their
// sockets lie deeper than the path of a socket may be long.
func TestShimsOfOtherVersions(t *testing.T) {
	t.Parallel()
	for answer, want := range map[string]fault.Code{
		`{"version":1,"minVersion":1,"id":"a","state":"running"}`:                             "",
		`{"version":9,"minVersion":1,"id":"a","state":"running","fromTomorrow":{"deep":[1]}}`: "",
		`{"version":9,"minVersion":2,"id":"a","state":"running"}`:                             fault.Refused,
		`{"id":"a","state":"running"}`:                                                        fault.Refused,
		`not JSON`:                                                                            fault.Internal,
	} {
		dir := filepath.Join(t.TempDir(), strings.Repeat("d", 100))
		if err := os.Mkdir(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		d, err := os.Open(dir)
		if err != nil {
			t.Fatal(err)
		}
		defer d.Close()
		l, err := net.Listen("unix", fmt.Sprintf("/proc/self/fd/%d/%s", d.Fd(), shimwire.SocketFile))
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		go http.Serve(l, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { //nolint:errcheck,gosec // ends with the listener
			fmt.Fprint(w, answer)
		}))
		c := newClient(dir)
		defer c.close()
		s, err := c.hello(t.Context())
		if fault.CodeOf(err) != want || want == "" && s.ID != "a" {
			t.Errorf("%s: %+v, %v", answer, s, err)
		}
	}
}
