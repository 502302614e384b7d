package call

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"
)

// filePath gives the path of a file: address, or of one that is relative and so beside the
// workflow. The host of "file://app/greet.proto" is the first folder of its path, as the
// specification's examples mean it.
func filePath(address string) (string, bool) {
	rest, isFile := strings.CutPrefix(address, "file:")
	if !isFile {
		scheme, _, found := strings.Cut(address, ":")
		if address == "" || found && !strings.ContainsAny(scheme, "/?#") {
			return "", false
		}
		rest = address
	}
	return strings.TrimPrefix(path.Clean("/"+strings.TrimLeft(rest, "/")), "/"), true
}

// readFile reads a file below the folder of files. Links that lead out of it are not followed.
func (a *attempt) readFile(name string) (*text, error) {
	if a.Files == "" {
		return nil, configuration("the file %q cannot be read: workflows read no files here; give its address with https://", brief(name))
	}
	root, err := os.OpenRoot(a.Files)
	if err != nil {
		return nil, configuration("the folder of files for workflows cannot be opened")
	}
	defer root.Close()
	info, err := root.Stat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, configuration("there is no file %q in the folder of files for workflows", brief(name))
	case err != nil || !info.Mode().IsRegular():
		return nil, configuration("%q is no file in the folder of files for workflows", brief(name))
	case info.Size() > maxDocument:
		return nil, tooLarge("the file "+brief(name), maxDocument)
	}
	f, err := root.Open(name)
	if err != nil {
		return nil, configuration("the file %q cannot be read", brief(name))
	}
	defer f.Close()
	body, err := io.ReadAll(io.LimitReader(f, maxDocument))
	if err != nil {
		return nil, configuration("the file %q cannot be read", brief(name))
	}
	t := newText(body)
	t.path = name
	return t, nil
}
