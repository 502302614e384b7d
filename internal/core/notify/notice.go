package notify

import (
	"strings"
	"unicode/utf8"
)

// EffectNotice asks to tell people something. Its input is a Notice; it is Repeatable. It is
// handed to the channel of each Integration that wants it.
const EffectNotice = "notice"

// The topics, as an Integration names them.
const (
	Tasks       = "tasks"
	Escalations = "escalations"
	BreakGlass  = "breakGlass"
	Security    = "security"
	Deployments = "deployments"
	Alerts      = "alerts" // what wakes people
)

// Notice is something that people are to be told.
type Notice struct {
	Topic       string `json:"topic"`
	Title       string `json:"title"` // one line
	Text        string `json:"text,omitempty"`
	Team        string `json:"team,omitempty"` // whose thing it is about; empty: everybody's
	Service     string `json:"service,omitempty"`
	Environment string `json:"environment,omitempty"`
	Link        string `json:"link,omitempty"` // path on the page, "/tasks/tickets.prod.12"
	// Tell names who is meant, for channels that reach single people: "team:ops",
	// "onCall:ops", "role:approver", "person:ada", or a name alone: a role or else a team.
	Tell []string `json:"tell,omitempty"`
	Not  []string `json:"not,omitempty"` // accounts that are not told even so
	Key  string   `json:"key,omitempty"` // what was told under it within a day is not told again; empty: always told
	// About names what goes on until a notice with Over ends it: one alert of a pager.
	About string `json:"about,omitempty"`
	Over  bool   `json:"over,omitempty"` // nobody needs to act on About any more
}

// urgent says whether it must not wait behind others.
func (n Notice) urgent() bool {
	return n.Topic == Escalations || n.Topic == BreakGlass || n.Topic == Security || n.Topic == Alerts
}

// Longest texts that a channel keeps, in bytes.
const (
	longestTitle = 200
	longestText  = 1000
	longestName  = 300
	mostTold     = 50
)

// bounded cuts a notice so that it may wait in a channel's state.
func (n Notice) bounded() Notice {
	n.Title, n.Text = cut(line(n.Title), longestTitle), cut(n.Text, longestText)
	for _, s := range []*string{&n.Topic, &n.Team, &n.Service, &n.Environment, &n.Link, &n.Key, &n.About} {
		*s = cut(*s, longestName)
	}
	n.Tell, n.Not = n.Tell[:min(len(n.Tell), mostTold)], n.Not[:min(len(n.Not), mostTold)]
	return n
}

// line makes text one line.
func line(s string) string { return strings.Join(strings.Fields(s), " ") }

// cut shortens text to at most n bytes, and says so.
func cut(s string, n int) string {
	if s = strings.ToValidUTF8(s, "\uFFFD"); len(s) <= n {
		return s
	}
	end := n - len("…")
	for end > 0 && !utf8.RuneStart(s[end]) {
		end--
	}
	return s[:end] + "…"
}
