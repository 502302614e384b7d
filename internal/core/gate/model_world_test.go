package gate_test

import (
	"math/bits"
	"time"

	"slipway.dev/internal/core/access"
	"slipway.dev/internal/core/calendar"
	"slipway.dev/internal/core/deploy"
	"slipway.dev/internal/core/gate"
	"slipway.dev/internal/core/machine"
)

// wrong is a way in which the control plane could go wrong.
type wrong string

const (
	honest          wrong = ""
	keepsWithdrawn  wrong = "it counts approvals that were withdrawn"
	dropsGuards     wrong = "it commits on stale facts"
	seesNoDisabled  wrong = "it counts the disabled"
	forgetsDigest   wrong = "it counts approvals of another config"
	forgetsRevoked  wrong = "it lets revoked releases in"
	rollsBackBlind  wrong = "it goes back to revoked releases"
	stopsItsClock   wrong = "it reads an old clock"
	oldPolicy       wrong = "it asks the policy of before"
	oneHumanTwice   wrong = "it counts two accounts of one human"
	forgetsAuthors  wrong = "it counts authors"
	letsGlassOpen   wrong = "its glass never closes"
	keepsForAnyTime wrong = "a decision holds for ever"
	forgetsBudget   wrong = "it asks for no budget"
	oldBudget       wrong = "it asks for the budget of before"
	fixesAll        wrong = "it takes everything for the fix"
	passesUnknown   wrong = "it takes what is not measured for little traffic"
)

var wrongs = []wrong{
	keepsWithdrawn, dropsGuards, seesNoDisabled, forgetsDigest, forgetsRevoked, rollsBackBlind, stopsItsClock, oldPolicy,
	oneHumanTwice, forgetsAuthors, letsGlassOpen, keepsForAnyTime, forgetsBudget, oldBudget, fixesAll, passesUnknown,
}

// The people. The two adas share an address; dan wrote nothing.
const (
	ada = iota
	ada2
	bob
	cy
	dan
	everybody
)

var names = [everybody]string{"ada", "ada2", "bob", "cy", "dan"}

// rights of everybody, as bits: whose account is disabled, who is an approver, and whether
// the stranger's address is mapped to dan.
type rights uint16

func (r rights) disabled(person int) bool { return r>>person&1 == 1 }
func (r rights) approver(person int) bool { return r>>(everybody+person)&1 == 1 }
func (r rights) mapped() bool             { return r>>(2*everybody)&1 == 1 }

const (
	everybodyApproves rights = (1<<everybody - 1) << everybody
	strangerMapped    rights = 1 << (2 * everybody)
)

// directories has one for all rights that there can be.
var directories = func() (all [1 << (2*everybody + 1)]*access.Directory) {
	for i := range all {
		r, e := rights(i), access.Everybody{}
		for p, name := range names {
			person := access.Person{Name: name, Addresses: []string{name + "@x"}, Disabled: r.disabled(p)}
			if p == ada2 {
				person.Addresses = []string{"ada@x"}
			}
			e.People = append(e.People, person)
			if r.approver(p) {
				e.Bindings = append(e.Bindings, access.Binding{Subject: "person:" + name, Role: access.Approver, Environment: "prod"})
			}
		}
		if r.mapped() {
			e.Mapped = map[string]string{"stranger@x": "dan"}
		}
		all[i] = access.NewDirectory(e)
	}
	return all
}()

// A world begins at nine; times in it are so much later.
var nine = time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)

// asked is a policy in plain words, for the model of the door.
type asked struct {
	count      int
	expire     time.Duration
	soak       time.Duration
	window     bool // from 9:30 to 10:30, and from 11:00 to 12:00
	room       int
	reversible bool
	glass      bool
	budget     string
}

var asks = []asked{
	{count: 1, expire: time.Hour, glass: true},
	{count: 2, expire: 2 * time.Hour, glass: true, budget: gate.BlockExhausted},
	{count: 1, expire: 40 * time.Minute, soak: 20 * time.Minute},
	{count: 0, window: true, room: 1, glass: true},
	{count: 1, expire: 50 * time.Minute, reversible: true, window: true, room: 2},
	{count: 0, budget: gate.BlockBurning},
}

// frozen is the time of each of the freezes that may be in force; the first is none.
var frozen = [][2]time.Duration{{}, {20 * time.Minute, 50 * time.Minute}, {time.Hour, 90 * time.Minute}}

// policies has each of asks with each of frozen.
var policies = func() (all []*gate.Compiled) {
	for _, a := range asks {
		for _, f := range frozen {
			p := gate.Policy{
				Environment: "prod", After: "staging", Soak: a.soak, Concurrency: a.room, Budget: a.budget,
				Approvals: gate.Approvals{Count: a.count, From: []string{"approver"}, Expire: a.expire},
			}
			if a.window {
				p.Windows = []calendar.Window{{From: 9*60 + 30, To: 10*60 + 30}, {From: 11 * 60, To: 12 * 60}}
			}
			if a.reversible {
				p.Rules = []gate.Rule{{Name: "reversible", Expr: "release.migration != 'irreversible'"}}
			}
			if a.glass {
				p.Glass = &gate.Glass{Criteria: []string{"outage"}}
			}
			if f[1] > 0 {
				p.Freezes = []calendar.Freeze{{Name: "freeze", From: nine.Add(f[0]), Until: nine.Add(f[1])}}
			}
			all = append(all, gate.Compile(p))
		}
	}
	return all
}()

// The releases are numbered from 1. The second has two authors, of whom one is a stranger;
// the third cannot be taken back.
const releases = 3

var authors = [releases + 1][]gate.Contributor{1: {{Email: "ada@x"}}, 2: {{Email: "bob@x"}, {Email: "stranger@x"}}, 3: {{Email: "cy@x"}}}

