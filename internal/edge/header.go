package edge

import (
	"net/http"
	"strings"
)

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
