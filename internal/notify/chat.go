package notify

import (
	"context"
	"fmt"
	"strings"
	"unicode/utf8"

	"slipway.dev/internal/core/notify"
)

// Chat is an incoming webhook of a chat. Its address is a secret.
type Chat struct {
	URL     string
	Private bool // it may be in a private network
}

// maxChat bounds the text of a chat message, in bytes before it is escaped: people read no
// more, Slack takes 40,000 characters, and Teams 28 KB in all.
const maxChat = 3500

// Slack sends a message to an incoming webhook of Slack.
func (h *Hand) Slack(ctx context.Context, to Chat, m notify.Message) error {
	body, err := encode(map[string]any{"text": slackText(m), "unfurl_links": false, "unfurl_media": false})
	if err != nil {
		return err
	}
	return h.post(ctx, to.Private, to.URL, nil, body)
}

// slackText writes a message in Slack's mrkdwn. What comes from others cannot call a
// channel together or hide where a link goes.
func slackText(m notify.Message) string {
	var b strings.Builder
	fmt.Fprintf(&b, "*%s*", slackEscape(m.Title()))
	if len(m.Notices) == 1 && m.More == 0 {
		n := m.Notices[0]
		if n.Text != "" {
			b.WriteString("\n" + slackEscape(short(n.Text)))
		}
		if n.Link != "" {
			b.WriteString("\n<" + slackEscape(n.Link) + ">")
		}
		return b.String()
	}
	for _, n := range m.Notices {
		line := "\n• " + slackEscape(n.Title)
		if n.Link != "" {
			line = "\n• <" + strings.ReplaceAll(slackEscape(n.Link), "|", "%7C") + "|" + slackEscape(n.Title) + ">"
		}
		if b.Len()+len(line) > maxChat {
			b.WriteString("\n…")
			break
		}
		b.WriteString(line)
	}
	if m.More > 0 {
		fmt.Fprintf(&b, "\nand %d more, which are not kept", m.More)
	}
	return b.String()
}

var slackEscape = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace

// short cuts text to what a chat takes.
func short(s string) string {
	if len(s) <= maxChat {
		return s
	}
	end := maxChat
	for !utf8.RuneStart(s[end]) {
		end--
	}
	return s[:end] + "…"
}

// Teams sends a message to a webhook of a Microsoft Teams workflow, as an Adaptive Card. Text
// is in runs, in which no markup means anything.
func (h *Hand) Teams(ctx context.Context, to Chat, m notify.Message) error {
	body, err := encode(map[string]any{"type": "message", "attachments": []any{map[string]any{
		"contentType": "application/vnd.microsoft.card.adaptive", "contentUrl": nil, "content": card(m)}}})
	if err != nil {
		return err
	}
	return h.post(ctx, to.Private, to.URL, nil, body)
}

func card(m notify.Message) map[string]any {
	type run = map[string]any
	text := m.Body()
	var actions []any
	if len(m.Notices) == 1 {
		text = m.Notices[0].Text
		if link := m.Notices[0].Link; strings.HasPrefix(link, "http") {
			actions = append(actions, map[string]any{"type": "Action.OpenUrl", "title": "Open", "url": link})
		}
	}
	blocks := []any{map[string]any{"type": "RichTextBlock", "inlines": []any{run{"type": "TextRun", "text": m.Title(), "weight": "Bolder", "size": "Medium"}}}}
	for _, line := range strings.Split(short(text), "\n") {
		if line = strings.TrimSpace(line); line != "" {
			blocks = append(blocks, map[string]any{"type": "RichTextBlock", "inlines": []any{run{"type": "TextRun", "text": line}}})
		}
	}
	c := map[string]any{"$schema": "http://adaptivecards.io/schemas/adaptive-card.json", "type": "AdaptiveCard", "version": "1.4",
		"msteams": map[string]any{"width": "Full"}, "body": blocks}
	if len(actions) > 0 {
		c["actions"] = actions
	}
	return c
}
