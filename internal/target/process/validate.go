package process

import (
	"path/filepath"
	"regexp"
	"strings"

	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/target"
)

var (
	idRule   = regexp.MustCompile(`^[a-z0-9]([a-z0-9.-]{0,198}[a-z0-9])?$`)
	nameRule = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]{0,127}$`)
)

func checkID(id string) error {
	if !idRule.MatchString(id) || strings.Contains(id, "..") {
		return fault.New(fault.Invalid, "instance ID %q: only a-z, 0-9, single dots and hyphens", id)
	}
	return nil
}

// check refuses an instance whose names could reach outside its directories.
func check(in target.Instance) error {
	if err := checkID(in.ID); err != nil {
		return err
	}
	if len(in.Command) == 0 || in.Command[0] == "" {
		return fault.New(fault.Invalid, "instance %s has no command", in.ID)
	}
	if in.Dir != "" && !filepath.IsLocal(in.Dir) {
		return fault.New(fault.Invalid, "instance %s: the directory %q is not below the artifact's root", in.ID, in.Dir)
	}
	for name, value := range in.Env {
		if !nameRule.MatchString(name) || strings.ContainsRune(value, 0) {
			return fault.New(fault.Invalid, "instance %s: %q is not a possible environment variable", in.ID, name)
		}
	}
	for name := range in.Files {
		if !filepath.IsLocal(name) || name == "." || strings.ContainsRune(name, 0) {
			return fault.New(fault.Invalid, "instance %s: config file %q is not a name below the config directory", in.ID, name)
		}
	}
	for name, ref := range in.Secrets {
		if !nameRule.MatchString(name) {
			return fault.New(fault.Invalid, "instance %s: %q is not a possible name of a secret: letters, digits and _", in.ID, name)
		}
		if n, v, ok := strings.Cut(ref, "@"); !ok || n == "" || v == "" {
			return fault.New(fault.Invalid, "instance %s: secret %s: %q is not name@version", in.ID, name, ref)
		}
	}
	return nil
}
