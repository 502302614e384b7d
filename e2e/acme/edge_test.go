package acme

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/letsencrypt/pebble/v2/wfe"

	"slipway.dev/internal/edgeclient"
	"slipway.dev/internal/wire/edgewire"
)

// patience bounds every wait; it is only reached when something is broken.
const patience = time.Minute

// slipway is the product's program, built by TestMain.
var slipway string

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	os.Setenv("PEBBLE_VA_NOSLEEP", "1") // else it dawdles for seconds before each validation
	dir, err := os.MkdirTemp("", "acme")
	if err == nil {
		err = os.Chmod(dir, 0o755) // nobody runs what is in it
	}
	defer os.RemoveAll(dir)
	slipway = filepath.Join(dir, "slipway")
	build := exec.Command("go", "build", "-o", slipway, "./cmd/slipway")
	build.Dir = "../.."
	if text, buildErr := build.CombinedOutput(); err != nil || buildErr != nil {
		fmt.Fprintf(os.Stderr, "slipway does not compile: %v\n%s", errors.Join(err, buildErr), text)
		return 1
	}
	return m.Run()
}

// edge is a `slipway edge` with an app behind it.
type edge struct {
	*edgeclient.Client
	t               *testing.T
	args            []string
	log, app, https string       // path, address, address
	client          *http.Client // trusts the authority only; a connection for each request
	gen             int64
	cmd             *exec.Cmd // as it was started; a successor is its child
}

// startEdge starts an edge that gets its certificates from the authority.
func startEdge(t *testing.T, a *authority) *edge {
	t.Helper()
	dir, err := os.MkdirTemp("", "edge") // shorter than t.TempDir: socket paths have a limit
	trusted, socket := filepath.Join(dir, "roots.pem"), filepath.Join(dir, "admin", "edge.sock")
	if err = errors.Join(err, os.Chmod(dir, 0o777), os.WriteFile(trusted, a.root, 0o644)); err != nil {
		t.Fatal(err)
	}
	app := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "hello "+r.Host) }))
	e := &edge{Client: edgeclient.New(socket), t: t, log: filepath.Join(dir, "log"), app: app.Listener.Addr().String(), https: a.https}
	e.args = []string{"edge", "--admin-socket", socket, "--state-dir", filepath.Join(dir, "state"), "--http", a.http, "--https", a.https, "--linger", "1s",
		"--acme", "ops@example.com", "--acme-directory", "https://" + a.address + wfe.DirectoryPath, "--acme-roots", trusted}
	roots := x509.NewCertPool()
	roots.AddCert(a.GetRootCert(0).Cert)
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "tcp", e.https)
	}
	e.client = &http.Client{Timeout: patience, Transport: &http.Transport{DialContext: dial, TLSClientConfig: &tls.Config{RootCAs: roots}, DisableKeepAlives: true}}
	t.Cleanup(func() {
		e.stop()
		app.Close()
		if t.Failed() {
			t.Logf("the edge's log:\n%s", e.logged())
		}
		os.RemoveAll(dir)
	})
	e.start()
	return e
}

func (e *edge) start() {
	e.t.Helper()
	log, err := os.OpenFile(e.log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		e.t.Fatal(err)
	}
	defer log.Close()
	e.cmd = exec.Command(slipway, e.args...)
	e.cmd.Stdout, e.cmd.Stderr = log, log
	if nobody := uint32(65534); os.Getuid() == 0 { // so that it may not open ports 80 and 443 for the challenges
		e.cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
	}
	if err := e.cmd.Start(); err != nil {
		e.t.Fatal(err)
	}
	e.eventually("the edge answers", func() error { _, err := e.Hello(e.t.Context()); return err })
}

// stop ends the edge that serves, and waits for it and the one that was started first.
func (e *edge) stop() {
	e.t.Helper()
	if e.cmd == nil || e.cmd.Process == nil {
		return
	}
	pid := e.cmd.Process.Pid
	if h, err := e.Hello(context.Background()); err == nil { // the test's context may be over
		pid = h.PID
	}
	syscall.Kill(pid, syscall.SIGTERM)
	if err := e.cmd.Wait(); err != nil {
		e.t.Errorf("the edge ended with %v", err)
	}
	e.eventually("the edge has ended", func() error {
		if _, err := os.Readlink(fmt.Sprintf("/proc/%d/exe", pid)); err == nil {
			return errors.New("it runs")
		}
		return nil
	})
}

// route makes these hosts, and no others, the app's.
func (e *edge) route(hosts ...string) {
	e.t.Helper()
	e.gen++
	s := edgewire.Service{Name: "app", Environment: "prod", Groups: []edgewire.Group{
		{Release: "r", Deployment: "d", Weight: 1, Instances: []edgewire.Instance{{ID: "i", Address: e.app}}},
	}}
	for _, h := range hosts {
		s.Routes = append(s.Routes, edgewire.Route{Host: h, Path: "/"})
	}
	if err := e.Apply(e.t.Context(), edgewire.Table{Epoch: 1, Generation: e.gen, Services: []edgewire.Service{s}}); err != nil {
		e.t.Fatal(err)
	}
}

// get asks for a host's page on a new connection, and gives the certificate that it came
// with. The client has checked that against the authority's root, the host and the clock.
func (e *edge) get(host string) (*x509.Certificate, error) {
	res, err := e.client.Get("https://" + host + "/")
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err == nil && (res.StatusCode != 200 || string(body) != "hello "+host) {
		err = fmt.Errorf("%s: %s %q", host, res.Status, body)
	}
	return res.TLS.PeerCertificates[0], err
}

// served waits until a host is served, and gives its certificate.
func (e *edge) served(host string) (cert *x509.Certificate) {
	e.t.Helper()
	e.eventually(host+" is served", func() (err error) { cert, err = e.get(host); return err })
	return cert
}

// refuses checks that there is no certificate for a name.
func (e *edge) refuses(name string) {
	e.t.Helper()
	var op *net.OpError
	c, err := tls.Dial("tcp", e.https, &tls.Config{ServerName: name, InsecureSkipVerify: true})
	if err == nil {
		c.Close()
	}
	if !errors.As(err, &op) || op.Op != "remote error" { // an alert
		e.t.Errorf("the edge's answer to %q was: %v", name, err)
	}
}

func (e *edge) logged() []byte {
	text, _ := os.ReadFile(e.log)
	return text
}

func (e *edge) eventually(what string, try func() error) {
	e.t.Helper()
	err := try()
	for deadline := time.Now().Add(patience); err != nil && time.Now().Before(deadline); err = try() {
		time.Sleep(10 * time.Millisecond)
	}
	if err != nil {
		e.t.Fatalf("waited in vain until %s: %v", what, err)
	}
}
