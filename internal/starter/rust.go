package starter

import (
	"bytes"
	"path"
	"regexp"
)

var crateName = regexp.MustCompile(`(?m)^\[package\][^\[]*?^name\s*=\s*"([A-Za-z0-9_-]+)"`)

// rustServices finds crates with a program.
func rustServices(t *tree, _ *Guess) []Service {
	var out []Service
	for _, folder := range t.order {
		cargo := t.read(folder, "Cargo.toml")
		name := crateName.FindSubmatch(cargo)
		if name == nil || !t.has(path.Join(folder, "src"), "main.rs") && !bytes.Contains(cargo, []byte("[[bin]]")) {
			continue
		}
		program := string(name[1])
		out = append(out, Service{
			Name: label(program), Path: folder, Because: "Cargo.toml has the program " + program,
			Build:   `cargo build --release --target-dir "$TMPDIR/target" && cp "$TMPDIR/target/release/` + program + `" "$OUT/"`,
			Command: []string{"./" + program},
		})
	}
	return out
}
