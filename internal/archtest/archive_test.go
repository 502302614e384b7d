package archtest_test

import (
	"os"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
)

func readArchive(t *testing.T, path string) *txtar.Archive {
	t.Helper()
	archive, err := txtar.ParseFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return archive
}

func writeArchive(t *testing.T, path string, archive *txtar.Archive, comment string) {
	t.Helper()
	archive.Comment = []byte(comment)
	if err := os.WriteFile(path, txtar.Format(archive), 0o644); err != nil {
		t.Fatal(err)
	}
}

// splitComment parts the lines that begin with # from the rest.
func splitComment(comment string) (heading, rest string) {
	var head, tail strings.Builder
	for line := range strings.Lines(comment) {
		if strings.HasPrefix(line, "#") {
			head.WriteString(line)
		} else {
			tail.WriteString(line)
		}
	}
	return head.String(), tail.String()
}
