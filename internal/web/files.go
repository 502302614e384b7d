package web

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"net/http"
)

//go:embed assets/*.css assets/icon.svg all:dist
var files embed.FS

// asset is a file that the page loads. Its address changes with its content, so that
// browsers may keep it.
type asset struct {
	content []byte
	kind    string
	address string
}

// assets serves the files of the page.
func (h *handler) assets() {
	for _, name := range []string{"page.css", "board.css", "flows.css"} {
		a := loadAsset("assets/"+name, name, "text/css; charset=utf-8")
		h.mux.Handle("GET /assets/"+name, a)
		h.styles = append(h.styles, a.address)
	}
	script := loadAsset("dist/app.js", "app.js", "text/javascript; charset=utf-8")
	h.script = script.address
	h.mux.Handle("GET /assets/app.js", script)
	h.mux.Handle("GET /assets/icon.svg", loadAsset("assets/icon.svg", "icon.svg", "image/svg+xml"))
}

// loadAsset reads an embedded file; one that is not there has no address.
func loadAsset(path, name, kind string) asset {
	content, err := files.ReadFile(path)
	if err != nil {
		return asset{}
	}
	sum := sha256.Sum256(content)
	return asset{content, kind, "/assets/" + name + "?v=" + hex.EncodeToString(sum[:6])}
}

func (a asset) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if a.content == nil {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", a.kind)
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	_, _ = w.Write(a.content) // the client went away: nobody to tell
}
