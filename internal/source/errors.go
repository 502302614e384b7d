package source

import (
	"errors"
	"fmt"
	"strings"

	"slipway.dev/internal/core/fault"
)

// What may be wrong with a source. Errors of a Fetch wrap one of these; what was fetched
// before stays readable.
var (
	ErrBranchGone     = errors.New("there is no such branch")
	ErrRepositoryGone = errors.New("there is no repository there")
	ErrNoAccess       = errors.New("access was refused")
	ErrUnreachable    = errors.New("it does not answer")
	ErrHostile        = errors.New("the repository holds objects that git refuses")
	ErrDamaged        = errors.New("the mirror is damaged")
	ErrDiskFull       = errors.New("the disk is full")
)

// commandError is a git command that failed, with what it said.
type commandError struct {
	command string // its name: "fetch"
	said    string // the end of its standard error
	err     error
}

func (e *commandError) Error() string {
	if e.said == "" {
		return "git " + e.command + ": " + e.err.Error()
	}
	return "git " + e.command + ": " + e.said
}

func (e *commandError) Unwrap() error { return e.err }

// kinds tells failures apart by what git says (in the C locale; its texts for these have
// not changed in ten years, and an unknown one is merely unreachable).
var kinds = []struct {
	err  error
	code fault.Code
	hint string
	says []string
}{
	{ErrDiskFull, fault.Unavailable, "free space where the control plane keeps its data; it is tried again",
		[]string{"no space left on device", "disk quota exceeded"}},
	{ErrHostile, fault.Refused, "git fsck in the repository names them; rewrite the history without them",
		[]string{"fsck error", "error: object ", "invalid index-pack output"}},
	{ErrNoAccess, fault.Denied, "check the source's credential, and that it may read this repository",
		[]string{"authentication failed", "permission denied", "could not read username", "could not read password", "returned error: 401", "returned error: 403", "terminal prompts disabled", "host key verification failed"}},
	{ErrRepositoryGone, fault.NotFound, "check the address; slipway source shows it",
		[]string{"does not appear to be a git repository", "repository not found", "not found", "does not exist", "returned error: 404", "not a git repository", "no such file or directory"}},
}

// classify makes a fault of a failed exchange with a remote repository.
func classify(err error, doing string) error {
	said := strings.ToLower(err.Error())
	for _, k := range kinds {
		for _, s := range k.says {
			if strings.Contains(said, s) {
				return fault.New(k.code, "%s", doing).WithHint("%s", k.hint).Because(fmt.Errorf("%w: %w", k.err, err))
			}
		}
	}
	return fault.New(fault.Unavailable, "%s", doing).
		WithHint("it is tried again; the last known commit stays").Because(fmt.Errorf("%w: %w", ErrUnreachable, err))
}

// damage are words of a git that reads a broken object store.
var damage = []string{
	"corrupt", "is empty", "bad object", "unable to read", "not a git repository", "missing blob", "missing tree",
	"inflate", "could not read", "cannot be accessed", "bad tree object", "does not match index", "loose object", "not a valid object", "bad signature", "index file",
	"unable to unpack", "invalid object", "unable to parse object", "unable to resolve reference", "cannot lock ref", "bad ref",
	"did not send all necessary objects", "failed to traverse",
}

func isDamage(err error) bool {
	var c *commandError
	if !errors.As(err, &c) {
		return errors.Is(err, ErrDamaged)
	}
	for line := range strings.SplitSeq(strings.ToLower(c.said), lineEnd) {
		if strings.HasPrefix(line, "remote:") {
			continue // that is the other side's damage
		}
		for _, s := range damage {
			if strings.Contains(line, s) {
				return true
			}
		}
	}
	return false
}
