package source

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// Commit is what is known of a commit. Names and texts are whatever the author wrote,
// made valid UTF-8 without control characters; they are not to be trusted.
type Commit struct {
	ID        string
	Parents   []string
	Author    Person
	Committer Person
	CoAuthors []Person  // of Co-authored-by trailers
	Authored  time.Time // UTC
	Committed time.Time // UTC
	Subject   string
	Body      string // the whole message after the subject, at most 16 kB
}

// Person is a name and an e-mail address as written in a commit: a claim.
type Person struct {
	Name  string
	Email string
}

// fields of a commit in git's log, each ended by NUL, which none of them can hold.
const fields = "%H%x00%P%x00%an%x00%ae%x00%at%x00%cn%x00%ce%x00%ct%x00%(trailers:key=Co-authored-by,valueonly,unfold)%x00%s%x00%b%x00"

const fieldCount = 11

// Commit gives what is known of a commit; fault.NotFound if it was never fetched.
func (m *Mirror) Commit(ctx context.Context, id string) (Commit, error) {
	if err := m.need(ctx, id); err != nil {
		return Commit{}, err
	}
	list, err := m.log(ctx, "--max-count=1", id)
	if err != nil {
		return Commit{}, err
	}
	if len(list) != 1 {
		return Commit{}, fmt.Errorf("git log gave %d commits for %s", len(list), id)
	}
	return list[0], nil
}

// Between gives the commits that are in new and not in old, newest first, at most limit;
// more says that there are others. After a force-push they are those of the new history.
// If old is empty or not known (any more), they are the last ones of new.
func (m *Mirror) Between(ctx context.Context, old, new string, limit int) (list []Commit, more bool, err error) {
	if err := m.need(ctx, new); err != nil {
		return nil, false, err
	}
	args := []string{"--max-count=" + strconv.Itoa(limit+1), new}
	if m.has(ctx, old) {
		args = append(args, "^"+old)
	}
	list, err = m.log(ctx, args...)
	if len(list) > limit {
		return list[:limit], true, err
	}
	return list, false, err
}

// Since is Between for two commits that must both be in the mirror.
func (m *Mirror) Since(ctx context.Context, old, new string, limit int) (list []Commit, more bool, err error) {
	if err := m.need(ctx, old); err != nil {
		return nil, false, err
	}
	return m.Between(ctx, old, new, limit)
}

func (m *Mirror) log(ctx context.Context, args ...string) ([]Commit, error) {
	out, err := m.read(ctx, append([]string{"log", "--no-color", "--no-show-signature", "--encoding=UTF-8", "--format=tformat:" + fields}, args...)...)
	if err != nil {
		return nil, err
	}
	var list []Commit
	parts := strings.Split(out, "\x00")
	for len(parts) > fieldCount {
		c, err := parseCommit(parts[:fieldCount])
		if err != nil {
			return nil, err
		}
		list, parts = append(list, c), parts[fieldCount:]
	}
	return list, nil
}

const maxBody = 16 << 10

func parseCommit(f []string) (Commit, error) {
	for i := range f {
		f[i] = strings.Map(printable, f[i]) // invalid UTF-8 becomes U+FFFD, too
	}
	id := strings.TrimPrefix(f[0], "\n")
	authored, err1 := strconv.ParseInt(f[4], 10, 64)
	committed, err2 := strconv.ParseInt(f[7], 10, 64)
	if CheckCommit(id) != nil || err1 != nil || err2 != nil {
		return Commit{}, fmt.Errorf("git log gave something else than a commit: %.60q", id)
	}
	return Commit{
		ID: id, Parents: strings.Fields(f[1]),
		Author: Person{f[2], f[3]}, Authored: time.Unix(authored, 0).UTC(),
		Committer: Person{f[5], f[6]}, Committed: time.Unix(committed, 0).UTC(),
		CoAuthors: coAuthors(f[8]), Subject: f[9], Body: strings.ToValidUTF8(f[10][:min(len(f[10]), maxBody)], ""),
	}, nil
}

// printable takes out what would drive a terminal.
func printable(r rune) rune {
	if r != '\n' && r != '\t' && unicode.IsControl(r) {
		return -1
	}
	return r
}

func coAuthors(lines string) []Person {
	var list []Person
	for line := range strings.Lines(lines) {
		name, rest, ok := strings.Cut(strings.TrimSpace(line), "<")
		email, _, closed := strings.Cut(rest, ">")
		if ok && closed {
			list = append(list, Person{Name: strings.TrimSpace(name), Email: strings.TrimSpace(email)})
		}
	}
	return list
}
