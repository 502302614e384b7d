package notify

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/tls"
	"encoding/hex"
	"errors"
	"fmt"
	"mime"
	"mime/quotedprintable"
	"net"
	"net/mail"
	"net/smtp"
	"net/textproto"
	"strings"
	"time"

	"slipway.dev/internal/core/notify"
	"slipway.dev/internal/netguard"
)

// MailServer is where mail is handed in.
type MailServer struct {
	Address        string // host:port
	From           string // sender's address
	User, Password string // empty: it asks for none
	Private        bool   // it may be in a private network
}

// Letter is a message to some addresses, each of which gets one of its own.
type Letter struct {
	To      []string
	Message notify.Message
}

// Mail sends letters over one connection. refused are addresses that the server will never
// take; an error is worth another try, in which those that were sent come again under the
// same Message-ID.
func (h *Hand) Mail(ctx context.Context, server MailServer, letters []Letter) (refused []string, err error) {
	from, err := address(server.From)
	if err != nil {
		return nil, err
	}
	c, end, err := h.connect(ctx, server, from)
	if err != nil {
		return nil, err
	}
	defer end()
	for _, l := range letters {
		for _, to := range l.To {
			err := deliver(c, from, to, l.Message)
			if answer := (*textproto.Error)(nil); errors.As(err, &answer) && answer.Code >= 500 {
				refused = append(refused, to)
				err = c.Reset()
			}
			if err != nil {
				return refused, fmt.Errorf("the mail server: %w", err)
			}
		}
	}
	_ = c.Quit() // all is handed in
	return refused, nil
}

// connect greets the server, with TLS if it offers that; with a password not without.
func (h *Hand) connect(ctx context.Context, server MailServer, from string) (*smtp.Client, func(), error) {
	host, _, err := net.SplitHostPort(server.Address)
	if err != nil {
		return nil, nil, errors.New("the mail server's address is not like mail.example.com:587")
	}
	conn, err := netguard.Policy{Private: server.Private}.Dialer(patience).DialContext(ctx, "tcp", server.Address)
	if err != nil {
		return nil, nil, err
	}
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	end := func() { stop(); conn.Close() }
	config := &tls.Config{ServerName: host, MinVersion: tls.VersionTLS12, RootCAs: h.roots}
	var c *smtp.Client
	if err = conn.SetDeadline(time.Now().Add(2 * time.Minute)); err == nil {
		c, err = smtp.NewClient(conn, host)
	}
	if err == nil {
		err = greet(c, config, server, host, from)
	}
	if err != nil {
		end()
		return nil, nil, fmt.Errorf("the mail server: %w", err)
	}
	return c, end, nil
}

func greet(c *smtp.Client, config *tls.Config, server MailServer, host, from string) error {
	if err := c.Hello(from[strings.LastIndex(from, "@")+1:]); err != nil {
		return err
	}
	if ok, _ := c.Extension("STARTTLS"); ok {
		if err := c.StartTLS(config); err != nil {
			return err
		}
	}
	if server.Password == "" {
		return nil
	}
	if _, ok := c.TLSConnectionState(); !ok {
		return errors.New("it offers no TLS, without which the password is not sent")
	}
	return c.Auth(smtp.PlainAuth("", server.User, server.Password, host))
}

func deliver(c *smtp.Client, from, to string, m notify.Message) error {
	to, err := address(to)
	if err != nil {
		return &textproto.Error{Code: 553, Msg: err.Error()}
	}
	if err := c.Mail(from); err != nil {
		return err
	}
	if err := c.Rcpt(to); err != nil {
		return err
	}
	w, err := c.Data()
	if err != nil {
		return err
	}
	if _, err := w.Write(letter(from, to, m)); err != nil {
		return err
	}
	return w.Close()
}

// address takes a bare address apart from whatever else could be in its place.
func address(text string) (string, error) {
	a, err := mail.ParseAddress(text)
	if err != nil || a.Name != "" || a.Address != text || strings.ContainsAny(text, "\r\n<> ") {
		return "", fmt.Errorf("%q is no mail address", text)
	}
	return text, nil
}

// letter writes a mail. No text of others can become a header or an end of it.
func letter(from, to string, m notify.Message) []byte {
	var b bytes.Buffer
	id := sha256.Sum256([]byte(m.ID + "\n" + to))
	for _, h := range [][2]string{
		{"From", "Slipway <" + from + ">"},
		{"To", "<" + to + ">"},
		{"Subject", mime.QEncoding.Encode("utf-8", cut(strings.Join(strings.Fields(m.Title()), " "), 200))},
		{"Date", m.At.UTC().Format(time.RFC1123Z)},
		{"Message-ID", "<" + hex.EncodeToString(id[:16]) + from[strings.LastIndex(from, "@"):] + ">"},
		{"Auto-Submitted", "auto-generated"},
		{"MIME-Version", "1.0"},
		{"Content-Type", "text/plain; charset=utf-8"},
		{"Content-Transfer-Encoding", "quoted-printable"},
	} {
		b.WriteString(h[0] + ": " + h[1] + "\r\n")
	}
	b.WriteString("\r\n")
	w := quotedprintable.NewWriter(&b)
	_, _ = w.Write([]byte(strings.ReplaceAll(m.Body(), "\r", "") + "\n")) // into memory
	_ = w.Close()
	return b.Bytes()
}
