package manifest

import "time"

// Gate is what an environment asks of a release at its door.
type Gate struct {
	Auto        bool        `json:"auto,omitempty" doc:"A release that runs in the environment before asks to come in by itself, and does when the gate passes."`
	Supersede   bool        `json:"supersede,omitempty" doc:"A newer release takes the place of one that waits."`
	Approvals   *Approvals  `json:"approvals,omitempty" doc:"Consent of people who did not write the change."`
	Soak        Duration    `json:"soak,omitempty" doc:"How long the environment before must have run the release." eg:"\"30m\""`
	Windows     []Window    `json:"windows,omitempty" max:"20" doc:"When releases may come in. Default: always. Rollbacks always may."`
	Concurrency int         `json:"concurrency,omitempty" min:"1" max:"1000" doc:"Deployments that may be under way at once in the environment. Default: any number."`
	Rules       []Rule      `json:"rules,omitempty" max:"50" doc:"Expressions in CEL that must give true."`
	Readiness   Name        `json:"readiness,omitempty" doc:"Standard that the release must meet." eg:"\"production\""`
	Budget      *Budget     `json:"budget,omitempty" doc:"What the error budgets of its flows must have left."`
	Parity      *Parity     `json:"parity,omitempty" doc:"How alike another environment must be."`
	Review      bool        `json:"review,omitempty" doc:"The change must have been reviewed."`
	BreakGlass  *BreakGlass `json:"breakGlass,omitempty" doc:"How the gate may be broken in an emergency. Without it: not at all."`
}

// Approvals asks for consent of several people.
type Approvals struct {
	Count  int      `json:"count" need:"yes" min:"0" max:"50" doc:"So many different people. 0: none." eg:"2"`
	From   []Name   `json:"from,omitempty" max:"50" doc:"Teams or roles whose people may approve. Default: whoever holds the role approver." eg:"[\"operations\",\"quality\"]"`
	Expire Duration `json:"expire,omitempty" doc:"How long an approval holds. Default: 7d." eg:"\"72h\""`
}

// Window is when releases may come in.
type Window struct {
	Weekdays Weekdays `json:"weekdays,omitempty" doc:"Days. Default: every day." eg:"\"mon-thu\""`
	From     Clock    `json:"from,omitempty" need:"yes" doc:"Time of day at which it opens." eg:"\"09:00\""`
	To       Clock    `json:"to,omitempty" need:"yes" doc:"Time of day at which it closes; not after From: on the next day." eg:"\"16:00\""`
	Zone     Zone     `json:"zone,omitempty" doc:"Time zone. Default: UTC." eg:"\"Europe/Berlin\""`
}

// Rule is an expression that must give true.
type Rule struct {
	Name   Name `json:"name,omitempty" need:"yes" doc:"Its name in the gate's table." eg:"\"no-friday\""`
	Expr   CEL  `json:"expr,omitempty" need:"yes" doc:"Expression in CEL over release, environment, service, flows, evidence and now." eg:"\"now.getDayOfWeek('Europe/Berlin') != 5\""`
	Reason Text `json:"reason,omitempty" doc:"What to tell when it does not give true." eg:"\"Nobody is here on Saturday.\""`
}

// Budget says when an error budget blocks.
type Budget struct {
	Block string `json:"block,omitempty" need:"yes" enum:"exhausted burning" doc:"What blocks a release: an exhausted budget, or also one that burns too fast."`
}

// Parity says how alike two environments must be.
type Parity struct {
	With    Name    `json:"with,omitempty" need:"yes" doc:"The other environment." eg:"\"staging\""`
	AtLeast Percent `json:"atLeast,omitempty" need:"yes" doc:"Share of what is compared that must be alike." eg:"\"90%\""`
}

// BreakGlass is how a gate, or the way into a system, may be broken in an emergency.
type BreakGlass struct {
	Criteria []Text   `json:"criteria,omitempty" need:"yes" min:"1" max:"50" doc:"Reasons to choose from." eg:"[\"outage\",\"security\"]"`
	Exempt   []Text   `json:"exempt,omitempty" max:"50" doc:"Those of them that need no second person." eg:"[\"outage\"]"`
	Window   Duration `json:"window,omitempty" doc:"How long it stays open. Default: 1h."`
	Review   Duration `json:"review,omitempty" doc:"Time within which somebody else must have reviewed it. Default: 24h."`
}

