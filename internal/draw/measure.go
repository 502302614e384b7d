package draw

import "unicode"

// Font is a size of text in pixels.
type font struct {
	size int
	bold bool
}

var (
	heading = font{18, true}
	naming  = font{13, true}
	saying  = font{12, false}
	noting  = font{11, false}
	marking = font{11, true}
)

// ascii is the width of each character from space to ~ in hundredths of the size, in DejaVu
// Sans: the widest of the fonts that the style asks for, so that what fits here fits everywhere.
var ascii = [...]int{
	32, 41, 46, 84, 64, 96, 78, 28, 40, 40, 50, 84, 32, 37, 32, 34, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 34, 34, 84, 84, 84, 54,
	100, 69, 69, 70, 78, 64, 58, 78, 76, 30, 30, 66, 56, 87, 75, 79, 61, 79, 70, 64, 62, 74, 69, 99, 69, 62, 69, 40, 34, 40, 84, 50,
	50, 62, 64, 55, 64, 62, 36, 64, 64, 28, 28, 58, 28, 98, 64, 62, 64, 64, 42, 53, 40, 64, 60, 82, 60, 60, 53, 64, 34, 64, 84,
}

// width is how wide a text is at most, in pixels.
func (f font) width(text string) int {
	sum := 0
	for _, r := range text {
		sum += f.rune(r)
	}
	return (sum + 99) / 100
}

// rune is the width of a character in hundredths of a pixel.
func (f font) rune(r rune) int {
	w := 110 // letters of other scripts; most are smaller
	switch {
	case r >= ' ' && int(r-' ') < len(ascii):
		w = ascii[r-' ']
	case unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf):
		w = 0
	case r > 0xffff:
		w = 150
	}
	if f.bold {
		w = (w*116 + 99) / 100
	}
	return w * f.size
}

// cut shortens a text to a width, and says with … that it did.
func (f font) cut(text string, room int) string {
	if f.width(text) <= room {
		return text
	}
	left := room*100 - f.rune('…')
	for i, r := range text {
		if left -= f.rune(r); left < 0 {
			return text[:i] + "…"
		}
	}
	return text
}
