package notify

import (
	"context"
	"io"
	"mime"
	"mime/quotedprintable"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"slipway.dev/internal/core/notify"
)

func (s *mailServer) server() MailServer {
	return MailServer{Address: s.address, From: "slipway@example.com", Private: true}
}

func (s *mailServer) inbox() []received {
	s.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.faults) > 0 {
		s.Errorf("the server finds: %q", s.faults)
	}
	return slices.Clone(s.got)
}

func TestMail(t *testing.T) {
	t.Parallel()
	for name, m := range messages() {
		t.Run(name, func(t *testing.T) {
			s := newMailServer(t, nil)
			refused, err := New().Mail(t.Context(), s.server(), []Letter{{To: []string{"ada@example.com", "bob@example.com"}, Message: m}, {To: []string{"eve@example.com"}, Message: one}})
			if err != nil || len(refused) > 0 {
				t.Fatal(refused, err)
			}
			got := s.inbox()
			if len(got) != 3 || got[0].to != "ada@example.com" || got[1].to != "bob@example.com" || got[2].to != "eve@example.com" || got[0].from != "slipway@example.com" {
				t.Fatalf("%+v", got)
			}
			if got[0].header.Get("To") != "<ada@example.com>" || got[0].header.Get("Message-Id") == got[1].header.Get("Message-Id") {
				t.Errorf("they see each other, or have one identity: %v", got[0].header)
			}
			subject, err := new(mime.WordDecoder).DecodeHeader(got[0].header.Get("Subject"))
			if err != nil || subject != cut(m.Title(), 200) {
				t.Errorf("%q, %v", subject, err)
			}
			body, err := io.ReadAll(quotedprintable.NewReader(strings.NewReader(got[0].body)))
			if err != nil || strings.TrimSpace(strings.ReplaceAll(string(body), "\r\n", "\n")) != m.Body() {
				t.Errorf("%q, %v", body, err)
			}
			// Sent again, it is the same mail.
			if _, err := New().Mail(t.Context(), s.server(), []Letter{{To: []string{"ada@example.com"}, Message: m}}); err != nil {
				t.Fatal(err)
			}
			if again := s.inbox()[3]; again.header.Get("Message-Id") != got[0].header.Get("Message-Id") {
				t.Error("it has another identity")
			}
		})
	}
}

// TestMailInjection: no text becomes a header, a command or the end of a mail.
func TestMailInjection(t *testing.T) {
	t.Parallel()
	s := newMailServer(t, nil)
	bad := "hello\r\nBcc: eve@example.com\r\n\r\n.\r\nMAIL FROM:<eve@example.com>\r\n"
	m := notify.Message{ID: bad, Notices: []notify.Notice{{Title: bad, Text: bad + "\n.\n..\n.dots\n\x00\x07", Link: bad}}}
	if refused, err := New().Mail(t.Context(), s.server(), []Letter{{To: []string{"ada@example.com"}, Message: m}}); err != nil || len(refused) > 0 {
		t.Fatal(refused, err)
	}
	got := s.inbox()
	if len(got) != 1 || got[0].header.Get("Bcc") != "" || !strings.Contains(got[0].header.Get("Subject"), "hello Bcc: eve@example.com") {
		t.Errorf("%+v", got)
	}
	for _, to := range []string{"ada@example.com\r\nRCPT TO:<eve@example.com>", "Ada <ada@example.com>", "<ada@example.com>", "a b@example.com", "nobody", "", "ada@example.com, eve@example.com"} {
		refused, err := New().Mail(t.Context(), s.server(), []Letter{{To: []string{to}, Message: one}})
		if err != nil || len(refused) != 1 {
			t.Errorf("%q: %v, %v", to, refused, err)
		}
		from := s.server()
		from.From = to
		if _, err := New().Mail(t.Context(), from, []Letter{{To: []string{"ada@example.com"}, Message: one}}); err == nil {
			t.Errorf("from %q", to)
		}
	}
	if len(s.inbox()) != 1 {
		t.Errorf("%d mails", len(s.inbox()))
	}
}

func TestMailTLS(t *testing.T) {
	t.Parallel()
	config, trusting := certificate(t)
	letters := []Letter{{To: []string{"ada@example.com"}, Message: one}}
	for _, c := range []struct {
		name   string
		hand   *Hand
		set    func(*mailServer)
		user   string
		says   string // "": it is sent
		secure bool
	}{
		{"offered", trusting, func(s *mailServer) { s.tls = config }, "", "", true},
		{"not trusted", New(), func(s *mailServer) { s.tls = config }, "", "certificate", false},
		{"password", trusting, func(s *mailServer) { s.tls, s.user = config, "slipway s3cret" }, "s3cret", "", true},
		{"wrong password", trusting, func(s *mailServer) { s.tls, s.user = config, "slipway s3cret" }, "wr0ng", "535", false},
		{"password without TLS", trusting, func(s *mailServer) { s.user = "slipway s3cret" }, "s3cret", "no TLS", false},
		{"password is missing", trusting, func(s *mailServer) { s.tls, s.user = config, "slipway s3cret" }, "", "530", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newMailServer(t, c.set)
			to := s.server()
			to.User, to.Password = "slipway", c.user
			refused, err := c.hand.Mail(t.Context(), to, letters)
			if c.says == "530" && len(refused) == 1 {
				return // it takes mail from nobody who has not signed in
			}
			if (err == nil) != (c.says == "") || err != nil && (!strings.Contains(err.Error(), c.says) || strings.Contains(err.Error(), "s3cret")) {
				t.Errorf("%v, want %q", err, c.says)
			}
			if got := s.inbox(); len(got) > 0 != (c.says == "") || len(got) > 0 && got[0].secure != c.secure {
				t.Errorf("%+v", got)
			}
		})
	}
}

// TestMailRefused: one address that is gone does not keep the others from getting theirs, and
// what may work later is an error.
func TestMailRefused(t *testing.T) {
	t.Parallel()
	s := newMailServer(t, func(s *mailServer) {
		s.refuse["gone@example.com"] = "550 5.1.1 no such user"
		s.refuse["busy@example.com"] = "451 4.7.1 come again"
	})
	letters := func(to ...string) []Letter { return []Letter{{To: to, Message: one}} }
	refused, err := New().Mail(t.Context(), s.server(), letters("gone@example.com", "ada@example.com"))
	if err != nil || !slices.Equal(refused, []string{"gone@example.com"}) || len(s.inbox()) != 1 {
		t.Errorf("%v, %v", refused, err)
	}
	if _, err := New().Mail(t.Context(), s.server(), letters("busy@example.com")); err == nil || !strings.Contains(err.Error(), "451") {
		t.Error(err)
	}
	private := s.server()
	private.Private = false
	if _, err := New().Mail(t.Context(), private, letters("ada@example.com")); err == nil || !strings.Contains(err.Error(), "may not be reached") {
		t.Error(err)
	}
	private.Address = "nowhere"
	if _, err := New().Mail(t.Context(), private, letters("ada@example.com")); err == nil {
		t.Error("an address without a port")
	}
}

// TestMailStops: a server that says nothing does not hold anybody who has gone.
func TestMailStops(t *testing.T) {
	t.Parallel()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := New().Mail(ctx, MailServer{Address: l.Addr().String(), From: "a@example.com", Private: true}, nil); err == nil {
		t.Error("a silent server took it")
	}
}
