package gate

import (
	"net/mail"
	"strings"

	"slipway.dev/internal/core/gate"
	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/core/release"
)

// made finds who stands for the authors of an image, which has no commits: the authors of the
// commit whose manifest names it, or else the account that asked for it. Nobody is guessed:
// for an image that the machine's own user asked for it is unknown.
func (g *gathering) made(s release.State) {
	f := &g.entrant.Facts
	for _, text := range s.Authors {
		a, err := mail.ParseAddress(text)
		if err != nil {
			a = &mail.Address{Address: text} // belongs to nobody, which will be said
		}
		f.Contributors = append(f.Contributors, gate.Contributor{Name: a.Name, Email: a.Address})
	}
	if len(f.Contributors) > 0 {
		return
	}
	account := accountOf(s.By)
	person, known := g.directory.Person(account)
	switch {
	case account == "" || !known:
		f.ContributorsUnknown = "it is an image without commits, and " + s.By.String() + ", who asked for it, is no account"
	case len(person.Addresses) == 0:
		f.ContributorsUnknown = "it is an image without commits, and the account " + account + ", which asked for it, has no address"
	}
	for _, address := range person.Addresses {
		f.Contributors = append(f.Contributors, gate.Contributor{Name: account, Email: address})
	}
}

// accountOf gives the account behind an actor; "" if there is none.
func accountOf(a machine.Actor) string {
	switch a.Kind {
	case "person":
		return a.Name
	case "token":
		owner, _, ok := strings.Cut(a.Name, "/")
		if ok {
			return owner
		}
	}
	return ""
}
