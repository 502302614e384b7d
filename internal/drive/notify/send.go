package notify

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"slipway.dev/internal/core/access"
	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/core/notify"
	"slipway.dev/internal/engine"
	hand "slipway.dev/internal/notify"
)

// Send sends a message once; its channel tries again.
func (d *Driver) Send(ctx context.Context, c engine.EffectCall) (machine.Value, error) {
	m, err := engine.Decode[notify.Message](c)
	if err != nil {
		return nil, err
	}
	i, err := d.named(ctx, m.Channel)
	if err != nil {
		return nil, err
	}
	return nil, d.send(ctx, i, d.linked(m))
}

func (d *Driver) send(ctx context.Context, i *integration, m notify.Message) error {
	if len(m.Notices) == 0 && m.More == 0 && i.PagerDuty == nil {
		return nil // it was a pager's
	}
	switch {
	case i.Webhook != nil:
		key, err := d.secret(ctx, string(i.Webhook.Secret))
		if err != nil {
			return err
		}
		return d.Hand.Webhook(ctx, hand.Webhook{URL: string(i.Webhook.URL), Secret: []byte(key), Private: i.Private}, m)
	case i.Slack != nil:
		url, err := d.secret(ctx, string(i.Slack.URL.From))
		if err != nil {
			return err
		}
		return d.Hand.Slack(ctx, hand.Chat{URL: url, Private: i.Private}, m)
	case i.Teams != nil:
		url, err := d.secret(ctx, string(i.Teams.URL.From))
		if err != nil {
			return err
		}
		return d.Hand.Teams(ctx, hand.Chat{URL: url, Private: i.Private}, m)
	case i.PagerDuty != nil:
		key, err := d.secret(ctx, string(i.PagerDuty.Key.From))
		if err != nil {
			return err
		}
		return d.Hand.PagerDuty(ctx, hand.Pager{Key: key, URL: string(i.PagerDuty.URL), Private: i.Private}, m)
	case i.Mail != nil:
		return d.mail(ctx, i, m)
	}
	return fmt.Errorf("the Integration %s says nowhere to send to", i.name)
}

// secret opens a secret. Line ends around an address or a key come from files.
func (d *Driver) secret(ctx context.Context, name string) (string, error) {
	_, value, err := d.Secret(ctx, name)
	return strings.TrimSpace(string(value)), err
}

// linked makes the paths of links whole addresses.
func (d *Driver) linked(m notify.Message) notify.Message {
	m.Notices = slices.Clone(m.Notices)
	page := strings.TrimSuffix(d.Page(), "/")
	for i, n := range m.Notices {
		switch {
		case page == "":
			m.Notices[i].Link = ""
		case strings.HasPrefix(n.Link, "/"):
			m.Notices[i].Link = page + n.Link
		}
	}
	return m
}

// mail sends each person what they are meant to be told, and nothing of others.
func (d *Driver) mail(ctx context.Context, i *integration, m notify.Message) error {
	server := hand.MailServer{Address: string(i.Mail.Server), From: string(i.Mail.From), User: string(i.Mail.User), Private: i.Private}
	if i.Mail.Password.From != "" {
		var err error
		if server.Password, err = d.secret(ctx, string(i.Mail.Password.From)); err != nil {
			return err
		}
	}
	directory, err := d.Directory(ctx)
	if err != nil {
		return err
	}
	letters := lettersOf(directory, m)
	if len(letters) == 0 {
		d.Log.Warn("nobody who is to be told has a mail address", "integration", i.name, "message", m.ID)
		return nil
	}
	refused, err := d.Hand.Mail(ctx, server, letters)
	if len(refused) > 0 {
		d.Log.Warn("the mail server will not take mail for some", "integration", i.name, "message", m.ID, "addresses", len(refused))
	}
	if err == nil && len(refused) == len(recipients(letters)) {
		err = fmt.Errorf("the mail server takes mail for none of %d addresses", len(refused))
	}
	return err
}

func recipients(letters []hand.Letter) (all []string) {
	for _, l := range letters {
		all = append(all, l.To...)
	}
	return all
}

// lettersOf gives for each set of notices those who are to be told just these.
func lettersOf(d *access.Directory, m notify.Message) []hand.Letter {
	of := map[string][]int{} // address -> notices
	var order []string
	for i, n := range m.Notices {
		for _, to := range addresses(d, n) {
			if of[to] == nil {
				order = append(order, to)
			}
			of[to] = append(of[to], i)
		}
	}
	var letters []hand.Letter
	at := map[string]int{}
	for _, to := range order {
		key := fmt.Sprint(of[to])
		if i, ok := at[key]; ok {
			letters[i].To = append(letters[i].To, to)
			continue
		}
		own := m
		own.Notices = nil
		for _, i := range of[to] {
			own.Notices = append(own.Notices, m.Notices[i])
		}
		at[key] = len(letters)
		letters = append(letters, hand.Letter{To: []string{to}, Message: own})
	}
	return letters
}

// addresses gives the mail addresses of those whom a notice is for, each once.
func addresses(d *access.Directory, n notify.Notice) (list []string) {
	for _, word := range n.Tell {
		for _, name := range d.Told(word, access.Scope{Team: n.Team, Environment: n.Environment}) {
			if slices.Contains(n.Not, name) {
				continue
			}
			person, _ := d.Person(name)
			if to := cmp.Or(append(person.Addresses, "")...); to != "" && !slices.Contains(list, to) {
				list = append(list, to)
			}
		}
	}
	return list
}
