package notify

import (
	"encoding/json"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"slipway.dev/internal/core/notify"
)

// slackLink is all that may stand in angle brackets.
var slackLink = regexp.MustCompile(`^https://[^|<>\s]+(\|[^<>]*)?$`)

// checkSlack is what Slack takes, and that nothing in it means more than text and links.
func checkSlack(_ *http.Request, body []byte) string {
	var p struct {
		Text        string
		UnfurlLinks bool `json:"unfurl_links"`
		UnfurlMedia bool `json:"unfurl_media"`
	}
	if wrong := strictly(body, &p); wrong != "" {
		return wrong
	}
	if p.Text == "" || len([]rune(p.Text)) > 40_000 || !utf8.ValidString(p.Text) {
		return "no_text"
	}
	rest := p.Text
	for {
		_, after, ok := strings.Cut(rest, "<")
		if !ok {
			break
		}
		inside, more, ok := strings.Cut(after, ">")
		if !ok || !slackLink.MatchString(inside) {
			return "it means something: <" + inside
		}
		rest = more
	}
	if strings.Contains(rest, ">") || regexp.MustCompile(`&(?:[^agl]|$)`).MatchString(p.Text) {
		return "it is not escaped: " + p.Text
	}
	return ""
}

func TestSlack(t *testing.T) {
	t.Parallel()
	for name, m := range messages() {
		t.Run(name, func(t *testing.T) {
			o := newOther(t, http.StatusOK, checkSlack)
			busy(t, o, func() error { return New().Slack(t.Context(), Chat{URL: o.URL, Private: true}, m) })
			taken, _ := o.got()
			if m.More > 0 && !strings.Contains(string(taken[0]), "more") && len(m.Notices) > 0 {
				t.Errorf("it does not say how many more: %s", taken[0])
			}
		})
	}
}

// TestSlackCheck: the other side of the test finds what it is there for.
func TestSlackCheck(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "<!channel>", "<@U1>", "a > b", "a & b", "<http://evil|x>", strings.Repeat("x", 40_001)} {
		body, _ := json.Marshal(map[string]any{"text": text})
		if checkSlack(nil, body) == "" {
			t.Errorf("%.20q is taken", text)
		}
	}
}

// checkTeams is what a workflow's webhook takes: a message with Adaptive Cards.
func checkTeams(_ *http.Request, body []byte) string {
	type run struct {
		Type, Text, Weight, Size string
	}
	var p struct {
		Type        string
		Attachments []struct {
			ContentType string
			ContentURL  *string `json:"contentUrl"`
			Content     struct {
				Schema        string `json:"$schema"`
				Type, Version string
				Body          []struct {
					Type    string
					Inlines []run
				}
				Actions []struct{ Type, Title, URL string }
				Teams   struct{ Width string } `json:"msteams"`
			}
		}
	}
	if wrong := strictly(body, &p); wrong != "" {
		return wrong
	}
	if p.Type != "message" || len(p.Attachments) != 1 || p.Attachments[0].ContentType != "application/vnd.microsoft.card.adaptive" || len(body) > 28<<10 {
		return "no message with one card of at most 28 KB"
	}
	c := p.Attachments[0].Content
	if c.Type != "AdaptiveCard" || c.Version != "1.4" || c.Schema != "http://adaptivecards.io/schemas/adaptive-card.json" || len(c.Body) == 0 {
		return "no Adaptive Card"
	}
	for _, b := range c.Body {
		if b.Type != "RichTextBlock" || len(b.Inlines) != 1 || b.Inlines[0].Type != "TextRun" || b.Inlines[0].Text == "" {
			return "text that is Markdown, or none"
		}
	}
	for _, a := range c.Actions {
		if a.Type != "Action.OpenUrl" || a.Title == "" || !strings.HasPrefix(a.URL, "https://") {
			return "an action that leads nowhere"
		}
	}
	return ""
}

func TestTeams(t *testing.T) {
	t.Parallel()
	for name, m := range messages() {
		t.Run(name, func(t *testing.T) {
			o := newOther(t, http.StatusAccepted, checkTeams)
			busy(t, o, func() error { return New().Teams(t.Context(), Chat{URL: o.URL, Private: true}, m) })
			taken, _ := o.got()
			if got := strings.Contains(string(taken[0]), "Action.OpenUrl"); got != (len(m.Notices) == 1) {
				t.Errorf("a button: %v", got)
			}
			if len(m.Notices) > 0 && !strings.Contains(string(taken[0]), "[click](http://evil.example)") {
				t.Errorf("the text is not as it was: %s", taken[0])
			}
		})
	}
}

// TestLong: what is too long is cut between characters, and not within what is escaped.
func TestLong(t *testing.T) {
	t.Parallel()
	for n := range 4 {
		m := notify.Message{ID: "a", Notices: []notify.Notice{{Title: "t", Text: strings.Repeat("x", n) + strings.Repeat("é&", 4000)}}}
		body, err := encode(map[string]any{"text": slackText(m)})
		if wrong := checkSlack(nil, body); err != nil || wrong != "" || !strings.HasSuffix(slackText(m), "…") {
			t.Errorf("%v: %s", err, wrong)
		}
		if body, err = encode(card(m)); err != nil || len(body) > 20<<10 || !utf8.Valid(body) {
			t.Errorf("%d bytes, %v", len(body), err)
		}
	}
}
