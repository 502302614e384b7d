package h1

import (
	"errors"
	"io"
	"syscall"
)

// errStale says that the server has closed an idle connection, or spoken without being
// asked. Nothing was sent on it.
var errStale = errors.New("the connection is no longer good")

// turn sends a request and waits for the first of the answer with one system call less
// than a write and a read: who has just seen that there is nothing to read need not try to.
// So what looks whether an idle connection is still good also spares a vain read.
//
// The runtime forgets that the connection was readable when RawConn.Read begins, and calls do.
// That sees that nothing is there; what comes afterwards wakes it.
type turn struct {
	pending bool   // the request is not sent yet
	rest    []byte // what is still to be sent
	wrote   error  // why not all could be sent
	into    []byte
	n       int
	err     error
	call    func(fd uintptr) bool // do, made once
}

// ask prepares to send a request.
func (t *turn) ask(request []byte) {
	t.pending, t.rest, t.wrote = true, request, nil
}

// take sends the request and reads into p. If some is left in rest, the rest must be sent
// before anything is read.
func (t *turn) take(raw syscall.RawConn, p []byte) (int, error) {
	t.into, t.n, t.err = p, 0, nil
	err := raw.Read(t.call)
	t.into = nil
	if err == nil {
		err = t.err
	}
	return t.n, err
}

// do returns true when it is done, and false to wait until there is something to read.
func (t *turn) do(fd uintptr) bool {
	if t.pending {
		return t.send(int(fd))
	}
	t.n, t.err = again(func() (int, error) { return syscall.Read(int(fd), t.into) })
	switch {
	case errors.Is(t.err, syscall.EAGAIN):
		t.err = nil
		return false
	case t.err == nil && t.n == 0:
		t.err = io.EOF
	case t.err != nil:
		t.n = 0
	}
	return true
}

func (t *turn) send(fd int) (done bool) {
	t.pending = false
	if !quiet(fd) {
		t.err, t.rest = errStale, nil
		return true
	}
	n, err := again(func() (int, error) { return syscall.Write(fd, t.rest) })
	switch {
	case err == nil:
		t.rest = t.rest[n:]
	case !errors.Is(err, syscall.EAGAIN):
		t.wrote, t.rest = err, nil // it may have answered all the same
	}
	return len(t.rest) > 0
}

// quiet says whether the server has neither closed nor sent anything since the last answer.
func quiet(fd int) bool {
	var b [1]byte
	_, err := again(func() (int, error) {
		n, _, err := syscall.Recvfrom(fd, b[:], syscall.MSG_PEEK|syscall.MSG_DONTWAIT)
		return n, err
	})
	return errors.Is(err, syscall.EAGAIN)
}

// again repeats a system call that a signal interrupted.
func again(call func() (int, error)) (int, error) {
	for {
		n, err := call()
		if !errors.Is(err, syscall.EINTR) {
			return n, err
		}
	}
}
