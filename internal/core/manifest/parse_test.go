package manifest

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

var update = flag.Bool("update", false, "record the errors in testdata anew")

// corpus gives the files of a folder of testdata.
func corpus(t testing.TB, folder string) map[string][]byte {
	t.Helper()
	files, err := filepath.Glob("testdata/" + folder + "/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no files in %s (%v)", folder, err)
	}
	out := map[string][]byte{}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		out[filepath.Base(file)] = data
	}
	return out
}

func TestParseGood(t *testing.T) {
	t.Parallel()
	for file, data := range corpus(t, "good") {
		found, problems := Parse(file, data)
		if len(problems) > 0 || len(found) != strings.Count(string(data), "\n---\n")+1 {
			t.Errorf("%s: %d resources and\n%v", file, len(found), problems)
		}
		for _, r := range found {
			loaded, err := Load(r.Document())
			if diff := cmp.Diff(r, loaded, cmpopts.IgnoreFields(Resource{}, "At"), cmpopts.IgnoreUnexported(Resource{})); err != nil || diff != "" {
				t.Errorf("%s: loaded %v\n%s", r.ID(), err, diff)
			}
		}
	}
}

// Each bad file has its errors beside it.
func TestParseBad(t *testing.T) {
	t.Parallel()
	for file, data := range corpus(t, "bad") {
		_, problems := Parse(file, data)
		got := problems.Error() + "\n"
		golden := "testdata/bad/" + strings.TrimSuffix(file, ".yaml") + ".txt"
		if *update {
			if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(golden)
		if diff := cmp.Diff(string(want), got); err != nil || diff != "" {
			t.Errorf("%s: %v (-want +got)\n%s", file, err, diff)
		}
		if len(problems) == 0 {
			t.Errorf("%s: no problem", file)
		}
	}
}

func TestParseReadsTheValues(t *testing.T) {
	t.Parallel()
	found, problems := Parse("shop.yaml", corpus(t, "good")["shop.yaml"])
	if problems != nil {
		t.Fatal(problems)
	}
	s, err := found[0].Service()
	if err != nil {
		t.Fatal(err)
	}
	if s.Run.Limits.Memory.Bytes() != 128<<20 || s.Run.Limits.CPU.Cores() != 0.5 || s.Rollback.Errors.Share() != 0.025 ||
		s.Rollback.Warm.Value().Hours() != 26 || s.Strategy.Canary.Steps[1].Pause.Value().Seconds() != 90 {
		t.Errorf("scalars are read wrong: %+v", s)
	}
	want := map[EnvName]Text{"CURRENCY": "EUR", "DEBUG": "false", "RATE": "0.5", "EMPTY": "", "SINCE": "2026-01-01"}
	if diff := cmp.Diff(want, s.Config); diff != "" {
		t.Error(diff)
	}
	if found[0].At != (Position{"shop.yaml", 2, 1}) || found[0].Team != "box-office" || found[0].Labels["shelf"] != "7" {
		t.Errorf("header: %+v", found[0])
	}
}

// The same content gives the same digest, however it is written.
func TestDigestIsOfTheContent(t *testing.T) {
	t.Parallel()
	a, _ := Parse("a", []byte("apiVersion: slipway.dev/v1\nkind: Team\nmetadata: {name: a}\nspec: {members: [{name: Ada, email: a@b.c}]}"))
	b, _ := Parse("b", []byte("# hello\nkind: Team\nspec:\n  members:\n  - {email: a@b.c, name: 'Ada'}\nmetadata: {name: a}\napiVersion: slipway.dev/v1\n"))
	c, _ := Parse("c", []byte("kind: Team\nspec: {members: [{name: Bob}]}\nmetadata: {name: a}\napiVersion: slipway.dev/v1\n"))
	if a[0].Digest != b[0].Digest || a[0].Digest == c[0].Digest {
		t.Errorf("digests %s %s %s", a[0].Digest, b[0].Digest, c[0].Digest)
	}
}

// What was only looked at has neither spec nor digest, and is the same for the rest.
func TestLook(t *testing.T) {
	t.Parallel()
	const text = "{apiVersion: slipway.dev/v1, kind: Team, metadata: {name: box, labels: {b: c}}, spec: {onCall: [ada]}}"
	kept, problems := Parse("f", []byte(text))
	looked, _ := Look("f", text)
	if problems != nil || len(looked) != 1 || looked[0].Spec != nil || looked[0].Digest != "" {
		t.Fatal(problems, looked)
	}
	if a, b := string(looked[0].Document()), string(kept[0].Document()); a != b {
		t.Errorf("%s is not %s", a, b)
	}
	if team, err := looked[0].TeamSpec(); err != nil || len(team.OnCall) != 1 || looked[0].At != kept[0].At {
		t.Errorf("%+v %v", team, err)
	}
}

func TestParseIsBounded(t *testing.T) {
	t.Parallel()
	bomb := "a: &a [x,x,x,x,x,x,x,x,x]\n"
	for c := 'b'; c < 'k'; c++ {
		bomb += string(c) + ": &" + string(c) + " [" + strings.Repeat("*"+string(c-1)+",", 9) + "]\n"
	}
	team := "apiVersion: slipway.dev/v1\nkind: Team\nmetadata: {name: a}\nspec: {members: "
	for name, c := range map[string]struct{ text, want string }{
		"large":   {strings.Repeat("#", MaxFile+1), "larger than 1 MB"},
		"deep":    {strings.Repeat("[", 20_000), "depth"},
		"bomb":    {bomb, "unknown field"},
		"members": {team + "[" + strings.Repeat("{name: a},", 1001) + "]}", "0 to 1000 entries"},
		"many":    {strings.Repeat("--- a\n", 1002), "more than 1000 documents"},
		"errors":  {team + "[" + strings.Repeat("{},", 900) + "]}", "and 700 more"},
	} {
		if _, problems := Parse(name, []byte(c.text)); !strings.Contains(problems.Error(), c.want) || len(problems) > maxProblems+1 {
			t.Errorf("%s: %d problems, want %q:\n%.500s", name, len(problems), c.want, problems)
		}
	}
}

// What YAML reads in more than one way is refused.
func TestNumbersArePlain(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"replicas: 7": "", "replicas: 0o7": "plain digits", "replicas: 010": "plain digits", "replicas: 0x1F": "plain digits", "replicas: 1_0": "plain digits",
		"replicas: +3": "plain digits", "replicas: 7.0": "expected here", "limits: {cpu: 0.5}": "", "limits: {cpu: 2e0}": "", "limits: {cpu: 010}": "is not a number of cores",
		"limits: {cpu: 0x2}": "is not a number of cores", "limits: {cpu: .inf}": "is not a number of cores", "limits: {cpu: 0.00001}": "is not a number of cores",
	} {
		_, problems := Parse("f", []byte("apiVersion: slipway.dev/v1\nkind: Service\nmetadata: {name: a, team: b}\nspec: {image: \"a:1\", run: {"+text+"}}"))
		if (want == "") != (len(problems) == 0) || !strings.Contains(problems.Error(), want) {
			t.Errorf("%s: %v", text, problems)
		}
	}
}

func TestLoadRefuses(t *testing.T) {
	t.Parallel()
	for _, stored := range []string{"", "[]", "{}", `{"apiVersion":"slipway.dev/v9","kind":"Team","metadata":{"name":"a"}}`,
		`{"apiVersion":"slipway.dev/v1","kind":"Flaw","metadata":{"name":"a"}}`, `{"apiVersion":"slipway.dev/v1","kind":"Team"}`} {
		if r, err := Load([]byte(stored)); err == nil {
			t.Errorf("%s is loaded as %+v", stored, r)
		}
	}
}
