package edge

import (
	"errors"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"

	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/edge/certs"
)

// listeners are the sockets of an edge, with the address by which each was asked for.
type listeners struct {
	admin  *net.UnixListener
	public map[passed]*net.TCPListener
}

// listen opens what is not inherited.
func listen(o Options, in *inheritance) (*listeners, error) {
	ls := &listeners{public: map[passed]*net.TCPListener{}}
	for kind, addresses := range map[string][]string{"http": o.HTTP, "https": o.HTTPS, "internal": o.Internal} {
		for _, address := range addresses {
			place := passed{Kind: kind, Address: address}
			if ls.public[place] != nil {
				return nil, errors.Join(fault.New(fault.Invalid, "%s address %s is given twice", kind, address), ls.close())
			}
			l, err := listenTCP(place, in)
			if err != nil {
				return nil, errors.Join(err, ls.close())
			}
			ls.public[place] = l
		}
	}
	admin, err := listenAdmin(o.AdminSocket, in)
	if err != nil {
		return nil, errors.Join(err, ls.close())
	}
	ls.admin = admin
	return ls, nil
}

func listenTCP(place passed, in *inheritance) (*net.TCPListener, error) {
	l, err := in.listener(place)
	if l == nil && err == nil {
		l, err = net.Listen("tcp", place.Address)
	}
	if err != nil {
		return nil, cannotListen(place, err)
	}
	tcp, ok := l.(*net.TCPListener)
	if !ok {
		l.Close()
		return nil, fault.New(fault.Internal, "what was inherited for %s is no TCP socket", place.Address)
	}
	return tcp, nil
}

func cannotListen(place passed, err error) error {
	f := fault.New(fault.Unavailable, "cannot listen on %s (%s)", place.Address, place.Kind).Because(err)
	_, port, _ := net.SplitHostPort(place.Address)
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return f.WithHint("another program has port %s: `ss -ltnp 'sport = :%s'` names it; stop it or choose another port", port, port)
	case errors.Is(err, syscall.EACCES):
		return f.WithHint("ports below 1024 need root or CAP_NET_BIND_SERVICE; choose another port")
	}
	return f.WithHint("check the address")
}

// listenAdmin opens the admin socket. The lock is held, so that a socket file that is
// there was left over.
func listenAdmin(path string, in *inheritance) (*net.UnixListener, error) {
	l, err := in.listener(passed{Kind: "admin"})
	if l == nil && err == nil {
		if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
			return nil, fault.New(fault.Internal, "cannot replace the admin socket %s", path).Because(err)
		}
		l, err = net.Listen("unix", path)
	}
	if err != nil {
		return nil, fault.New(fault.Internal, "cannot listen on the admin socket %s", path).Because(err)
	}
	admin, ok := l.(*net.UnixListener)
	if !ok {
		l.Close()
		return nil, fault.New(fault.Internal, "what was inherited as admin socket is none")
	}
	admin.SetUnlinkOnClose(false) // a successor goes on with it
	return admin, os.Chmod(path, 0o600)
}

func (ls *listeners) close() error {
	var errs []error
	for _, l := range ls.public {
		errs = append(errs, l.Close())
	}
	if ls.admin != nil {
		errs = append(errs, ls.admin.Close())
	}
	return errors.Join(errs...)
}

func (ls *listeners) addresses() map[string][]string {
	out := map[string][]string{}
	for place, l := range ls.public {
		out[place.Kind] = append(out[place.Kind], l.Addr().String())
	}
	return out
}

// ports gives one port each of HTTP and HTTPS, on which an authority's questions are answered.
func (ls *listeners) ports() (found certs.Ports) {
	for place, l := range ls.public {
		if at, ok := l.Addr().(*net.TCPAddr); ok && place.Kind == "http" {
			found.HTTP = at.Port
		} else if ok && place.Kind == "https" {
			found.HTTPS = at.Port
		}
	}
	return found
}

// takeLock makes sure that one edge at a time has a state directory. A successor gets the
// lock with its other files: it stays taken without a break.
func takeLock(dir string, in *inheritance) (*os.File, error) {
	if f := in.take(passed{Kind: "lock"}); f != nil {
		return f, nil
	}
	path := filepath.Join(dir, "lock")
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fault.New(fault.Internal, "cannot open %s", path).Because(err)
	}
	if err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		owner, _ := os.ReadFile(path) // only for the message
		f.Close()
		return nil, fault.New(fault.Refused, "another edge runs in %s (process %s)", dir, strings.TrimSpace(string(owner))).Because(err).
			WithHint("stop it, or replace it over its admin socket")
	}
	return f, nil
}

// signLock writes into the lock who has it, for people.
func signLock(f *os.File) error {
	if err := f.Truncate(0); err != nil {
		return err
	}
	_, err := f.WriteAt([]byte(strconv.Itoa(os.Getpid())+"\n"), 0)
	return err
}
