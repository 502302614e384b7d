package source

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"slipway.dev/internal/core/fault"
)

// maxContributors bounds how many people Contributors gives; more are an error.
const maxContributors = 5000

// machines are the committers of what people do on a forge's page (its merge button, its
// editor). The author of such a commit is the person; these are nobody. As authors they
// count like anybody else.
var machines = []Person{
	{"GitHub", "noreply@github.com"},
	{"GitLab", "noreply@gitlab.com"},
	{"Forgejo", "noreply@forgejo.org"},
	{"Gitea", "gitea@fake.local"},
}

// Contributors gives who wrote, helped to write (Co-authored-by, anywhere in the message) or
// committed a commit that is in to and not in from: each address once, in lower case. All
// of it is what commits claim. With an empty from they are those of all commits of to that
// change something at path; without a path, too, of all. A commit that is not in the mirror
// is fault.NotFound: then nobody can say who they are.
func (m *Mirror) Contributors(ctx context.Context, from, to, path string) ([]Person, error) {
	if from != "" {
		path = ""
	}
	return m.ContributorsTo(ctx, from, to, path)
}

// ContributorsTo is Contributors that counts only commits that change something at one of
// some paths, also if from is not empty. A merge does if what it has there is not what each
// of its parents has.
func (m *Mirror) ContributorsTo(ctx context.Context, from, to string, paths ...string) ([]Person, error) {
	paths = slices.DeleteFunc(slices.Clone(paths), func(p string) bool { return p == "" || p == "." })
	for _, p := range paths {
		if err := CheckPath(p); err != nil {
			return nil, err
		}
	}
	if err := m.need(ctx, to); err != nil {
		return nil, err
	}
	wanted := []string{to}
	if from != "" {
		if err := m.need(ctx, from); err != nil {
			return nil, err
		}
		wanted = append(wanted, "^"+from)
	}
	if len(paths) == 0 {
		return m.people(ctx, strings.NewReader(strings.Join(wanted, "\n")+"\n"))
	}
	commits, err := m.touching(ctx, wanted, paths)
	if err != nil || commits.Len() == 0 {
		return nil, err
	}
	return m.people(ctx, commits, "--no-walk=unsorted")
}

// touching lists those commits of a range that change something at paths. Git's own walk of
// a path would leave out a merge that takes one side's content and throws the other's away.
func (m *Mirror) touching(ctx context.Context, wanted, paths []string) (*bytes.Buffer, error) {
	all, err := m.read(ctx, append([]string{"rev-list"}, wanted...)...)
	if err != nil {
		return nil, err
	}
	m.swap.RLock()
	defer m.swap.RUnlock()
	var touching bytes.Buffer
	err = m.at("repo.git").stream(ctx, strings.NewReader(all), func(r io.Reader) error {
		return lines(r, func(line string) {
			if !strings.HasPrefix(line, ":") && CheckCommit(line) == nil { // with a parent each: an ID, and what differs
				touching.WriteString(line + "\n")
			}
		})
	}, append([]string{"diff-tree", "--stdin", "-m", "-r", "--root", "--no-renames", "--no-ext-diff", "--"}, paths...)...)
	return &touching, m.judge(ctx, err)
}

// people gives the contributors of commits that are named on git's standard input.
func (m *Mirror) people(ctx context.Context, stdin io.Reader, args ...string) ([]Person, error) {
	p := people{}
	const format = "--format=tformat:%H%x00%an%x00%ae%x00%cn%x00%ce%x00%B"
	m.swap.RLock()
	defer m.swap.RUnlock()
	err := m.at("repo.git").stream(ctx, stdin, func(r io.Reader) error {
		var f []string
		return visitNUL(r, func(field string) error {
			if f = append(f, field); len(f) < 6 {
				return nil
			}
			defer func() { f = f[:0] }()
			return p.commit(f)
		})
	}, append([]string{"log", "--stdin", "-z", "--no-color", "--no-show-signature", "--encoding=UTF-8", format}, args...)...)
	if err = m.judge(ctx, err); err != nil {
		return nil, err
	}
	list := make([]Person, 0, len(p))
	for _, one := range p {
		list = append(list, one)
	}
	slices.SortFunc(list, func(a, b Person) int { return strings.Compare(a.Email, b.Email) })
	return list, nil
}

// people are contributors by address.
type people map[string]Person

// commit adds the people of one: ID, author, their address, committer, theirs, message.
func (p people) commit(f []string) error {
	if CheckCommit(f[0]) != nil {
		return fmt.Errorf("git log gave something else than a commit: %.60q", f[0])
	}
	p.add(Person{f[1], f[2]})
	if committer := (Person{f[3], f[4]}); !slices.Contains(machines, committer) {
		p.add(committer)
	}
	for _, one := range helpers(f[5]) {
		p.add(one)
	}
	if len(p) > maxContributors {
		return fault.New(fault.TooLarge, "over %d people wrote the commits", maxContributors)
	}
	return nil
}

// Bounds of what a contributor is called, in bytes. An address that is longer is cut, so that
// it is nobody's.
const (
	maxPersonName  = 200
	maxPersonEmail = 320
)

func (p people) add(one Person) {
	one.Email = cut(strings.ToLower(oneLine(one.Email)), maxPersonEmail)
	one.Name = cut(oneLine(one.Name), maxPersonName)
	if one.Email == "" { // git takes that; somebody must be able to say whose it is
		one.Email = strings.ToLower("(no address) " + one.Name)
	}
	if _, there := p[one.Email]; !there {
		p[one.Email] = one
	}
}

// oneLine takes out what would drive a terminal or begin another line.
func oneLine(s string) string { return strings.Join(strings.Fields(strings.Map(printable, s)), " ") }

func cut(s string, most int) string {
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "")
}
