package manifest

import "strings"

// The patterns of the scalars that there are most of, without regular expressions.

func isName(s string) bool {
	for i := range len(s) {
		if c := s[i]; (c < 'a' || c > 'z') && (i == 0 || c != '-' && (c < '0' || c > '9')) {
			return false
		}
	}
	return s != "" && s[len(s)-1] != '-'
}

func isRequest(s string) bool {
	at := strings.IndexByte(s, '/')
	if at < 0 || strings.ContainsAny(s[at:], "\t\n\f\r #?") {
		return false
	}
	method := strings.TrimRight(s[:at], " ")
	for i := range len(method) {
		if method[i] < 'A' || method[i] > 'Z' {
			return false
		}
	}
	return at == 0 || method != "" && len(method) < at
}

func isDuration(s string) bool {
	for rest := s; ; {
		n := digits(rest)
		if n == 0 {
			return false
		}
		if rest = rest[n:]; strings.HasPrefix(rest, ".") {
			if n = digits(rest[1:]); n == 0 {
				return false
			}
			rest = rest[1+n:]
		}
		switch {
		case strings.HasPrefix(rest, "ms"):
			rest = rest[2:]
		case rest != "" && strings.IndexByte("smhd", rest[0]) >= 0:
			rest = rest[1:]
		default:
			return false
		}
		if rest == "" {
			return true
		}
	}
}

// digits is how many a text begins with.
func digits(s string) int {
	n := 0
	for n < len(s) && s[n] >= '0' && s[n] <= '9' {
		n++
	}
	return n
}
