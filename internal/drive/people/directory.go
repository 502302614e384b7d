package people

import (
	"context"
	"strings"
	"sync"

	"slipway.dev/internal/core/access"
	"slipway.dev/internal/core/config"
	"slipway.dev/internal/engine"
)

// directory keeps the Directory until something that it is made of has changed.
type directory struct {
	mu       sync.Mutex
	head     int64    // the journal was looked at up to here
	steps    [2]int64 // of the bindings and of the policy, which change with people and teams
	current  *access.Directory
	accounts map[string]account // by machine
}

type account struct {
	step   int64
	person access.Person
}

// Directory gives who is who and who may do what, as it is now. It must not be changed.
func (d *Driver) Directory(ctx context.Context) (*access.Directory, error) {
	p := &d.people
	p.mu.Lock()
	defer p.mu.Unlock()
	head, err := d.Engine.Await(ctx, -1)
	if err != nil || (p.current != nil && head == p.head) {
		return p.current, err
	}
	steps, err := d.steps(ctx)
	if err != nil {
		return nil, err
	}
	if p.current != nil && steps == p.steps {
		p.head = head
		return p.current, nil
	}
	everybody, err := d.everybody(ctx)
	if err != nil {
		return nil, err
	}
	teams, err := d.Teams(ctx)
	if err != nil {
		return nil, err
	}
	everybody.Teams = config.TeamsOf(teams)
	// Steps and head were read before: what has changed meanwhile is looked at the next time.
	p.head, p.steps, p.current = head, steps, access.NewDirectory(everybody)
	return p.current, nil
}

func (d *Driver) steps(ctx context.Context) (steps [2]int64, err error) {
	for i, id := range []string{access.BindingsID, config.PolicyID} {
		rows, err := d.Engine.List(ctx, id)
		if err != nil {
			return steps, err
		}
		for _, row := range rows {
			if row.ID == id {
				steps[i] = row.Step
			}
		}
	}
	return steps, nil
}

// Everybody gives all accounts, bindings and mapped addresses, without teams.
func (d *Driver) Everybody(ctx context.Context) (access.Everybody, error) {
	d.people.mu.Lock()
	defer d.people.mu.Unlock()
	return d.everybody(ctx)
}

// everybody reads accounts that have changed, and gives all. The lock is held.
func (d *Driver) everybody(ctx context.Context) (access.Everybody, error) {
	s, err := d.bindings(ctx)
	if err != nil {
		return access.Everybody{}, err
	}
	all := access.Everybody{Bindings: s.Bindings, Mapped: s.Mapped, MappedBy: s.MappedBy}
	rows, err := d.Engine.List(ctx, "person/")
	if err != nil {
		return all, err
	}
	if d.people.accounts == nil {
		d.people.accounts = map[string]account{}
	}
	for _, row := range rows {
		has := d.people.accounts[row.ID]
		if has.step != row.Step {
			p, step, err := engine.Load[access.PersonState](ctx, d.Engine, row.ID)
			if err != nil {
				return all, err
			}
			has = account{step, p.Person}
			d.people.accounts[row.ID] = has
		}
		all.People = append(all.People, has.person)
	}
	return all, nil
}

// List gives all accounts, sorted by name.
func (d *Driver) List(ctx context.Context) ([]access.PersonState, error) {
	return engine.All[access.PersonState](ctx, d.Engine, "person/")
}

// accountName makes a name for an account of what a provider calls somebody.
func accountName(wish string) string {
	wish, _, _ = strings.Cut(strings.ToLower(wish), "@")
	clean := strings.Map(func(r rune) rune {
		if (r >= 'a' && r <= 'z') || (r >= '0' && r <= '9') {
			return r
		}
		return '-'
	}, wish)
	clean = strings.Trim(clean[:min(len(clean), 50)], "-")
	if access.CheckName(clean) != nil {
		return "user"
	}
	return clean
}
