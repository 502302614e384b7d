package cli

import (
	"io"
	"os"
	"path/filepath"
	"slices"

	"slipway.dev/client/model"
	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/manifest"
)

// readManifests reads files and directories; none: this directory; "-": standard input.
func (s *session) readManifests(names []string) ([]model.File, error) {
	paths, err := manifestFiles(names)
	if err != nil {
		return nil, err
	}
	files := make([]model.File, len(paths))
	for i, p := range paths {
		if files[i], err = s.readManifest(p); err != nil {
			return nil, err
		}
	}
	return files, nil
}

// manifestFiles names the files of what readManifests reads.
func manifestFiles(names []string) ([]string, error) {
	if len(names) == 0 {
		names = []string{"."}
	}
	var files []string
	for _, name := range names {
		if name == "-" {
			if !slices.Contains(files, name) { // it can be read once
				files = append(files, name)
			}
			continue
		}
		paths, err := manifestsAt(name)
		if err != nil {
			return nil, err
		}
		files = append(files, paths...)
	}
	return files, nil
}

// readManifest reads one file, or standard input as "-".
func (s *session) readManifest(name string) (model.File, error) {
	if name == "-" {
		raw, err := io.ReadAll(io.LimitReader(s.in, manifest.MaxFile+1))
		if err != nil {
			return model.File{}, fault.New(fault.Invalid, "standard input cannot be read").Because(err)
		}
		return model.File{Name: "stdin", Content: string(raw)}, nil
	}
	raw, err := os.ReadFile(name)
	if err != nil {
		return model.File{}, fault.New(fault.Invalid, "a manifest cannot be read").Because(err)
	}
	return model.File{Name: name, Content: string(raw)}, nil
}

// manifestsAt finds what a name stands for. In a repository those are the files that its
// source would be read from; elsewhere all YAML files of the directory.
func manifestsAt(name string) ([]string, error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, fault.New(fault.NotFound, "there is no file or directory %s", name)
	}
	if !info.IsDir() {
		return []string{name}, nil
	}
	for _, patterns := range [][]string{{"slipway.yaml", "slipway.yml", ".slipway/*.yaml", ".slipway/*.yml"}, {"*.yaml", "*.yml"}} {
		var found []string
		for _, p := range patterns {
			matches, err := filepath.Glob(filepath.Join(escape(name), p))
			if err != nil {
				return nil, err
			}
			found = append(found, matches...)
		}
		if len(found) > 0 {
			slices.Sort(found)
			return found, nil
		}
	}
	return nil, fault.New(fault.NotFound, "there is no manifest in %s", name).
		WithHint("`slipway init` writes a first slipway.yaml")
}

// escape makes a path one that Glob takes as it is.
func escape(path string) string {
	var out []rune
	for _, r := range path {
		if r == '*' || r == '?' || r == '[' || r == '\\' {
			out = append(out, '\\')
		}
		out = append(out, r)
	}
	return string(out)
}

// readFile reads a file, or standard input as "-".
func (s *session) readFile(name string) ([]byte, error) {
	const most = 64 << 20
	in := s.in
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return nil, fault.New(fault.NotFound, "%s cannot be read", name).Because(err)
		}
		defer f.Close()
		in = f
	}
	raw, err := io.ReadAll(io.LimitReader(in, most+1))
	switch {
	case err != nil:
		return nil, fault.New(fault.Invalid, "%s cannot be read", name).Because(err)
	case len(raw) > most:
		return nil, fault.New(fault.TooLarge, "%s is larger than 64 MiB", name).WithHint("split it")
	}
	return raw, nil
}
