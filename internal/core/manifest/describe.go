package manifest

import (
	"fmt"

	"go.yaml.in/yaml/v4"
)

func orWords(what string, words []string) string {
	if len(words) > 0 {
		return "one of " + quoted(words)
	}
	return what
}

func short(s string) string {
	if r := []rune(s); len(r) > 60 {
		return string(r[:60]) + "…"
	}
	return s
}

// describe says what a node is, for "… is expected here, and not …".
func describe(n node) string {
	switch n.Kind {
	case yaml.MappingNode:
		return "fields"
	case yaml.SequenceNode:
		return "a list"
	}
	switch tag := n.Tag; tag {
	case "!!null":
		return "nothing"
	case "!!int", "!!float":
		return "the number " + short(n.Value)
	case "!!bool":
		return n.Value
	case "!!timestamp":
		return "the date " + short(n.Value)
	case "!!str":
		return fmt.Sprintf("the text %q", short(n.Value))
	default:
		return "something with the tag " + short(tag)
	}
}
