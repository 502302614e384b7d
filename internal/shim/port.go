package shim

import (
	"fmt"
	"hash/fnv"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
)

// Ports is a range of ports, both ends included.
type Ports struct {
	First int `json:"first"`
	Last  int `json:"last"`
}

// claim is a port that no other shim of the same directory has: its file is locked as
// long as the claim is open.
type claim struct {
	port int
	file *os.File
}

// claimPort finds a port that is free now. It begins at a place that depends on the ID, so
// that an instance tends to get the same one again.
func claimPort(dir, id string, r Ports) (*claim, error) {
	n := r.Last - r.First + 1
	if n <= 0 {
		return nil, fmt.Errorf("the port range %d-%d is empty", r.First, r.Last)
	}
	h := fnv.New32a()
	h.Write([]byte(id))
	begin := int(h.Sum32() % uint32(n))
	for i := range n {
		port := r.First + (begin+i)%n
		if f := lockPort(dir, port); f != nil {
			c := &claim{port, f}
			if c.free() {
				return c, nil
			}
			f.Close()
		}
	}
	return nil, fmt.Errorf("no port in %d-%d is free", r.First, r.Last)
}

func lockPort(dir string, port int) *os.File {
	f, err := os.OpenFile(filepath.Join(dir, strconv.Itoa(port)), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil
	}
	if syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) != nil {
		f.Close()
		return nil
	}
	return f
}

// free says whether nobody listens on the port, on any address.
func (c *claim) free() bool {
	l, err := net.Listen("tcp", ":"+strconv.Itoa(c.port))
	if err != nil {
		return false
	}
	return l.Close() == nil
}
