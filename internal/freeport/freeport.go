// Package freeport finds loopback ports for programs that are told where to listen.
package freeport

import (
	"fmt"
	"math/rand/v2"
	"net"
	"sync"
)

// The ports that are tried. They are below those that Linux gives to outgoing connections
// (32768 and up), one of which may take a port between being found and being used; and above
// those of instances (20000 to 29999).
const (
	first = 30000
	last  = 32767
)

// Find gives n different ports of 127.0.0.1 that nobody listens on, and that no other caller
// gets while this process lives. A program that does not ask here may still take one before
// its user listens: that must be said then.
func Find(n int) ([]int, error) {
	if most := last - first + 1; n > most {
		return nil, fmt.Errorf("%d ports are more than the %d from %d to %d", n, most, first, last)
	}
	var found []int
	var held []net.Listener
	for _, offset := range rand.Perm(last - first + 1) {
		if len(found) == n {
			break
		}
		if mark := reserve(first + offset); mark != nil {
			found, held = append(found, first+offset), append(held, mark)
		}
	}
	if len(found) < n {
		for _, mark := range held {
			mark.Close()
		}
		return nil, fmt.Errorf("only %d of %d ports from %d to %d are free", len(found), n, first, last)
	}
	marks.Lock()
	defer marks.Unlock()
	marks.held = append(marks.held, held...) // or they would be closed as garbage
	return found, nil
}

// reserve takes a port for this process; nil if somebody has it. What marks it is a socket
// in the abstract namespace, which is there for all processes of the machine and goes with
// the one that made it.
func reserve(port int) (mark net.Listener) {
	mark, err := net.Listen("unix", fmt.Sprintf("@slipway-port-%d", port))
	if err != nil {
		return nil
	}
	l, err := net.Listen("tcp", Address(port))
	if err != nil {
		mark.Close()
		return nil
	}
	l.Close()
	return mark
}

var marks struct {
	sync.Mutex
	held []net.Listener
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
