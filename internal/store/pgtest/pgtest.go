// Package pgtest starts a real PostgreSQL for tests and benchmarks: in a temporary
// folder, on a private unix socket, with a database of its own for each test.
package pgtest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"runtime"
	"sort"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// ErrMissing says that PostgreSQL is not installed.
var ErrMissing = errors.New("PostgreSQL is not installed (looked for initdb in PATH and /usr/lib/postgresql/*/bin)")

// Server is a running PostgreSQL.
type Server struct {
	dir       string
	process   *exec.Cmd
	ended     chan struct{}
	databases atomic.Int64
}

// Options of a server.
type Options struct {
	Durable bool // wait for the disk, as in production; tests need not
}

// Run starts a server. Stop it in the end.
func Run(ctx context.Context, o Options) (*Server, error) {
	bin, err := find()
	if err != nil {
		return nil, err
	}
	owner, err := nonRoot()
	if err != nil {
		return nil, err
	}
	s := &Server{ended: make(chan struct{})}
	if s.dir, err = folder(owner); err != nil {
		return nil, err
	}
	data := filepath.Join(s.dir, "data")
	initdb := exec.CommandContext(ctx, filepath.Join(bin, "initdb"), "-D", data, "-U", "slipway", "-A", "trust",
		"--locale=C", "--encoding=UTF8", "--no-sync")
	as(initdb, owner, s.dir)
	if out, err := initdb.CombinedOutput(); err != nil {
		os.RemoveAll(s.dir)
		return nil, fmt.Errorf("initdb: %w\n%s", err, out)
	}
	if err := s.start(filepath.Join(bin, "postgres"), data, owner, o); err != nil {
		os.RemoveAll(s.dir)
		return nil, err
	}
	if err := s.ready(ctx); err != nil {
		s.Stop()
		return nil, err
	}
	return s, nil
}

func (s *Server) start(program, data string, owner *syscall.Credential, o Options) error {
	args := []string{"-D", data, "-k", s.dir, "-c", "listen_addresses=", "-c", "max_connections=200", "-c", "log_min_messages=fatal"}
	if !o.Durable {
		args = append(args, "-c", "fsync=off", "-c", "full_page_writes=off")
	}
	s.process = exec.Command(program, args...)
	as(s.process, owner, s.dir)
	// It must not outlive us, however we end. The kernel ties that to the thread that
	// started it, which therefore has to stay.
	s.process.SysProcAttr.Pdeathsig = syscall.SIGQUIT
	log, err := os.Create(filepath.Join(s.dir, "log"))
	if err != nil {
		return err
	}
	defer log.Close()
	s.process.Stdout, s.process.Stderr = log, log
	started := make(chan error)
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := s.process.Start()
		started <- err
		if err == nil {
			s.process.Wait()
			close(s.ended)
		}
	}()
	return <-started
}

func (s *Server) ready(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	for {
		conn, err := pgx.Connect(ctx, s.url("postgres"))
		if err == nil {
			return conn.Close(ctx)
		}
		select {
		case <-s.ended:
			log, _ := os.ReadFile(filepath.Join(s.dir, "log"))
			return fmt.Errorf("postgres ended at once: %s", log)
		case <-ctx.Done():
			return fmt.Errorf("postgres does not get ready: %w", err)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// Database makes an empty database and gives its address.
func (s *Server) Database(ctx context.Context) (string, error) {
	conn, err := pgx.Connect(ctx, s.url("postgres"))
	if err != nil {
		return "", err
	}
	defer conn.Close(ctx)
	name := fmt.Sprintf("test%d", s.databases.Add(1))
	if _, err := conn.Exec(ctx, "CREATE DATABASE "+name); err != nil {
		return "", err
	}
	return s.url(name), nil
}

func (s *Server) url(database string) string {
	return "postgres://slipway@/" + database + "?host=" + s.dir
}

// Stop ends the server and removes its folder.
func (s *Server) Stop() {
	s.process.Process.Signal(syscall.SIGINT) // fast shutdown
	select {
	case <-s.ended:
	case <-time.After(20 * time.Second):
		s.process.Process.Signal(syscall.SIGQUIT)
		<-s.ended
	}
	os.RemoveAll(s.dir)
}

var shared struct {
	sync.Mutex
	server *Server
	users  int
}

// Start gives the address of an empty database on a server that the tests of a package
// share; it ends with the last of them. Without PostgreSQL the test is skipped.
func Start(t testing.TB) string {
	t.Helper()
	shared.Lock()
	defer shared.Unlock()
	if shared.server == nil {
		s, err := Run(context.Background(), Options{})
		if errors.Is(err, ErrMissing) {
			t.Skip(err)
		}
		if err != nil {
			t.Fatal(err)
		}
		shared.server = s
	}
	shared.users++
	t.Cleanup(func() {
		shared.Lock()
		defer shared.Unlock()
		if shared.users--; shared.users == 0 {
			shared.server.Stop()
			shared.server = nil
		}
	})
	url, err := shared.server.Database(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return url
}

func find() (string, error) {
	if p, err := exec.LookPath("initdb"); err == nil {
		if p, err = filepath.EvalSymlinks(p); err == nil {
			return filepath.Dir(p), nil
		}
	}
	list, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if len(list) == 0 {
		return "", ErrMissing
	}
	sort.Strings(list)
	return filepath.Dir(list[len(list)-1]), nil
}

// nonRoot gives somebody who PostgreSQL agrees to run as; nil: us.
func nonRoot() (*syscall.Credential, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, _ := strconv.Atoi(u.Uid)
		gid, _ := strconv.Atoi(u.Gid)
		return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
	}
	return nil, errors.New("PostgreSQL does not run as root, and there is neither a user postgres nor nobody")
}

func as(c *exec.Cmd, owner *syscall.Credential, dir string) {
	c.Dir = dir
	c.SysProcAttr = &syscall.SysProcAttr{Credential: owner}
}

// folder makes one with a short name: a socket's path has at most 107 bytes.
func folder(owner *syscall.Credential) (string, error) {
	parent := os.TempDir()
	if len(parent) > 60 {
		parent = "/tmp"
	}
	dir, err := os.MkdirTemp(parent, "slipway-pg-")
	if err == nil && owner != nil {
		err = os.Chown(dir, int(owner.Uid), int(owner.Gid))
	}
	return dir, err
}