// Machines that guards are on.
const (
	policyMachine = iota
	peopleMachine
	taskMachine
	stagingMachine
	leaseMachine
	glassMachine
	serviceMachine
	laneMachine
	sloMachine
	releaseMachine // and those of the other releases after it
	machines       = releaseMachine + releases + 1
)

// answer is what a person said of a deployment.
type answer struct {
	deployment string
	person     int
	approve    bool
	at         time.Duration
	config     int
}

// world is everything that a gate depends on, in plain values, and the real lane. It is
// copied freely: its slices are never changed in place.
type world struct {
	how     wrong
	seen    *tally
	lane    deploy.State
	now     time.Duration
	policy  int // of asks
	freeze  int // of frozen
	people  rights
	answers []answer
	given   []answer // also those that were withdrawn
	staging struct {
		release int
		since   time.Duration
		healthy bool
	}
	revoked   [releases + 1]bool
	config    int
	budget    int // of budgets: how that of the only flow stands
	budgetWas int
	glass     time.Duration // until when it is broken; 0: it is not
	busy      int           // other services under way
	steps     [machines]int64
	began     []string // deployments that were let in
	completed [releases + 1]bool
	flight    *flight // facts on their way
	before    int     // policy that was in force before
	done      []string
}

// flight is an event with the facts for it, as they were when it was made.
type flight struct{ event machine.Event }

func (w *world) asks() asked { return asks[w.policy] }

func (w *world) touch(machine int) { w.steps[machine]++ }

// budgets are the ways in which the budget of the only flow may stand.
var budgets = []gate.Budget{{State: gate.BudgetOK}, {State: gate.BudgetBurning}, {State: gate.BudgetExhausted}, {State: gate.BudgetUnknown}, {State: gate.BudgetUnknown, Few: true}}

// spent says why there is no budget for a release; a fix needs only that it is known.
func (w *world) spent(fix bool) string {
	asked, b := w.asks().budget, budgets[w.budget]
	switch known := b.State != gate.BudgetUnknown || b.Few; {
	case asked != "" && !known:
		return "nobody knows its flow's budget"
	case asked == "" || fix:
		return ""
	case b.State == gate.BudgetExhausted:
		return "its flow's budget is used up"
	case b.State == gate.BudgetBurning && asked == gate.BlockBurning:
		return "its flow's budget burns"
	}
	return ""
}

// door is the plain model: why the release of a deployment may not enter now; "": it may.
func (w *world) door(p deploy.Release, of deploy.Pending, notBefore time.Duration) string {
	expedite, spent := of.Expedite, w.spent(of.Fix != "")
	a, n := w.asks(), int(p.Order)
	switch soaked := w.staging.release == n && w.now >= w.staging.since+a.soak; {
	case p.Config != digest('c', w.config):
		return "it would run with a config that is not in force"
	case a.glass && w.now < w.glass:
		return ""
	case w.revoked[n]:
		return "it was revoked"
	case w.staging.release != n:
		return "staging does not run it"
	case !w.staging.healthy:
		return "it is not healthy in staging"
	case !soaked && !expedite:
		return "it has not soaked"
	case a.window && !expedite && !w.inWindow():
		return "no window is open"
	case w.now >= frozen[w.freeze][0] && w.now < frozen[w.freeze][1]:
		return "a freeze holds"
	case a.room > 0 && w.busy >= a.room:
		return "there is no room"
	case a.reversible && n == 3:
		return "it cannot be taken back"
	case spent != "":
		return spent
	case w.now < notBefore:
		return "its time has not come"
	}
	return w.consent(p.Deployment, n)
}

func (w *world) inWindow() bool {
	m := int(w.now/time.Minute) + 9*60
	m %= 24 * 60
	return m >= 9*60+30 && m < 10*60+30 || m >= 11*60 && m < 12*60
}

// consent says why the approvals do not suffice.
func (w *world) consent(deployment string, n int) string {
	a := w.asks()
	if a.count == 0 {
		return ""
	}
	wrote := 0 // as bits of people
	for r := w.runs() + 1; r <= n; r++ {
		wrote |= w.wrote(r)
	}
	if n <= w.runs() {
		wrote = w.wrote(n)
	}
	if wrote < 0 {
		return "a stranger wrote it"
	}
	agree := 0
	for person := range everybody {
		said := w.last(deployment, person)
		switch {
		case said == nil || said.config != w.config || w.people.disabled(person) || !w.people.approver(person):
		case !said.approve:
			return names[person] + " rejected it"
		case wrote>>person&1 == 1 || w.now >= said.at+a.expire:
		case person == ada2:
			agree |= 1 << ada
		default:
			agree |= 1 << person
		}
	}
	if bits.OnesCount(uint(agree)) < a.count {
		return "too few approved it"
	}
	return ""
}

// wrote gives who wrote a release, as bits; below 0: nobody knows.
func (w *world) wrote(release int) int {
	switch {
	case release == 1:
		return 1<<ada | 1<<ada2
	case release == 3:
		return 1 << cy
	case w.people.mapped():
		return 1<<bob | 1<<dan
	}
	return -1 << 20
}

// runs is the number of the release that serves; 0: none does.
func (w *world) runs() int {
	if w.lane.Current == nil {
		return 0
	}
	return int(w.lane.Current.Order)
}

func (w *world) last(deployment string, person int) *answer {
	for i := len(w.answers) - 1; i >= 0; i-- {
		if a := &w.answers[i]; a.person == person && a.deployment == deployment {
			return a
		}
	}
	return nil
}

// digest names the n-th artifact ('a') or config ('c').
func digest(kind byte, n int) string { return "sha256:" + string(kind) + string(rune('0'+n)) }
