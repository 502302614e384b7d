package certs

import (
	"crypto/tls"
	"log/slog"
	"os"
	"sync"
	"time"

	"slipway.dev/internal/core/fault"
)

// lookAgain is how often the files are looked at.
const lookAgain = 10 * time.Second

// files is a certificate in files that somebody else renews.
type files struct {
	fixed
	cert, key string
	log       *slog.Logger

	mu      sync.Mutex
	current *tls.Certificate
	read    time.Time // modification time of cert when it was read
	looked  time.Time
}

func openFiles(cert, key string, log *slog.Logger) (*files, error) {
	f := &files{cert: cert, key: key, log: log}
	if err := f.load(); err != nil {
		return nil, fault.New(fault.Invalid, "cannot use the certificate %s with the key %s", cert, key).Because(err).WithHint("both must be PEM files that belong together")
	}
	return f, nil
}

func (f *files) load() error {
	info, err := os.Stat(f.cert)
	if err != nil {
		return err
	}
	pair, err := tls.LoadX509KeyPair(f.cert, f.key)
	if err != nil {
		return err
	}
	f.current, f.read, f.looked = &pair, info.ModTime(), time.Now()
	return nil
}

// TLS is the configuration of the listeners.
func (f *files) TLS() *tls.Config {
	c := base()
	c.GetCertificate = func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return f.get(lookAgain), nil }
	return c
}

// get gives the certificate. A changed one that cannot be read leaves the old one in use.
func (f *files) get(after time.Duration) *tls.Certificate {
	f.mu.Lock()
	defer f.mu.Unlock()
	if time.Since(f.looked) < after {
		return f.current
	}
	f.looked = time.Now()
	if info, err := os.Stat(f.cert); err == nil && info.ModTime().Equal(f.read) {
		return f.current
	}
	if err := f.load(); err != nil {
		f.log.Warn("the changed certificate cannot be read; the old one stays in use", "path", f.cert, "error", err)
	}
	return f.current
}
