package h1

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// appendRequest appends what http.Request.Write would write, in any order of headers, and
// closes the body. Hosts that need care are left to that.
func appendRequest(b []byte, r *http.Request) ([]byte, error) {
	uri := r.URL.RequestURI()
	if !isPlainHost(r.Host) || hasControl(uri) || !isToken(r.Method) {
		w := bytes.NewBuffer(b)
		err := r.Write(w)
		return w.Bytes(), err
	}
	b = append(b, r.Method...)
	b = append(b, ' ')
	b = append(b, uri...)
	b = append(b, " HTTP/1.1\r\n"...)
	b = appendField(b, "Host", r.Host)
	length := 0
	if r.Body != nil && r.Body != http.NoBody {
		length = int(r.ContentLength)
	}
	b = appendHeader(b, r, length)
	b = append(b, "\r\n"...)
	if r.Body == nil {
		return b, nil
	}
	head := len(b)
	b = slices.Grow(b, length)[:head+length]
	_, err := io.ReadFull(r.Body, b[head:])
	return b, errors.Join(err, r.Body.Close())
}

func appendField(b []byte, name, value string) []byte {
	b = append(b, name...)
	b = append(b, ": "...)
	b = append(b, value...)
	return append(b, "\r\n"...)
}

func appendHeader(b []byte, r *http.Request, length int) []byte {
	if r.Close {
		b = appendField(b, "Connection", "close")
	}
	if length > 0 || r.Method == http.MethodPost || r.Method == http.MethodPut || r.Method == http.MethodPatch {
		b = appendField(b, "Content-Length", strconv.Itoa(length))
	}
	for name, values := range r.Header {
		switch name {
		case "Host", "Content-Length", "Transfer-Encoding", "Trailer":
			continue // written from the request's fields
		case "User-Agent":
			values = values[:min(len(values), 1)]
			if len(values) == 0 || values[0] == "" {
				continue
			}
		}
		if !isToken(name) {
			continue
		}
		for _, v := range values {
			b = appendField(b, name, oneLine(v))
		}
	}
	return b
}

var newlineToSpace = strings.NewReplacer("\n", " ", "\r", " ")

// oneLine keeps a header's value from becoming two headers.
func oneLine(v string) string {
	if strings.IndexByte(v, '\n') >= 0 || strings.IndexByte(v, '\r') >= 0 {
		v = newlineToSpace.Replace(v)
	}
	return strings.Trim(v, " \t")
}

// isPlainHost says whether a host needs no Punycode and no cleaning.
func isPlainHost(host string) bool {
	for i := 0; i < len(host); i++ {
		if c := host[i]; c != ':' && c != '[' && c != ']' && !tokens[c] || c == '%' {
			return false
		}
	}
	return host != ""
}

func hasControl(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] < ' ' || s[i] == 0x7f {
			return true
		}
	}
	return false
}

// isToken says whether s can be a header's name or a method (RFC 9110, section 5.6.2).
func isToken(s string) bool {
	for i := 0; i < len(s); i++ {
		if !tokens[s[i]] {
			return false
		}
	}
	return s != ""
}

var tokens = func() (is [256]bool) {
	const others = "!#$%&'*+-.^_`|~"
	for c := range is {
		is[c] = c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || strings.IndexByte(others, byte(c)) >= 0
	}
	return is
}()
