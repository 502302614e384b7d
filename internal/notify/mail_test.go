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
	"slipway.dev/internal/notify/notifytest"
)

func at(s *notifytest.MailServer) MailServer {
	return MailServer{Address: s.Address, From: "slipway@example.com", Private: true}
}

func TestMail(t *testing.T) {
	t.Parallel()
	for name, m := range messages() {
		t.Run(name, func(t *testing.T) {
			s := notifytest.Serve(t, notifytest.Options{})
			refused, err := New().Mail(t.Context(), at(s), []Letter{{To: []string{"ada@example.com", "bob@example.com"}, Message: m}, {To: []string{"eve@example.com"}, Message: one}})
			if err != nil || len(refused) > 0 {
				t.Fatal(refused, err)
			}
			got := s.Inbox(t)
			if len(got) != 3 || got[0].To != "ada@example.com" || got[1].To != "bob@example.com" || got[2].To != "eve@example.com" || got[0].From != "slipway@example.com" {
				t.Fatalf("%+v", got)
			}
			if got[0].Header.Get("To") != "<ada@example.com>" || got[0].Header.Get("Message-Id") == got[1].Header.Get("Message-Id") {
				t.Errorf("they see each other, or have one identity: %v", got[0].Header)
			}
			subject, err := new(mime.WordDecoder).DecodeHeader(got[0].Header.Get("Subject"))
			if err != nil || subject != cut(m.Title(), 200) {
				t.Errorf("%q, %v", subject, err)
			}
			body, err := io.ReadAll(quotedprintable.NewReader(strings.NewReader(got[0].Body)))
			if err != nil || strings.TrimSpace(strings.ReplaceAll(string(body), "\r\n", "\n")) != m.Body() {
				t.Errorf("%q, %v", body, err)
			}
			// Sent again, it is the same mail.
			if _, err := New().Mail(t.Context(), at(s), []Letter{{To: []string{"ada@example.com"}, Message: m}}); err != nil {
				t.Fatal(err)
			}
			if again := s.Inbox(t)[3]; again.Header.Get("Message-Id") != got[0].Header.Get("Message-Id") {
				t.Error("it has another identity")
			}
		})
	}
}

// TestMailInjection: no text becomes a header, a command or the end of a mail.
func TestMailInjection(t *testing.T) {
	t.Parallel()
	s := notifytest.Serve(t, notifytest.Options{})
	bad := "hello\r\nBcc: eve@example.com\r\n\r\n.\r\nMAIL FROM:<eve@example.com>\r\n"
	m := notify.Message{ID: bad, Notices: []notify.Notice{{Title: bad, Text: bad + "\n.\n..\n.dots\n\x00\x07", Link: bad}}}
	if refused, err := New().Mail(t.Context(), at(s), []Letter{{To: []string{"ada@example.com"}, Message: m}}); err != nil || len(refused) > 0 {
		t.Fatal(refused, err)
	}
	got := s.Inbox(t)
	if len(got) != 1 || got[0].Header.Get("Bcc") != "" || !strings.Contains(got[0].Header.Get("Subject"), "hello Bcc: eve@example.com") {
		t.Errorf("%+v", got)
	}
	for _, to := range []string{"ada@example.com\r\nRCPT TO:<eve@example.com>", "Ada <ada@example.com>", "<ada@example.com>", "a b@example.com", "nobody", "", "ada@example.com, eve@example.com"} {
		refused, err := New().Mail(t.Context(), at(s), []Letter{{To: []string{to}, Message: one}})
		if err != nil || len(refused) != 1 {
			t.Errorf("%q: %v, %v", to, refused, err)
		}
		from := at(s)
		from.From = to
		if _, err := New().Mail(t.Context(), from, []Letter{{To: []string{"ada@example.com"}, Message: one}}); err == nil {
			t.Errorf("from %q", to)
		}
	}
	if len(s.Inbox(t)) != 1 {
		t.Errorf("%d mails", len(s.Inbox(t)))
	}
}

func TestMailTLS(t *testing.T) {
	t.Parallel()
	config, roots := notifytest.Certificate(t)
	trusting := New()
	trusting.roots = roots
	letters := []Letter{{To: []string{"ada@example.com"}, Message: one}}
	for _, c := range []struct {
		name   string
		hand   *Hand
		set    notifytest.Options
		user   string
		says   string // "": it is sent
		secure bool
	}{
		{"offered", trusting, notifytest.Options{TLS: config}, "", "", true},
		{"not trusted", New(), notifytest.Options{TLS: config}, "", "certificate", false},
		{"password", trusting, notifytest.Options{TLS: config, User: "slipway s3cret"}, "s3cret", "", true},
		{"wrong password", trusting, notifytest.Options{TLS: config, User: "slipway s3cret"}, "wr0ng", "535", false},
		{"password without TLS", trusting, notifytest.Options{User: "slipway s3cret"}, "s3cret", "no TLS", false},
		{"password is missing", trusting, notifytest.Options{TLS: config, User: "slipway s3cret"}, "", "530", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := notifytest.Serve(t, c.set)
			to := at(s)
			to.User, to.Password = "slipway", c.user
			refused, err := c.hand.Mail(t.Context(), to, letters)
			if c.says == "530" && len(refused) == 1 {
				return // it takes mail from nobody who has not signed in
			}
			if (err == nil) != (c.says == "") || err != nil && (!strings.Contains(err.Error(), c.says) || strings.Contains(err.Error(), "s3cret")) {
				t.Errorf("%v, want %q", err, c.says)
			}
			if got := s.Inbox(t); len(got) > 0 != (c.says == "") || len(got) > 0 && got[0].Secure != c.secure {
				t.Errorf("%+v", got)
			}
		})
	}
}

// TestMailRefused: one address that is gone does not keep the others from getting theirs, and
// what may work later is an error.
func TestMailRefused(t *testing.T) {
	t.Parallel()
	s := notifytest.Serve(t, notifytest.Options{Refuse: map[string]string{
		"gone@example.com": "550 5.1.1 no such user", "busy@example.com": "451 4.7.1 come again"}})
	letters := func(to ...string) []Letter { return []Letter{{To: to, Message: one}} }
	refused, err := New().Mail(t.Context(), at(s), letters("gone@example.com", "ada@example.com"))
	if err != nil || !slices.Equal(refused, []string{"gone@example.com"}) || len(s.Inbox(t)) != 1 {
		t.Errorf("%v, %v", refused, err)
	}
	if _, err := New().Mail(t.Context(), at(s), letters("busy@example.com")); err == nil || !strings.Contains(err.Error(), "451") {
		t.Error(err)
	}
	private := at(s)
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
