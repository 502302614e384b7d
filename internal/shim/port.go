package shim

import (
	"fmt"
	"hash/fnv"
	"net"
	"strconv"
)

// Ports is a range of ports, both ends included.
type Ports struct {
	First int `json:"first"`
	Last  int `json:"last"`
}

// claim is a port that no other shim of this machine has. It is claimed by the name of an
// abstract socket, which belongs to the network namespace as ports do and goes with its owner.
type claim struct {
	port int
	name net.Listener
}

// claimPort finds a port that is free now. It begins at a place that depends on the
// directory of the instance, so that it tends to get the same one again.
func claimPort(dir string, r Ports) (*claim, error) {
	n := r.Last - r.First + 1
	if n <= 0 {
		return nil, fmt.Errorf("the port range %d-%d is empty", r.First, r.Last)
	}
	h := fnv.New32a()
	h.Write([]byte(dir))
	begin := int(h.Sum32() % uint32(n))
	for i := range n {
		port := r.First + (begin+i)%n
		name, err := net.Listen("unix", "@slipway-port-"+strconv.Itoa(port))
		if err != nil {
			continue
		}
		c := &claim{port, name}
		if c.free() {
			return c, nil
		}
		c.close()
	}
	return nil, fmt.Errorf("no port in %d-%d is free", r.First, r.Last)
}

func (c *claim) close() { c.name.Close() }

// free says whether nobody listens on the port, on any address.
func (c *claim) free() bool {
	l, err := net.Listen("tcp", ":"+strconv.Itoa(c.port))
	if err != nil {
		return false
	}
	return l.Close() == nil
}
