package edge

import (
	"net"
	"net/http"
	"strings"
)

// copyHeader copies what is not meant for the next hop only: what Connection does not name
// (RFC 9110, section 7.6.1), and is not on the old list (RFC 2616, section 13.5.1).
func copyHeader(to, from http.Header) {
	for name, values := range from {
		if !isHop(name) {
			to[name] = values
		}
	}
	for _, list := range from["Connection"] {
		for name := range strings.SplitSeq(list, ",") {
			to.Del(strings.Trim(name, " \t"))
		}
	}
}

func isHop(name string) bool {
	switch name {
	case "Connection", "Proxy-Connection", "Keep-Alive", "Proxy-Authenticate", "Proxy-Authorization",
		"Te", "Trailer", "Transfer-Encoding", "Upgrade":
		return true
	}
	return false
}

// outgoingHeader makes the headers that the app sees, when no upgrade is asked for. The
// values are shared with the request.
func outgoingHeader(in *http.Request) http.Header {
	h := make(http.Header, len(in.Header)+4)
	copyHeader(h, in.Header)
	if wantsTrailers(in.Header["Te"]) {
		h["Te"] = []string{"trailers"}
	}
	delete(h, "Forwarded")
	cleanHeader(h)
	if _, ok := h["User-Agent"]; !ok {
		h["User-Agent"] = noUserAgent
	}
	setForwarded(h, in)
	return h
}

// noUserAgent keeps the standard library from naming itself.
var noUserAgent = []string{""}

// setForwarded says who asked, for what host and how.
func setForwarded(h http.Header, in *http.Request) {
	ip, _, err := net.SplitHostPort(in.RemoteAddr)
	values := &[3]string{ip, in.Host, "http"}
	if in.TLS != nil {
		values[2] = "https"
	}
	if err == nil {
		h["X-Forwarded-For"] = values[0:1:1]
	}
	h["X-Forwarded-Host"] = values[1:2:2]
	h["X-Forwarded-Proto"] = values[2:3:3]
}

// wantsTrailers says whether a TE header has the word trailers.
func wantsTrailers(te []string) bool {
	for _, list := range te {
		for word := range strings.SplitSeq(list, ",") {
			if strings.EqualFold(strings.Trim(word, " \t"), "trailers") {
				return true
			}
		}
	}
	return false
}

// cleanHeader takes out what some apps believe of a proxy, and only the client has set, and
// the wish for another protocol than WebSocket: what goes through such a connection (h2c)
// would be neither routed nor counted.
func cleanHeader(h http.Header) {
	for name := range h {
		if name[0] == 'X' && believed(name) {
			delete(h, name)
		}
	}
	delete(h, "True-Client-Ip")
	if up := h.Get("Upgrade"); up != "" && !strings.EqualFold(up, "websocket") {
		delete(h, "Upgrade")
		delete(h, "Connection")
	}
}

// believed says whether a header is one that proxies set. To many servers _ is like -.
func believed(name string) bool {
	if strings.Contains(name, "_") {
		name = http.CanonicalHeaderKey(strings.ReplaceAll(name, "_", "-"))
	}
	switch name {
	case "X-Real-Ip", "X-Original-Url", "X-Original-Host", "X-Rewrite-Url":
		return true
	}
	return strings.HasPrefix(name, "X-Forwarded-")
}
