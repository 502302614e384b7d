package access

import (
	"fmt"
	"slices"
	"testing"
)

func TestBehind(t *testing.T) {
	t.Parallel()
	d := NewDirectory(Everybody{
		People: []Person{
			{Name: "ada", Addresses: []string{"Ada@Example.org"}},
			{Name: "ada2", Addresses: []string{"ada@example.org", "second@example.org"}},
			{Name: "bob", Addresses: []string{"second@example.org"}},
			{Name: "cy", Addresses: []string{"cy@example.org"}},
			{Name: "dan"},
			{Name: "old", Addresses: []string{"old@example.org"}, Disabled: true},
		},
		Teams: []Team{{Name: "shop", Members: []Member{
			{Person: "dan", Addresses: []string{"dan@git"}},
			{Addresses: []string{"cy@example.org", "cy@git"}},
			{Addresses: []string{"stranger@git", ""}},
			{Person: "ghost", Addresses: []string{"ghost@git"}},
		}}},
		Mapped: map[string]string{"cy@old": "cy", "bot@forge": Nobody, "gone@git": "ghost"},
	})
	for address, want := range map[string]string{
		" ADA@example.org ": "[ada ada2 bob]", "second@example.org": "[ada ada2 bob]", "cy@git": "[cy]", "cy@old": "[cy]", "dan@git": "[dan]",
		"old@example.org": "[old]", "stranger@git": "[]", "ghost@git": "[]", "bot@forge": "[]", "nobody": "[]", "": "[]", "=ada": "[]",
	} {
		if got := fmt.Sprint(d.Behind(address)); got != want {
			t.Errorf("behind %q: %s, want %s", address, got, want)
		}
	}
	for address, want := range map[string]bool{"bot@forge": true, "Bot@Forge": true, "cy@git": true, "stranger@git": false, "ghost@git": false, "x@y": false} {
		if d.Known(address) != want {
			t.Errorf("known %q: %v", address, !want)
		}
	}
	for person, want := range map[string]string{"ada": "[ada2 bob]", "bob": "[ada ada2]", "cy": "[]", "dan": "[]", "ghost": "[]"} {
		if got := fmt.Sprint(d.Same(person)); got != want {
			t.Errorf("same as %s: %s, want %s", person, got, want)
		}
	}
}

func TestGroups(t *testing.T) {
	t.Parallel()
	d := NewDirectory(Everybody{
		People: []Person{
			{Name: "ada", Addresses: []string{"ada@x"}}, {Name: "bob", Groups: []string{"sre"}}, {Name: "cy", Disabled: true}, {Name: "dan"},
		},
		Teams: []Team{
			{Name: "ops", Members: []Member{{Addresses: []string{"ada@x", "ada@git"}}, {Person: "cy"}, {Person: "ghost"}}, OnCall: []string{"ada"}},
			{Name: "admin", Members: []Member{{Person: "dan"}}}, // not the role, whoever called it so
		},
		Bindings: []Binding{
			{Subject: "team:ops", Role: Approver, Team: "shop", Environment: "prod"},
			{Subject: "group:sre", Role: Approver},
			{Subject: "person:cy", Role: Approver},
		},
	})
	prod := Scope{"shop", "prod"}
	for _, c := range []struct {
		group string
		scope Scope
		want  string
	}{
		{"ops", Scope{}, "[ada]"}, {"team:ops", prod, "[ada]"}, {"nosuch", prod, "[]"},
		{"approver", prod, "[ada bob]"}, {"role:approver", Scope{"shop", "dev"}, "[bob]"}, {"approver", Scope{}, "[bob]"},
		{"admin", Scope{}, "[]"}, {"team:admin", Scope{}, "[dan]"}, {"person:dan", prod, "[dan]"}, {"person:cy", prod, "[]"}, {"person:ghost", prod, "[]"},
		{"ops:x", prod, "[]"}, {"", prod, "[]"},
	} {
		if got := fmt.Sprint(d.Holders(c.group, c.scope)); got != c.want {
			t.Errorf("holders of %s for %+v: %s, want %s", c.group, c.scope, got, c.want)
		}
		for _, p := range []string{"ada", "bob", "cy", "dan", "ghost", ""} {
			if d.In(p, c.group, c.scope) != slices.Contains(d.Holders(c.group, c.scope), p) {
				t.Errorf("In and Holders differ on %q in %s", p, c.group)
			}
		}
	}
	if ops, ok := d.Team("ops"); !ok || ops.OnCall[0] != "ada" || fmt.Sprint(d.Members("ops")) != "[ada cy]" {
		t.Errorf("%+v", ops)
	}
}

// A chain of shared addresses is one human, however long and in whichever order.
func TestSameAlongAChain(t *testing.T) {
	t.Parallel()
	var e Everybody
	for i := range 10_000 {
		e.People = append(e.People, Person{Name: fmt.Sprintf("p%05d", i), Addresses: []string{fmt.Sprint("a", i), fmt.Sprint("a", i+1)}})
	}
	d := NewDirectory(e)
	if n := len(d.Same("p05000")); n != 9_999 {
		t.Errorf("%d", n)
	}
}

func BenchmarkNewDirectory(b *testing.B) {
	var e Everybody
	for i := range 10_000 {
		e.People = append(e.People, Person{Name: fmt.Sprint("p", i), Addresses: []string{fmt.Sprint("p", i, "@x"), fmt.Sprint("p", i, "@git")}, Groups: []string{fmt.Sprint("g", i%100)}})
	}
	for i := range 100 {
		t := Team{Name: fmt.Sprint("t", i)}
		for j := range 100 {
			t.Members = append(t.Members, Member{Person: fmt.Sprint("p", i*100+j)})
		}
		e.Teams = append(e.Teams, t)
		e.Bindings = append(e.Bindings, Binding{Subject: "team:" + t.Name, Role: Approver, Team: t.Name})
	}
	b.Run("make", func(b *testing.B) {
		for b.Loop() {
			NewDirectory(e)
		}
	})
	d := NewDirectory(e)
	b.Run("in", func(b *testing.B) {
		for b.Loop() {
			d.In("p77", "approver", Scope{Team: "t0", Environment: "prod"})
		}
	})
	b.Run("behind", func(b *testing.B) {
		for b.Loop() {
			d.Behind("p77@git")
		}
	})
}
