package web

import (
	"fmt"
	"strings"

	"rsc.io/qr"
)

// margin is the white edge that readers need around a QR code, in modules.
const margin = 4

// code is a QR code as the path of an SVG picture.
type code struct {
	Side int // of the picture, with its edge
	Path string
}

// qrCode draws a text. Each run of dark modules of a line is one stroke of the path.
func qrCode(text string) (code, error) {
	q, err := qr.Encode(text, qr.M)
	if err != nil {
		return code{}, fmt.Errorf("qr code: %w", err)
	}
	var path strings.Builder
	for y := range q.Size {
		for x := 0; x < q.Size; {
			run := 0
			for x+run < q.Size && q.Black(x+run, y) {
				run++
			}
			if run > 0 {
				fmt.Fprintf(&path, "M%d %dh%dv1h-%dz", x+margin, y+margin, run, run)
			}
			x += run + 1
		}
	}
	return code{Side: q.Size + 2*margin, Path: path.String()}, nil
}
