package manifest

import (
	"bytes"
	"testing"
)

// Whatever is in a file: no panic, each problem has a place in the file, and what is
// accepted is the same after it was written and read.
func FuzzParse(f *testing.F) {
	for _, folder := range []string{"good", "bad"} {
		for _, data := range corpus(f, folder) {
			f.Add(data)
		}
	}
	s := compiled(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		found, problems := Parse("f", data)
		lines := bytes.Count(data, []byte("\n")) + bytes.Count(data, []byte("\r")) + 3
		for _, p := range problems {
			if p.Line < 1 || p.Column < 1 || p.Text == "" || p.Line > lines {
				t.Errorf("problem without a place: %+v", p)
			}
		}
		for _, r := range found {
			again, problems := Parse("again", r.Document())
			if len(problems) > 0 || len(again) != 1 || again[0].Digest != r.Digest || !bytes.Equal(again[0].Spec, r.Spec) {
				t.Fatalf("parsed again: %v\n%s", problems, r.Document())
			}
			loaded, err := Load(r.Document())
			if err != nil || loaded.Digest != r.Digest || !bytes.Equal(loaded.Spec, r.Spec) || loaded.ID() != r.ID() {
				t.Errorf("loaded: %v\n%s\n%s", err, r.Document(), loaded.Document())
			}
			docs, ok := documents(r.Document())
			if !ok || len(docs) != 1 || s.Validate(docs[0]) != nil {
				t.Errorf("the schema does not accept %s", r.Document())
			}
		}
		if docs, ok := documents(data); ok && len(problems) == 0 {
			for _, doc := range docs {
				if err := s.Validate(doc); err != nil {
					t.Errorf("the parser accepts what the schema does not: %v\n%s", err, data)
				}
			}
		}
		Check(found, nil, false)
	})
}
