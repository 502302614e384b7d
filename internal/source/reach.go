package source

import (
	"context"
	"net"
	"net/netip"
	"net/url"
	"strings"

	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/netguard"
)

// reach refuses a remote at an address that only this machine should ask: link-local ones,
// where clouds keep their metadata. Repositories in private networks are the rule. The name is
// looked up once more by git, so that this stops mistakes and plain attempts, and not somebody
// who owns the name's server; git would show them no more than an error.
func (r Remote) reach(ctx context.Context) error {
	host := r.host()
	if host == "" {
		return nil
	}
	var addresses []netip.Addr
	if a, err := netip.ParseAddr(host); err == nil {
		addresses = append(addresses, a)
	} else { // of a name that is not found git tells better, and it may know it by its own ways
		addresses, _ = net.DefaultResolver.LookupNetIP(ctx, "ip", host)
	}
	for _, a := range addresses {
		if err := (netguard.Policy{Private: true}).Check(a); err != nil {
			return fault.New(fault.Denied, "the source at %s is not fetched", host).Because(err)
		}
	}
	return nil
}

// host is the host of a remote; "" of a local one.
func (r Remote) host() string {
	if r.Local() {
		return ""
	}
	if u, err := url.Parse(r.URL); err == nil && strings.Contains(r.URL, "://") {
		return u.Hostname()
	}
	before, _, _ := strings.Cut(r.URL, ":") // user@host:path
	return before[strings.LastIndexByte(before, '@')+1:]
}