// Freeze is a time in which nothing goes in.
type Freeze struct {
	Environments []Name `json:"environments,omitempty" max:"100" doc:"Where. Default: everywhere." eg:"[\"prod\"]"`
	From         Moment `json:"from,omitempty" need:"yes" doc:"When it begins: a time with its offset, or a local time in Zone." eg:"\"2026-12-20T00:00\""`
	Until        Moment `json:"until,omitempty" need:"yes" doc:"When it ends." eg:"\"2027-01-04T06:00\""`
	Zone         Zone   `json:"zone,omitempty" doc:"Time zone of times without an offset. Default: UTC." eg:"\"Europe/Berlin\""`
	Reason       Text   `json:"reason,omitempty" need:"yes" doc:"Why." eg:"\"Christmas sale\""`
}

// Span gives when it begins and ends. Of a local time that clocks show twice, it takes in
// both.
func (f Freeze) Span() (from, until time.Time, err error) {
	from, _, err = f.From.In(f.Zone)
	if err != nil {
		return from, until, err
	}
	_, until, err = f.Until.In(f.Zone)
	return from, until, err
}

// Policy has rules for several environments.
type Policy struct {
	Environments []Name `json:"environments,omitempty" max:"100" doc:"Where they hold. Default: in all environments that come after another." eg:"[\"prod\"]"`
	Rules        []Rule `json:"rules,omitempty" need:"yes" min:"1" max:"50" doc:"Expressions in CEL that must give true."`
}

// System is a critical system that people may need to get into in an emergency.
type System struct {
	Description Text        `json:"description,omitempty" need:"yes" doc:"What it is." eg:"\"Database of the orders\""`
	Environment Name        `json:"environment,omitempty" doc:"Environment that it belongs to, for rights." eg:"\"prod\""`
	BreakGlass  *BreakGlass `json:"breakGlass,omitempty" need:"yes" doc:"How its glass may be broken."`
}

// Integration is a way to tell people, or programs, what happens.
type Integration struct {
	Webhook   *WebhookTo   `json:"webhook,omitempty" one:"what" doc:"POST of JSON, signed with a secret."`
	Slack     *ChatTo      `json:"slack,omitempty" one:"what" doc:"Incoming webhook of Slack."`
	Teams     *ChatTo      `json:"msTeams,omitempty" one:"what" doc:"Incoming webhook of Microsoft Teams."`
	PagerDuty *PagerDutyTo `json:"pagerDuty,omitempty" one:"what" doc:"Events API v2 of PagerDuty."`
	Mail      *MailTo      `json:"mail,omitempty" one:"what" doc:"E-mail, to people's own addresses."`
	Topics    []string     `json:"topics,omitempty" max:"10" enum:"tasks escalations alerts breakGlass security deployments" doc:"What it is told. Default: all." eg:"[\"tasks\",\"breakGlass\"]"`
	For       []Name       `json:"for,omitempty" max:"100" doc:"Teams whose things it is told of. Default: all." eg:"[\"box-office\"]"`
	Private   bool         `json:"private,omitempty" doc:"It may be at a private address. Never at a link-local one."`
}

// WebhookTo is where a signed webhook goes.
type WebhookTo struct {
	URL    URL  `json:"url,omitempty" need:"yes" doc:"Where it goes." eg:"\"https://example.com/hook\""`
	Secret Name `json:"secret,omitempty" need:"yes" doc:"Name of the secret that signs it (HMAC-SHA256)." eg:"\"hook-key\""`
}

// ChatTo is an incoming webhook whose address is itself a secret.
type ChatTo struct {
	URL From `json:"url,omitzero" need:"yes" doc:"Secret that holds its address." eg:"{\"from\":\"slack-url\"}"`
}

// PagerDutyTo is a service of PagerDuty.
type PagerDutyTo struct {
	Key From `json:"key,omitzero" need:"yes" doc:"Secret that holds the routing key." eg:"{\"from\":\"pagerduty-key\"}"`
	URL URL  `json:"url,omitempty" doc:"Address of the Events API. Default: https://events.pagerduty.com/v2/enqueue"`
}

// MailTo is a mail server.
type MailTo struct {
	Server   Server `json:"server,omitempty" need:"yes" doc:"Host and port of the SMTP server. STARTTLS is used if it is offered, and demanded with a password." eg:"\"mail.example.com:587\""`
	From     Email  `json:"from,omitempty" need:"yes" doc:"Sender." eg:"\"slipway@example.com\""`
	User     Text   `json:"user,omitempty" doc:"User name."`
	Password From   `json:"password,omitzero" doc:"Secret that holds the password." eg:"{\"from\":\"mail-password\"}"`
}
