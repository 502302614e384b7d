// Package freeport finds loopback ports for programs that are told where to listen.
package freeport

import (
	"fmt"
	"math/rand/v2"
	"net"
)

// The ports that are tried. They are below those that Linux gives to outgoing connections
// (32768 and up), one of which may take a port between being found and being used; and above
// those of instances (20000 to 29999).
const (
	first = 30000
	last  = 32767
)

// Find gives n different ports of 127.0.0.1 that nobody listens on. Another program may
// still take one before its user listens: that must be said then.
func Find(n int) ([]int, error) {
	var found []int
	order := rand.Perm(last - first + 1) // so that two who look at once seldom meet
	for _, offset := range order {
		if len(found) == n {
			break
		}
		l, err := net.Listen("tcp", Address(first+offset))
		if err != nil {
			continue
		}
		l.Close()
		found = append(found, first+offset)
	}
	if len(found) < n {
		return nil, fmt.Errorf("only %d of %d ports from %d to %d are free", len(found), n, first, last)
	}
	return found, nil
}

// Addresses gives n of them as host:port.
func Addresses(n int) ([]string, error) {
	ports, err := Find(n)
	var found []string
	for _, port := range ports {
		found = append(found, Address(port))
	}
	return found, err
}

// Address is a port of the loopback interface, as host:port.
func Address(port int) string { return fmt.Sprintf("127.0.0.1:%d", port) }
