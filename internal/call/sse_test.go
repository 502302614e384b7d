package call

import (
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
)

func TestReadEvents(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		text string
		want []event
	}{
		{"data: a\n\n", []event{{data: "a"}}},
		{"data: a\r\n\r\ndata:b\r\n\r\n", []event{{data: "a"}, {data: "b"}}},
		{"data: a\r\rdata: b\r\r", []event{{data: "a"}, {data: "b"}}},
		{"\xef\xbb\xbfdata: a\n\n", []event{{data: "a"}}},
		{"id: 1\nevent: x\ndata: a\ndata:  b\n\ndata: c\n\n", []event{{"1", "x", "a\n b"}, {"1", "", "c"}}},
		{": comment\nretry: 10\nid: 2\n\nevent: none\n\ndata\n\n", []event{{"2", "", ""}}},
		{"id: 1\x002\ndata: a\n\ndata: cut off", []event{{data: "a"}}},
		{"data: a\n", nil},
		{"", nil},
	} {
		for name, read := range map[string]io.Reader{"whole": strings.NewReader(test.text), "bytes": iotest.OneByteReader(strings.NewReader(test.text))} {
			var got []event
			if err := readEvents(read, 1<<10, func(e event) bool { got = append(got, e); return true }); err != nil {
				t.Errorf("%q: %v", test.text, err)
			}
			if diff := cmp.Diff(test.want, got, cmp.AllowUnexported(event{})); diff != "" {
				t.Errorf("%q %s: %s", test.text, name, diff)
			}
		}
	}
	none := func(event) bool { return true }
	if err := readEvents(strings.NewReader(strings.Repeat("data: x\n\n", 1000)), 100, none); !errors.Is(err, errTooLong) {
		t.Errorf("too long: %v", err)
	}
	if err := readEvents(strings.NewReader(strings.Repeat("x", 1000)), 100, none); !errors.Is(err, errTooLong) {
		t.Errorf("too long a line: %v", err)
	}
}

// TestEventsAtOnce: an event is given when its last line has come, whatever ends its lines and
// though nothing more comes.
func TestEventsAtOnce(t *testing.T) {
	t.Parallel()
	for _, end := range []string{"\n", "\r\n", "\r"} {
		r, w := io.Pipe()
		got := make(chan event)
		go func() { _ = readEvents(r, 1<<10, func(e event) bool { got <- e; return true }) }()
		for range 3 {
			if _, err := io.WriteString(w, "data: a"+end+end); err != nil {
				t.Fatal(err)
			}
			if e := <-got; e.data != "a" {
				t.Errorf("%q: got %+v", end, e)
			}
		}
		w.Close()
	}
}

// FuzzReadEvents: however a stream comes in pieces, and whatever ends its lines, its events are the same.
func FuzzReadEvents(f *testing.F) {
	f.Add("data: a\r\n\r\ndata: b\rdata:c\n\nid: 1\n\n")
	f.Add("\xef\xbb\xbfdata\n\n:x\n\n")
	f.Fuzz(func(t *testing.T, text string) {
		read := func(r io.Reader) (all []event) {
			_ = readEvents(r, 1<<16, func(e event) bool { all = append(all, e); return true })
			return all
		}
		whole := read(strings.NewReader(text))
		if diff := cmp.Diff(whole, read(iotest.OneByteReader(strings.NewReader(text))), cmp.AllowUnexported(event{})); diff != "" {
			t.Error(diff)
		}
		unix := strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\r", "\n")
		if diff := cmp.Diff(whole, read(strings.NewReader(unix)), cmp.AllowUnexported(event{})); diff != "" {
			t.Error(diff)
		}
		for _, e := range whole {
			if strings.ContainsAny(e.id+e.name, "\r\n") || strings.Contains(e.data, "\r") {
				t.Errorf("an end of a line is in %+v", e)
			}
		}
	})
}
