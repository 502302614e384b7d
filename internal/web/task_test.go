package web

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"slipway.dev/client/model"
	"slipway.dev/internal/core/fault"
)

func TestTasks(t *testing.T) {
	t.Parallel()
	v := enter(t, newFake())
	body := v.sees("/tasks", "1 task waits for you", "Approve tickets r4 for prod", `href="/deployments/tickets.prod.4#answer"`,
		"For others", "Approve tickets r5 for staging", "you wrote it", `href="/account">Ada`)
	if strings.Index(body, "r4 for prod") > strings.Index(body, "For others") || strings.Contains(body, "r2 for prod") {
		t.Errorf("the order:\n%s", body)
	}
	v.sees("/", `<a href="/tasks">1 task waits for you</a>`)
	hasNot(t, v.sees("/tasks/tickets.staging.5", "you wrote it"), "Your answer")
}

// TestAnswer gives an answer from the page as it was shown, and takes it back.
func TestAnswer(t *testing.T) {
	t.Parallel()
	f := newFake()
	f.who.Person, f.who.Title = "bob", "Bob" // as whom the fake's answers are given
	v := enter(t, f)
	page := v.sees("/tasks/tickets.prod.4", "Approve…", "Reject…", "In your name, Bob")
	form := url.Values{"decision": {"approve"}, "comment": {"I tried it"}, "return": {"/tasks/tickets.prod.4"}}
	for _, field := range []string{"digest.artifact", "digest.config"} {
		_, rest, _ := strings.Cut(page, `name="`+field+`" value="`)
		value, _, _ := strings.Cut(rest, `"`)
		form.Set(field, value)
	}
	stale := url.Values{"decision": {"approve"}, "digest.artifact": {"sha256:other"}, "digest.config": {form.Get("digest.config")}}
	resp, body := v.send(http.MethodPost, "/tasks/tickets.prod.4/answers", stale)
	if resp.StatusCode != http.StatusConflict {
		t.Errorf("an answer about something else: %s", resp.Status)
	}
	has(t, body, "What you saw of the task tickets.prod.4 changed.")

	v.sends("/tasks/tickets.prod.4/answers", "/tasks/tickets.prod.4", form)
	page = v.sees("/tasks/tickets.prod.4", "<b>1 of 2</b>", "<q>I tried it</q>", "You have answered: <b>approves</b>")
	hasNot(t, page, "Approve…")
	v.sends("/tasks/tickets.prod.4/withdrawals", "/tasks", url.Values{"return": {"/tasks"}})
	v.sees("/tasks/tickets.prod.4", "counts no more: withdrawn", "Approve…")

	v.sends("/tasks/tickets.prod.4/claims", "/tasks", url.Values{"return": {"/tasks"}})
	v.sees("/tasks/tickets.prod.4", "claimed by bob", "Give it back")
	v.sends("/tasks/tickets.prod.4/claims", "/tasks", url.Values{"release": {"yes"}, "return": {"/tasks"}})
	v.sends("/tasks/tickets.prod.4/delegations", "/", url.Values{"to": {"carol"}, "return": {"//evil.example"}})
	hasNot(t, v.sees("/tasks/tickets.prod.4", "also carol", "Claim it"), "claimed by")
}

func TestFormToFillIn(t *testing.T) {
	t.Parallel()
	f := newFake()
	f.tasks = []model.Task{{Name: "intake.1", Kind: "form", Title: "Describe it", Status: "open", Schema: []byte(`{"type":"object"}`), Mine: true}}
	v := enter(t, f)
	v.sees("/tasks", `href="/tasks/intake.1#answer"`)
	v.sees("/tasks/intake.1", `value="submit"`, "Fill in…", "Reject…", `name="field."`)
}

// TestFillIn brings what a person filled in to the form that the schema asks for.
func TestFillIn(t *testing.T) {
	t.Parallel()
	fields := fieldsOf([]byte(`{"type":"object","required":["remove","why"],"properties":{
		"remove":{"title":"Remove these","type":"array","items":{"enum":["bob viewer","eve admin in prod"]}},
		"why":{"type":"string"},"grade":{"enum":["good","bad"]},"seats":{"type":"integer"},"paid":{"type":"boolean"},"more":{"type":"object"}}}`))
	for given, want := range map[string]string{
		"": `{"paid":false,"remove":[]}`,
		"field.remove=eve+admin+in+prod&field.why=gone&field.grade=good&field.seats=12&field.paid=yes&field.more={}&field.none=x": `{"grade":"good","more":{},"paid":true,"remove":["eve admin in prod"],"seats":12,"why":"gone"}`,
		"field.remove=a&field.remove=b": `{"paid":false,"remove":["a","b"]}`,
		"field.seats=many":              "seats: \"many\" is no number",
		"field.more={":                  "more: it is not JSON",
	} {
		form, err := url.ParseQuery(given)
		if err != nil {
			t.Fatal(err)
		}
		got, err := filledIn(fields, form)
		if text := (*fault.Error)(nil); errors.As(err, &text) {
			got = []byte(text.Text)
		}
		if string(got) != want {
			t.Errorf("%s:\n got %s\nwant %s", given, got, want)
		}
	}
	got, err := filledIn(fieldsOf([]byte(`{"type":"array"}`)), url.Values{"field.": {"[1]"}})
	if err != nil || string(got) != "[1]" {
		t.Errorf("%s, %v", got, err)
	}
}

// TestAccessReview answers one: its task has a form, too.
func TestAccessReview(t *testing.T) {
	t.Parallel()
	f := newFake()
	f.tasks = []model.Task{{Name: "access.all.prod", Kind: "access", Title: "Who may do what in prod", Text: "bob viewer\neve admin", Status: "open", Mine: true,
		Schema: []byte(`{"type":"object","required":["remove"],"properties":{"remove":{"title":"Remove these; keep the others","type":"array","items":{"enum":["bob viewer","eve admin"]}}}}`)}}
	v := enter(t, f)
	v.sees("/tasks/access.all.prod", "Review…", "Remove these; keep the others", `<input type="checkbox" name="field.remove" value="eve admin">`)
	v.sends("/tasks/access.all.prod/answers", "/tasks", url.Values{"decision": {"approve"}, "field.remove": {"eve admin"}, "return": {"/tasks"}})
	v.sends("/tasks/access.all.prod/answers", "/tasks", url.Values{"decision": {"reject"}, "comment": {"ask bob"}, "return": {"/tasks"}})
	want := []any{
		model.TaskAnswer{Decision: "approve", Value: json.RawMessage(`{"remove":["eve admin"]}`), Digests: map[string]string{}},
		model.TaskAnswer{Decision: "reject", Comment: "ask bob", Digests: map[string]string{}},
	}
	if diff := cmp.Diff(want, f.asked); diff != "" {
		t.Error(diff)
	}
}
