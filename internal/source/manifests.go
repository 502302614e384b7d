package source

import (
	"context"
	"io"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"slipway.dev/internal/core/fault"
)

// File is a file of a commit.
type File struct {
	Path    string
	Content []byte
}

// Bounds of the manifests of one repository.
const (
	MaxManifests     = 500
	MaxManifestSize  = 1 << 20  // bytes of one
	MaxManifestTotal = 16 << 20 // bytes of all
)

// Manifests gives the manifests of a commit, sorted by path: slipway.yaml or slipway.yml
// at the top, and all .yaml and .yml files below .slipway. There may be none.
func (m *Mirror) Manifests(ctx context.Context, commit string) ([]File, error) {
	if err := m.need(ctx, commit); err != nil {
		return nil, err
	}
	var wanted []entry
	var total int64
	err := m.list(ctx, commit, []string{"slipway.yaml", "slipway.yml", ".slipway"}, true, func(e entry) error {
		if !strings.HasSuffix(e.path, ".yaml") && !strings.HasSuffix(e.path, ".yml") {
			return nil
		}
		wanted, total = append(wanted, e), total+e.size
		return checkManifest(e, len(wanted), total)
	})
	if err != nil {
		return nil, err
	}
	files := make([]File, 0, len(wanted))
	err = m.blobs(ctx, wanted, func(e entry, r io.Reader) error {
		content, err := io.ReadAll(r)
		files = append(files, File{Path: e.path, Content: content})
		return err
	})
	slices.SortFunc(files, func(a, b File) int { return strings.Compare(a.Path, b.Path) })
	return files, err
}

func checkManifest(e entry, count int, total int64) error {
	switch {
	case !plainName(e.path):
		return fault.New(fault.Invalid, "the manifest %q has a name with control characters or not in UTF-8", e.path).WithHint("rename it")
	case e.mode == "120000":
		return fault.New(fault.Invalid, "the manifest %s is a symbolic link", e.path).WithHint("put the file itself there")
	case e.kind != "blob":
		return fault.New(fault.Invalid, "%s is not a file", e.path).WithHint("manifests cannot come from submodules")
	case e.size > MaxManifestSize:
		return fault.New(fault.TooLarge, "the manifest %s has %d bytes; at most %d are read", e.path, e.size, MaxManifestSize)
	case count > MaxManifests || total > MaxManifestTotal:
		return fault.New(fault.TooLarge, "the repository has over %d manifests, or over %d bytes of them", MaxManifests, MaxManifestTotal).
			WithHint("it stopped at %s", e.path)
	}
	return nil
}

// plainName says whether a path can be shown and logged as it is.
func plainName(path string) bool {
	return utf8.ValidString(path) && !strings.ContainsFunc(path, func(r rune) bool { return !unicode.IsPrint(r) })
}
