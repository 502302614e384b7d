package notify

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"strconv"
	"time"

	"slipway.dev/internal/core/notify"
)

// Headers of a webhook. A receiver computes HMAC-SHA256 with the shared secret over the
// timestamp, a dot and the body; compares it in constant time; refuses a timestamp that is
// minutes old; and takes each delivery once: it comes again if the answer was lost.
const (
	HeaderSignature = "Slipway-Signature" // "v1=" and the MAC in hexadecimal
	HeaderTimestamp = "Slipway-Timestamp" // seconds since 1970
	HeaderDelivery  = "Slipway-Delivery"  // also in the body, which is signed
)

// Webhook is where signed JSON goes.
type Webhook struct {
	URL     string
	Secret  []byte
	Private bool // it may be in a private network
}

// delivery is the body of a webhook.
type delivery struct {
	Delivery string   `json:"delivery"`
	At       string   `json:"at"` // RFC 3339, of the newest notice
	Title    string   `json:"title"`
	Notices  []notice `json:"notices"`
	More     int      `json:"more,omitempty"` // so many more there were
}

type notice struct {
	Topic       string `json:"topic"`
	Title       string `json:"title"`
	Text        string `json:"text,omitempty"`
	Team        string `json:"team,omitempty"`
	Service     string `json:"service,omitempty"`
	Environment string `json:"environment,omitempty"`
	Link        string `json:"link,omitempty"`
	About       string `json:"about,omitempty"`
}

// Webhook sends a message to a webhook.
func (h *Hand) Webhook(ctx context.Context, to Webhook, m notify.Message) error {
	if len(to.Secret) == 0 {
		return errors.New("the secret that signs it is empty")
	}
	d := delivery{Delivery: m.ID, At: m.At.UTC().Format(time.RFC3339), Title: m.Title(), More: m.More, Notices: []notice{}}
	for _, n := range m.Notices {
		d.Notices = append(d.Notices, notice{n.Topic, n.Title, n.Text, n.Team, n.Service, n.Environment, n.Link, n.About})
	}
	body, err := encode(d)
	if err != nil {
		return err
	}
	timestamp := strconv.FormatInt(time.Now().Unix(), 10)
	header := http.Header{}
	header.Set(HeaderTimestamp, timestamp)
	header.Set(HeaderDelivery, m.ID)
	header.Set(HeaderSignature, "v1="+sign(to.Secret, timestamp, body))
	return h.post(ctx, to.Private, to.URL, header, body)
}

func sign(secret []byte, timestamp string, body []byte) string {
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte(timestamp + "."))
	mac.Write(body)
	return hex.EncodeToString(mac.Sum(nil))
}
