package call

// maxNesting is how deep a description may be nested. Those who read them take time and memory
// that grow with the square of the depth; real ones have less than 50.
const maxNesting = 200

// nesting tells how deep the brackets of a text are nested, but for those in quotes.
func nesting(text []byte) (deepest int) {
	depth, quoted := 0, false
	for i := 0; i < len(text); i++ {
		switch b := text[i]; {
		case quoted && b == '\\':
			i++
		case b == '"':
			quoted = !quoted
		case quoted:
		case b == '{' || b == '[' || b == '(' || b == '<':
			depth++
			deepest = max(deepest, depth)
		case b == '}' || b == ']' || b == ')' || b == '>':
			depth = max(0, depth-1)
		}
	}
	return deepest
}
