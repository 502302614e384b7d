package access

import (
	"slices"
	"strings"
)

// Told gives the active accounts that a word of an escalation stands for, those on call in
// their order. A team without anybody on call is told as a whole.
func (d *Directory) Told(word string, s Scope) []string {
	name, ok := strings.CutPrefix(word, "onCall:")
	if !ok {
		return d.Holders(word, s)
	}
	team, _ := d.Team(name)
	called := slices.DeleteFunc(slices.Clone(team.OnCall), func(p string) bool { return !d.Active(p) })
	if len(called) == 0 {
		return d.Holders("team:"+name, s)
	}
	return called
}
