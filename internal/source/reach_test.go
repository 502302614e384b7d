package source

import (
	"testing"

	"slipway.dev/internal/core/fault"
)

func TestLinkLocalRemotesAreNotFetched(t *testing.T) {
	t.Parallel()
	for url, refused := range map[string]bool{
		"http://169.254.169.254/latest/meta-data": true,
		"ssh://git@[fe80::1]/r.git":               true,
		"git@169.254.169.254:r.git":               true,
		"http://[::ffff:169.254.169.254]/r.git":   true,
		"http://127.0.0.1:1/r.git":                false,
		"https://10.0.0.7/r.git":                  false,
		"/srv/r.git":                              false,
		"file:///srv/r.git":                       false,
	} {
		if err := (Remote{URL: url}).reach(t.Context()); fault.Is(err, fault.Denied) != refused {
			t.Errorf("%s: %v", url, err)
		}
	}
}
