package edge

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"syscall"
	"time"

	"slipway.dev/internal/wire/edgewire"
)

// inheritEnv tells a successor what its file descriptors from 3 on are: a JSON list of
// passed, in order.
const inheritEnv = "SLIPWAY_EDGE_INHERIT"

// firstFD is the first one after standard input, output and error.
const firstFD = 3

// passed is one file descriptor that a successor gets.
type passed struct {
	Kind    string `json:"kind"` // lock, ready, handover, admin, http, https, internal
	Address string `json:"address,omitempty"`
}

// inheritance is what this process got from the edge that it replaces; nil: nothing.
type inheritance struct {
	files map[passed]*os.File
}

// inherit reads the environment, once: what this process starts does not see it.
func inherit() (*inheritance, error) {
	text, ok := os.LookupEnv(inheritEnv)
	if !ok {
		return nil, nil
	}
	if err := os.Unsetenv(inheritEnv); err != nil {
		return nil, err
	}
	var list []passed
	if err := json.Unmarshal([]byte(text), &list); err != nil {
		return nil, fmt.Errorf("%s is not what an edge sets: %w", inheritEnv, err)
	}
	in := &inheritance{files: map[passed]*os.File{}}
	for i, p := range list {
		fd := firstFD + i
		syscall.CloseOnExec(fd)
		in.files[p] = os.NewFile(uintptr(fd), p.Kind)
	}
	for _, kind := range []string{"lock", "ready", "handover"} {
		if in.files[passed{Kind: kind}] == nil {
			return nil, fmt.Errorf("%s has no %s", inheritEnv, kind)
		}
	}
	return in, nil
}

// take gives a file that was passed and forgets it; nil if there is none.
func (in *inheritance) take(p passed) *os.File {
	if in == nil {
		return nil
	}
	f := in.files[p]
	delete(in.files, p)
	return f
}

// listener gives a listener that was passed; nil if there is none.
func (in *inheritance) listener(p passed) (net.Listener, error) {
	f := in.take(p)
	if f == nil {
		return nil, nil
	}
	l, err := net.FileListener(f)
	return l, errors.Join(err, f.Close())
}

// tell says to the edge that is replaced that this one accepts connections, or why not.
func (in *inheritance) tell(cause error) error {
	if in == nil {
		return nil
	}
	f := in.take(passed{Kind: "ready"})
	if f == nil {
		return nil // told before
	}
	ready := edgewire.Ready{PID: os.Getpid()}
	if cause != nil {
		ready.Error = cause.Error()
	}
	return errors.Join(json.NewEncoder(f).Encode(ready), f.Close())
}

// handoverTimeout bounds how long a successor waits for the one before to let go.
const handoverTimeout = 10 * time.Second

// handover waits until the edge that is replaced lets go. If it died instead, what it
// saved last must do.
func (in *inheritance) handover() (edgewire.Handover, error) {
	var h edgewire.Handover
	f := in.take(passed{Kind: "handover"})
	defer f.Close()
	_ = f.SetReadDeadline(time.Now().Add(handoverTimeout)) // a pipe has deadlines; without, it waits for the other's end
	err := json.NewDecoder(f).Decode(&h)
	if errors.Is(err, io.EOF) {
		err = errors.New("the replaced edge died")
	}
	return h, err
}

// closeRest closes listeners of addresses that this edge no longer has.
func (in *inheritance) closeRest() {
	if in == nil {
		return
	}
	for p, f := range in.files {
		if p.Kind != "ready" && p.Kind != "handover" {
			f.Close()
			delete(in.files, p)
		}
	}
}
