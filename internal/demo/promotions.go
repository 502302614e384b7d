package demo

import (
	"context"
	"fmt"
	"io"
	"slices"
	"sync"
)

// Promotion is a release on its way through the door of an environment.
type Promotion struct {
	Service     string     `json:"service"`
	Environment string     `json:"environment"`
	Release     string     `json:"release"`
	Deployment  string     `json:"deployment"`
	AskedBy     string     `json:"askedBy"`
	Needs       int        `json:"needs"`     // so many people had to approve
	Approvals   []Approval `json:"approvals"` // that count
	Refused     []Refusal  `json:"refused"`   // that were tried
	Outcome     string     `json:"outcome"`
	Decision    *Decision  `json:"decision,omitempty"` // none, if it did not go in
}

// Approval is an approval that counts.
type Approval struct {
	Person string `json:"person"`
}

// Refusal is an approval that was refused.
type Refusal struct {
	Person string `json:"person"`
	Token  bool   `json:"token"` // by a token of theirs
	Reason string `json:"reason"`
}

// doors are the promotions that were asked for, in their order.
type doors struct {
	mu   sync.Mutex
	list []*Promotion
}

func (d *doors) add(p *Promotion) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.list = append(d.list, p)
}

func (d *doors) refused(deployment string, r Refusal) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, p := range d.list {
		if p.Deployment == deployment {
			p.Refused = append(p.Refused, r)
		}
	}
}

func (d *doors) decided(p *Promotion, decision Decision) {
	d.mu.Lock()
	defer d.mu.Unlock()
	p.Decision = &decision
}

// promotions gives all, with what the control plane says of them: who approved, and what
// came of it.
func (s *stage) promotions(ctx context.Context) ([]Promotion, error) {
	s.doors.mu.Lock()
	defer s.doors.mu.Unlock()
	var all []Promotion
	for _, p := range s.doors.list {
		d, err := s.house.client.Deployment(ctx, p.Deployment)
		if err != nil {
			return nil, err
		}
		t, err := s.house.client.Task(ctx, p.Deployment)
		if err != nil {
			return nil, err
		}
		told := *p
		told.Release, told.Outcome = d.Release, d.Outcome
		told.Approvals, told.Refused = []Approval{}, append([]Refusal{}, p.Refused...)
		for _, a := range t.Answers {
			if a.Void == "" && a.Decision == "approve" {
				told.Approvals = append(told.Approvals, Approval{Person: a.Person})
			}
		}
		all = append(all, told)
	}
	return all, nil
}

// check is nil if a promotion that went in had the approvals it needed, none of its author's,
// and a signed decision that verifies.
func (p Promotion) check() error {
	authors := func(a Approval) bool { return a.Person == author }
	switch {
	case p.Decision == nil: // it did not go in
		return nil
	case len(p.Approvals) != p.Needs || slices.ContainsFunc(p.Approvals, authors):
		return &Otherwise{fmt.Sprintf("%s went in with the approvals of %v, and needs %d of others than %s", p.Deployment, p.Approvals, p.Needs, author)}
	case !p.Decision.Verified || p.Decision.Result != "PASSED" || p.Decision.Inputs < p.Needs,
		p.Decision.Resource != "slipway:service/"+p.Service+"/environment/"+p.Environment:
		return &Otherwise{fmt.Sprintf("the decision about %s is %+v", p.Deployment, *p.Decision)}
	}
	return nil
}

// writePromotions sums promotions up for a person.
func writePromotions(w io.Writer, all []Promotion) {
	in, refusals := 0, 0
	for _, p := range all {
		refusals += len(p.Refused)
		if p.Decision != nil {
			in++
		}
	}
	fmt.Fprintf(w, "  promotions      %d of %d went in; their signed decisions verify offline\n", in, len(all))
	fmt.Fprintf(w, "  approvals       %d refused: of the author, or more than were asked for\n", refusals)
}
