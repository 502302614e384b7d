package netguard

import "net/netip"

// class is what an address is to somebody outside.
type class int

const (
	public class = iota
	private
	never
)

// nevers are reached for nobody.
var nevers = named(map[string]string{
	"169.254.0.0/16":     "link-local",
	"fe80::/10":          "link-local",
	"0.0.0.0/8":          "of this host, not an address to connect to",
	"::/128":             "of this host, not an address to connect to",
	"224.0.0.0/4":        "multicast",
	"ff00::/8":           "multicast",
	"240.0.0.0/4":        "reserved",
	"192.0.0.0/24":       "reserved, and a metadata service at some clouds",
	"100.100.100.200/32": "a cloud's metadata service",
	"168.63.129.16/32":   "a cloud's metadata service",
	"fd00:ec2::/32":      "a cloud's metadata service",
	"fd20:ce::254/128":   "a cloud's metadata service",
	"fd00:42::42/128":    "a cloud's metadata service",
	"64:ff9b:1::/48":     "translated as its network likes",
	"2001::/32":          "a tunnel (Teredo)",
	"100::/64":           "discarded",
})

// privates are reached where it is allowed.
var privates = named(map[string]string{
	"10.0.0.0/8": "", "172.16.0.0/12": "", "192.168.0.0/16": "", "100.64.0.0/10": "", "198.18.0.0/15": "",
	"127.0.0.0/8": "", "::1/128": "", "fc00::/7": "", "fec0::/10": "",
})

// wrappers are networks of IPv6 whose addresses stand for one of IPv4, which is in them from
// a byte on. Who dials one may end up there.
var wrappers = []struct {
	prefix netip.Prefix
	from   int
}{
	{netip.MustParsePrefix("::ffff:0:0/96"), 12},   // mapped
	{netip.MustParsePrefix("::ffff:0:0:0/96"), 12}, // translated
	{netip.MustParsePrefix("64:ff9b::/96"), 12},    // NAT64
	{netip.MustParsePrefix("2002::/16"), 2},        // 6to4
	{netip.MustParsePrefix("::/96"), 12},           // compatible
}

type namedPrefix struct {
	netip.Prefix
	name string
}

func named(m map[string]string) (list []namedPrefix) {
	for prefix, name := range m {
		list = append(list, namedPrefix{netip.MustParsePrefix(prefix), name})
	}
	return list
}

// classOf gives the class of an address, and the address that decides it.
func classOf(a netip.Addr) (netip.Addr, class) {
	if !a.IsValid() {
		return a, never
	}
	a = a.WithZone("")
	if in(nevers, a) {
		return a, never
	}
	if a == netip.IPv6Loopback() {
		return a, private
	}
	for _, w := range wrappers {
		if a.Is6() && w.prefix.Contains(a) {
			b := a.As16()
			return classOf(netip.AddrFrom4([4]byte(b[w.from : w.from+4])))
		}
	}
	if a.Is4In6() {
		return classOf(a.Unmap())
	}
	if in(privates, a) {
		return a, private
	}
	return a, public
}

func in(list []namedPrefix, a netip.Addr) bool {
	for _, p := range list {
		if p.Contains(a) {
			return true
		}
	}
	return false
}

func nameOf(a netip.Addr) string {
	for _, p := range nevers {
		if p.Contains(a) {
			return p.name
		}
	}
	return "no address"
}
