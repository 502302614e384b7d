package manifest

import (
	"fmt"
	"slices"
	"strings"
)

// mostCompared is how many names are compared in a check. After that nothing is called
// mistyped any more: whoever has that much missing has not mistyped it.
const mostCompared = 5_000_000

// mostListed is how many names a problem lists.
const mostListed = 50

// guess says what a name, which nothing has, may have been meant to be.
func (c *catalog) guess(kinds []string, name string, words []string) string {
	key := strings.Join(kinds, " ") + " " + fmt.Sprint(len(words)) + " " + name
	if said, ok := c.guesses[key]; ok {
		return said
	}
	known := slices.Clone(words)
	for _, kind := range kinds {
		known = append(known, c.names(kind)...)
	}
	c.guesses[key] = c.guessAmong(name, known)
	return c.guesses[key]
}

func (c *catalog) guessAmong(name string, known []string) string {
	if c.compared += len(known); c.compared <= mostCompared {
		if near := nearest(name, known); near != "" {
			return fmt.Sprintf("did you mean `%s`?", near)
		}
	}
	if len(known) > mostListed {
		return fmt.Sprintf("%d others are known here", len(known))
	}
	return didYouMean(name, known)
}
