// Package notifytest has a mail server for tests.
package notifytest

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"io"
	"net"
	"net/http/httptest"
	"net/mail"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// MailServer is a small SMTP server that is as strict as real ones: it wants commands in
// their order and lines that end in CRLF, a password only over TLS, and mails with all
// headers that a mail has, each once.
type MailServer struct {
	Address string
	Options
	mu     sync.Mutex
	got    []Mail
	faults []string
}

// Options say how the server is.
type Options struct {
	TLS    *tls.Config       // nil: it offers none
	User   string            // "user password" that it wants; empty: anybody may
	Refuse map[string]string // recipient -> answer
}

// Mail is one as it came.
type Mail struct {
	From, To string // of its envelope
	Header   mail.Header
	Body     string // as it was encoded
	Secure   bool   // it came over TLS
}

// Inbox gives the mails that came, and ends the test if anything was wrong with how they did.
func (s *MailServer) Inbox(t *testing.T) []Mail {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.faults) > 0 {
		t.Errorf("the mail server finds: %q", s.faults)
	}
	return slices.Clone(s.got)
}

// Serve starts a server, which ends with the test.
func Serve(t *testing.T, o Options) *MailServer {
	t.Helper()
	s := &MailServer{Options: o}
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.Address = l.Addr().String()
	var open sync.WaitGroup
	open.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			open.Go(func() { s.serve(conn) })
		}
	})
	t.Cleanup(func() { l.Close(); open.Wait() })
	return s
}

// Certificate gives a server's TLS for 127.0.0.1, and the roots that trust it.
func Certificate(t *testing.T) (*tls.Config, *x509.CertPool) {
	t.Helper()
	web := httptest.NewTLSServer(nil)
	t.Cleanup(web.Close)
	roots := x509.NewCertPool()
	roots.AddCert(web.Certificate())
	return &tls.Config{Certificates: web.TLS.Certificates, MinVersion: tls.VersionTLS12}, roots
}

// dialogue is one connection.
type dialogue struct {
	*MailServer
	conn     net.Conn
	in       *bufio.Reader
	greeted  bool
	secure   bool
	signedIn bool
	from, to string
}

func (s *MailServer) serve(conn net.Conn) {
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(30 * time.Second))
	d := &dialogue{MailServer: s, conn: conn, in: bufio.NewReader(conn)}
	d.say("220 mail.test ESMTP")
	for {
		line, ok := d.line()
		if !ok || !d.command(line) {
			return
		}
	}
}

func (d *dialogue) say(format string, args ...any) { fmt.Fprintf(d.conn, format+"\r\n", args...) }

func (d *dialogue) fault(format string, args ...any) bool {
	d.mu.Lock()
	d.faults = append(d.faults, fmt.Sprintf(format, args...))
	d.mu.Unlock()
	d.say("554 5.5.0 %s", fmt.Sprintf(format, args...))
	return false
}

// line reads one; a bare line feed is how mails are smuggled.
func (d *dialogue) line() (string, bool) {
	line, err := d.in.ReadString('\n')
	if err != nil {
		return "", false
	}
	text, ok := strings.CutSuffix(line, "\r\n")
	if !ok || strings.Contains(text, "\r") || len(text) > 998 {
		return "", d.fault("a line that does not end in CRLF, or is too long")
	}
	return text, true
}

var (
	mailFrom = regexp.MustCompile(`^MAIL FROM:<([^<>\s@]+@[^<>\s@]+)>( BODY=8BITMIME| SMTPUTF8)*$`)
	rcptTo   = regexp.MustCompile(`^RCPT TO:<([^<>\s@]+@[^<>\s@]+)>$`)
	hello    = regexp.MustCompile(`^EHLO [a-z0-9-]+(\.[a-z0-9-]+)+$`)
)

func (d *dialogue) command(line string) bool {
	verb, argument, _ := strings.Cut(line, " ")
	switch {
	case verb == "EHLO":
		if !hello.MatchString(line) {
			return d.fault("%q names no domain", line)
		}
		d.greeted = true
		d.say("250-mail.test")
		if d.TLS != nil && !d.secure {
			d.say("250-STARTTLS")
		}
		d.say("250 AUTH PLAIN")
	case verb == "QUIT":
		d.say("221 bye")
		return false
	case !d.greeted:
		return d.fault("%s before EHLO", verb)
	case verb == "STARTTLS" && d.TLS != nil && !d.secure:
		d.say("220 go")
		c := tls.Server(d.conn, d.TLS)
		d.conn, d.in, d.secure, d.greeted = c, bufio.NewReader(c), true, false
	case verb == "AUTH":
		return d.auth(argument)
	case d.User != "" && !d.signedIn:
		d.say("530 5.7.0 sign in first")
	case verb == "RSET":
		d.from, d.to = "", ""
		d.say("250 ok")
	case mailFrom.MatchString(line) && d.from == "":
		d.from = mailFrom.FindStringSubmatch(line)[1]
		d.say("250 ok")
	case rcptTo.MatchString(line) && d.from != "" && d.to == "":
		return d.recipient(rcptTo.FindStringSubmatch(line)[1])
	case line == "DATA" && d.to != "":
		return d.data()
	default:
		return d.fault("%q is not possible now", line)
	}
	return true
}

func (d *dialogue) auth(argument string) bool {
	if !d.secure {
		return d.fault("a password without TLS")
	}
	raw, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(argument, "PLAIN "))
	if err != nil || strings.ReplaceAll(strings.TrimPrefix(string(raw), "\x00"), "\x00", " ") != d.User {
		d.say("535 5.7.8 wrong password")
		return true
	}
	d.signedIn = true
	d.say("235 welcome")
	return true
}

func (d *dialogue) recipient(to string) bool {
	if answer := d.Refuse[to]; answer != "" {
		d.say("%s", answer)
		return true
	}
	d.to = to
	d.say("250 ok")
	return true
}

func (d *dialogue) data() bool {
	d.say("354 go on")
	var b bytes.Buffer
	for {
		line, ok := d.line()
		if !ok {
			return false
		}
		if line == "." {
			break
		}
		b.WriteString(strings.TrimPrefix(line, ".") + "\r\n")
	}
	if bytes.ContainsFunc(b.Bytes(), func(r rune) bool { return r > 126 || r < ' ' && r != '\r' && r != '\n' && r != '\t' }) {
		return d.fault("eight bits, or control characters")
	}
	m, err := mail.ReadMessage(&b)
	if err != nil {
		return d.fault("no mail: %v", err)
	}
	for name, values := range m.Header {
		if len(values) != 1 {
			return d.fault("%s %d times", name, len(values))
		}
	}
	for _, name := range []string{"From", "To", "Subject", "Date", "Message-Id", "Auto-Submitted", "Mime-Version", "Content-Type", "Content-Transfer-Encoding"} {
		if m.Header.Get(name) == "" {
			return d.fault("no %s", name)
		}
	}
	if len(m.Header) != 9 {
		return d.fault("further headers: %v", m.Header)
	}
	if _, err := m.Header.Date(); err != nil {
		return d.fault("Date: %v", err)
	}
	body, err := io.ReadAll(m.Body)
	if err != nil {
		return d.fault("%v", err)
	}
	d.mu.Lock()
	d.got = append(d.got, Mail{d.from, d.to, m.Header, string(body), d.secure})
	d.mu.Unlock()
	d.from, d.to = "", ""
	d.say("250 taken")
	return true
}
