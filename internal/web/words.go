package web

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"slipway.dev/client/model"
)

// sentence puts a text of the control plane's into a sentence.
func sentence(s string) string {
	first, size := utf8.DecodeRuneInString(s)
	if size == 0 {
		return ""
	}
	word, _, _ := strings.Cut(s, " ")
	if !strings.ContainsAny(word, "/.-_`0123456789") && word != "slipway" { // a name, or a command, stays as it is
		s = string(unicode.ToUpper(first)) + s[size:]
	}
	if strings.HasSuffix(s, ".") || strings.Contains(word, "slipway") {
		return s
	}
	return s + "."
}

// nameOf is how a person is called.
func nameOf(w model.Whoami) string {
	switch {
	case w.Title != "":
		return w.Title
	case w.Person != "":
		return w.Person
	}
	return w.Actor
}

// person gives the account of an actor who is one: "ada" of "person:ada".
func person(actor string) string {
	if name, ok := strings.CutPrefix(actor, "person:"); ok {
		return name
	}
	return actor
}

// brief shortens a digest to what people compare.
func brief(digest string) string {
	algorithm, hex, ok := strings.Cut(digest, ":")
	if !ok || len(hex) <= 12 {
		return digest
	}
	return algorithm + ":" + hex[:12] + "…"
}

// agent names a browser or program by what it calls itself.
func agent(s string) string {
	system := ""
	for _, name := range []string{"Android", "iPhone", "iPad", "Windows", "Macintosh", "Linux"} {
		if strings.Contains(s, name) {
			system = " on " + strings.Replace(name, "Macintosh", "macOS", 1)
			break
		}
	}
	for _, b := range browsers {
		if strings.Contains(s, b.mark) {
			return b.name + system
		}
	}
	if s == "" {
		return "Unknown program"
	}
	first, _, _ := strings.Cut(s, " ")
	return first
}

// passkeyName names a passkey, also one that its owner gave no name.
func passkeyName(k model.Passkey, i int) string {
	if k.Title != "" {
		return k.Title
	}
	return "Passkey " + strconv.Itoa(i+1)
}

// browsers by what gives them away; those first that claim to be others as well.
var browsers = []struct{ mark, name string }{
	{"Edg/", "Edge"}, {"OPR/", "Opera"}, {"Firefox/", "Firefox"}, {"Chrome/", "Chrome"}, {"HeadlessChrome/", "Chrome"}, {"Safari/", "Safari"},
}

// same says whether an actor is who looks.
func same(actor string, who model.Whoami) bool {
	return actor == who.Actor || person(actor) == who.Person
}

func givenWord(t model.Task, decision string) string {
	switch decision {
	case "approve":
		if t.Kind == "alert" {
			return "has taken it on"
		}
		return "approves"
	case "reject":
		return "rejects"
	}
	return "has filled it in"
}

func givenIcon(decision string) string {
	if decision == "reject" {
		return "cross"
	}
	return "check"
}
