// Package nearest finds what somebody meant who wrote a word that is not known.
package nearest

import (
	"fmt"
	"slices"
	"strings"
)

// DidYouMean says what word is like one of the known ones, or which there are.
func DidYouMean(word string, known []string) string {
	if near := Word(word, known); near != "" {
		return fmt.Sprintf("did you mean `%s`?", near)
	}
	if len(known) == 0 {
		return "there are none here"
	}
	if len(known) > listed {
		return fmt.Sprintf("known here: %s and %d more", Quoted(slices.Sorted(slices.Values(known))[:listed]), len(known)-listed)
	}
	return "known here: " + Quoted(slices.Sorted(slices.Values(known)))
}

// listed is how many known words are told at most.
const listed = 24

// Word gives the known word that is written most alike, or "" if none is alike.
func Word(word string, known []string) string {
	best, least := "", 1+max(1, min(len(word), compared)/3)
	for _, k := range known {
		if d := distance(strings.ToLower(word), strings.ToLower(k)); d < least {
			best, least = k, d
		}
	}
	return best
}

// Quoted gives names as `a`, `b`.
func Quoted(names []string) string {
	out := make([]string, len(names))
	for i, n := range names {
		out[i] = "`" + n + "`"
	}
	return strings.Join(out, ", ")
}

// compared is how many bytes of a word count, so that long ones cost no more.
const compared = 64

// distance is how many letters must be added, left out, changed or swapped with the next
// to make b of a (Damerau and Levenshtein).
func distance(a, b string) int {
	a, b = a[:min(len(a), compared)], b[:min(len(b), compared)]
	var before, row, next [compared + 1]int
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		next[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			next[j] = min(row[j]+1, next[j-1]+1, row[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				next[j] = min(next[j], before[j-2]+1)
			}
		}
		before, row = row, next
	}
	return row[len(b)]
}
