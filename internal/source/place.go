package source

import (
	"net/url"
	"strings"
)

// place reduces an address to what its repository is known by under all transports:
// "example.test/team/shop". Local paths are themselves.
func place(address string) string {
	if strings.HasPrefix(address, "/") {
		return trimRepo(address)
	}
	if !strings.Contains(address, "://") { // user@host:path
		host, path, ok := strings.Cut(address, ":")
		if !ok {
			return ""
		}
		return strings.ToLower(host[strings.LastIndex(host, "@")+1:]) + "/" + trimRepo(strings.TrimLeft(path, "/"))
	}
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	if u.Scheme == "file" {
		return trimRepo(u.Path)
	}
	return strings.ToLower(u.Hostname()) + "/" + trimRepo(strings.TrimLeft(u.Path, "/"))
}

func trimRepo(path string) string {
	return strings.TrimSuffix(strings.TrimRight(path, "/"), ".git")
}
