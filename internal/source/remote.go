package source

import (
	"net"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"slipway.dev/internal/core/fault"
)

// Remote says where a source's commits come from.
type Remote struct {
	URL        string // an absolute path, file://, ssh://, https://, http://, git:// or user@host:path
	Branch     string
	Credential *Credential // for http and https; nil: none
}

// Credential is what a forge wants to see. It goes to git in its environment only.
type Credential struct {
	User     string // many forges take any name with a token
	Password string // or token
}

// Local says whether the repository is on this machine.
func (r Remote) Local() bool {
	return strings.HasPrefix(r.URL, "/") || strings.HasPrefix(r.URL, "file://")
}

// Check says whether the remote may be given to git at all.
func (r Remote) Check() error {
	if err := CheckURL(r.URL); err != nil {
		return err
	}
	if err := CheckBranch(r.Branch); err != nil {
		return err
	}
	if c := r.Credential; c != nil {
		if strings.ContainsAny(c.User+c.Password, "\r\n\x00") || strings.Contains(c.User, ":") {
			return fault.New(fault.Invalid, "the credential of %s holds a character that cannot be sent", r.URL)
		}
		u, err := url.Parse(r.URL)
		secure := err == nil && (u.Scheme == "https" || u.Scheme == "http" && isLoopback(u.Hostname()))
		if !secure {
			return fault.New(fault.Invalid, "a credential for %s would be sent in the clear or not at all", r.URL).
				WithHint("use https:// with a credential, or ssh:// with the service user's key")
		}
	}
	return nil
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

var scpLike = regexp.MustCompile(`^([A-Za-z0-9_][A-Za-z0-9_.-]*@)?[A-Za-z0-9][A-Za-z0-9.-]*:[^:/-][^:]*$`)

// CheckURL says whether git may be given this address. It is strict: what looks like an
// option, a helper program ("ext::…") or a password in the address is refused.
func CheckURL(address string) error {
	bad := func(why string) error {
		return fault.New(fault.Invalid, "%q cannot be the address of a source: %s", redact(address), why).
			WithHint("an absolute path, file://, ssh://, https://, http://, git:// or user@host:path")
	}
	if address == "" || len(address) > 2048 {
		return bad("it is empty or too long")
	}
	if !utf8.ValidString(address) || strings.ContainsFunc(address, func(r rune) bool { return r <= ' ' || unicode.IsControl(r) }) {
		return bad("it holds a space or a control character, or is not UTF-8")
	}
	switch {
	case strings.HasPrefix(address, "/"):
		if filepath.Clean(address) != strings.TrimSuffix(address, "/") {
			return bad("it is not a clean path")
		}
		return nil
	case strings.HasPrefix(address, "-"):
		return bad("it looks like an option")
	case !strings.Contains(address, "://"):
		if strings.Contains(address, "::") || !scpLike.MatchString(address) {
			return bad("it is neither an absolute path nor a URL")
		}
		return nil
	}
	u, err := url.Parse(address)
	if err != nil {
		return bad("it does not parse")
	}
	return checkParsed(u, bad)
}

func checkParsed(u *url.URL, bad func(string) error) error {
	_, password := u.User.Password()
	web := u.Scheme == "http" || u.Scheme == "https"
	switch {
	case password, web && u.User != nil:
		return bad("it holds a user name or a password, which logs and listings would show; store it with slipway secret set, and name it as the source's credential")
	case u.Scheme == "file" && u.Host != "":
		return bad("a file:// address has three slashes")
	case u.Scheme == "file":
		return nil
	case !web && u.Scheme != "ssh" && u.Scheme != "git":
		return bad("its scheme is not allowed")
	case u.Hostname() == "", strings.HasPrefix(u.Hostname(), "-"), strings.HasPrefix(u.User.Username(), "-"):
		return bad("it has no host, or one that looks like an option")
	case strings.HasPrefix(strings.TrimLeft(u.Path, "/"), "-"):
		return bad("its path looks like an option")
	}
	return nil
}

// redact takes what may be a password out of an address that is refused.
func redact(address string) string {
	before, after, ok := strings.Cut(address, "://")
	if at := strings.LastIndex(after, "@"); ok && at >= 0 {
		return before + "://…@" + after[at+1:]
	}
	return address
}

// CheckBranch says whether a branch may have this name, by git's rules and a little more.
func CheckBranch(name string) error {
	bad := name == "" || len(name) > 255 || name == "@" ||
		strings.HasPrefix(name, "-") || strings.HasPrefix(name, "/") || strings.HasSuffix(name, "/") || strings.HasSuffix(name, ".") ||
		strings.Contains(name, "..") || strings.Contains(name, "//") || strings.Contains(name, "@{") ||
		strings.ContainsAny(name, " ~^:?*[\\\x7f") || strings.IndexFunc(name, func(r rune) bool { return r < ' ' }) >= 0
	for part := range strings.SplitSeq(name, "/") {
		bad = bad || strings.HasPrefix(part, ".") || strings.HasSuffix(part, ".lock")
	}
	if bad {
		return fault.New(fault.Invalid, "%q cannot be the name of a branch", name)
	}
	return nil
}

var hashPattern = regexp.MustCompile(`^[0-9a-f]{40}([0-9a-f]{24})?$`)

// CheckCommit says whether id is a full commit ID.
func CheckCommit(id string) error {
	if !hashPattern.MatchString(id) {
		return fault.New(fault.Invalid, "%q is not a full commit ID", id)
	}
	return nil
}
