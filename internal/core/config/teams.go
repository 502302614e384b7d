package config

import (
	"slipway.dev/internal/core/access"
	"slipway.dev/internal/core/manifest"
)

// TeamsOf gives the teams among resources, in their order. One that cannot be read has no
// members: who it is asked for is then nobody.
func TeamsOf(resources []manifest.Resource) []access.Team {
	var out []access.Team
	for _, r := range resources {
		if r.Kind != manifest.KindTeam {
			continue
		}
		t, _ := r.TeamSpec()
		team := access.Team{Name: r.Name, OnCall: names(t.OnCall)}
		for _, m := range t.Members {
			team.Members = append(team.Members, access.Member{Person: string(m.Person), Addresses: addresses(m)})
		}
		out = append(out, team)
	}
	return out
}

func addresses(m manifest.Member) []string {
	var out []string
	for _, a := range append([]manifest.Email{m.Email}, m.Git...) {
		if a != "" {
			out = append(out, access.Address(string(a)))
		}
	}
	return out
}
