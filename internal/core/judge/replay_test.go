package judge_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"slipway.dev/internal/core/judge"
)

func TestParseTicksRefuses(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]string{
		`{`:                    "ends within its JSON object",
		`[]`:                   "cannot be array",
		`{"t":1,"flow":"a"} x`: "has something after its JSON object",
		`{"t":1,"flow":"a","canary":{"n":1,"errros":1}}`: "unknown field",
		`{"t":1,"flow":""}`:                                       "flow is empty",
		`{"t":-1,"flow":"a"}`:                                     "t is -1",
		`{"t":1e300,"flow":"a"}`:                                  "t is 1e+300",
		`{"t":1e999,"flow":"a"}`:                                  "t cannot be number 1e999",
		`{"t":"1","flow":"a"}`:                                    "t cannot be string",
		`{"t":NaN,"flow":"a"}`:                                    "invalid character 'N'",
		`{"t":1,"flow":"a","canary":{"n":-1}}`:                    "canary.n cannot be number -1",
		`{"t":1,"flow":"a","canary":{"n":1.5}}`:                   "canary.n cannot be number 1.5",
		`{"t":1,"flow":"a","canary":{"n":1,"errors":2}}`:          "canary.errors is 2, more than its 1 requests",
		`{"t":1,"flow":"a","baseline":{"n":1000000000001}}`:       "baseline.n is 1000000000001: at most",
		`{"t":1,"flow":"a","baseline":{"n":1,"slow":{"0.1":2}}}`:  `baseline.slow["0.1"] is 2, more than`,
		`{"t":1,"flow":"a","baseline":{"n":1,"slow":{"fast":1}}}`: `the bound "fast"`,
		`{"t":1,"flow":"a","baseline":{"n":1,"slow":{"Inf":1}}}`:  `the bound "Inf"`,
		`{"t":1,"flow":"a","criticality":"extreme"}`:              "it is low, medium or high",
		`{"t":1,"flow":"a","availability":99.9}`:                  "a share from 0 to 1",
		`{"t":0.5,"flow":"a"}`:                                    "t 0.5 comes after 1",
		`{"t":1,"flow":"` + strings.Repeat("a", 1<<20) + `"}`:     "is longer than",
	} {
		_, err := judge.ParseTicks([]byte(`{"t":1,"flow":"a","canary":{"n":1},"baseline":{"n":1}}` + "\n\n" + line))
		if err == nil || !strings.Contains(err.Error(), "line 3: ") || !strings.Contains(err.Error(), want) {
			t.Errorf("%.60s: %v, want %s", line, err, want)
		}
	}
}

func recorded(t testing.TB, ticks int, line string, args ...func(second int) any) []judge.Line {
	t.Helper()
	var text strings.Builder
	for second := range ticks {
		values := make([]any, len(args))
		for i, arg := range args {
			values[i] = arg(second)
		}
		fmt.Fprintf(&text, line, values...)
	}
	lines, err := judge.ParseTicks([]byte(text.String()))
	if err != nil {
		t.Fatal(err)
	}
	return lines
}

func at(second int) any { return second * 5 }

func TestReplayVerdicts(t *testing.T) {
	t.Parallel()
	const fine = `{"t":%[1]v,"flow":"list","canary":{"n":100,"errors":0},"baseline":{"n":900,"errors":4}}` + "\n"
	for name, c := range map[string]struct {
		text  string
		want  judge.Outcome
		tick  float64
		about string
	}{
		"promote":  {fine, judge.Promote, 20, "Proven fine: list."},
		"rollback": {fine + `{"t":%[1]v,"flow":"buy","canary":{"n":20,"errors":4},"baseline":{"n":180,"errors":1}}` + "\n", judge.Rollback, 5, "buy: 8 of 40 (20%) of the canary fail, 2 of 360 (0.56%) of the baseline."},
		"slower":   {`{"t":%v,"flow":"list","canary":{"n":20,"slow":{"0.1":19,"0.5":12}},"baseline":{"n":180,"slow":{"0.1":60,"0.5":5}}}` + "\n", judge.Rollback, 0, "More requests than the baseline's are slower than 0.5s."},
		"low":      {fine + `{"t":%[1]v,"flow":"plan","criticality":"low","canary":{"n":20,"errors":9},"baseline":{"n":180,"errors":1}}` + "\n", judge.Promote, 20, "Proven fine: list."},
		"unknown":  {fine + `{"t":%[1]v,"flow":"buy","canary":{"n":0},"baseline":{"n":0}}` + "\n", judge.Hold, 495, "Not enough data: buy: no request has reached the canary."},
		"alone":    {`{"t":%v,"flow":"buy","canary":{"n":20,"errors":3}}` + "\n", judge.Rollback, 65, "there is no baseline to compare with"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := judge.Replay(judge.Options{}, nil, recorded(t, 100, c.text, at))
			if r.Verdict != c.want || r.Tick != c.tick || !strings.Contains(r.Reason, c.about) {
				t.Errorf("%s at %g: %s", r.Verdict, r.Tick, r.Reason)
			}
			if name == "low" && (len(r.Warnings) != 1 || r.Warnings[0].Flow != "plan") {
				t.Errorf("warnings %+v", r.Warnings)
			}
		})
	}
}

// TestReplayShape holds the words that programs read.
func TestReplayShape(t *testing.T) {
	t.Parallel()
	for _, lines := range [][]judge.Line{nil, recorded(t, 3, `{"t":%v,"flow":"a","canary":{"n":9},"baseline":{"n":9}}`+"\n", at)} {
		text, err := json.Marshal(judge.Replay(judge.Options{}, nil, lines))
		if err != nil {
			t.Fatal(err)
		}
		var r struct {
			Verdict  string           `json:"verdict"`
			Tick     *float64         `json:"tick"`
			Evidence []map[string]any `json:"evidence"`
		}
		if err := json.Unmarshal(text, &r); err != nil || r.Verdict != "hold" || r.Tick == nil || r.Evidence == nil || len(r.Evidence) != len(lines) {
			t.Errorf("%v: %s", err, text)
		}
		for _, e := range r.Evidence {
			if e["flow"] != "a" || e["t"] == nil || e["lnErrors"] == nil {
				t.Errorf("%+v", e)
			}
		}
	}
}

// FuzzParse: whatever is in a file, it is refused with its line, or judged to the end with
// figures that can be written down.
func FuzzParse(f *testing.F) {
	f.Add([]byte(`{"t":1,"flow":"a","canary":{"n":10,"errors":5,"slow":{"0.1":3}},"baseline":{"n":90,"errors":1,"slow":{"0.1":9,"1":1}}}`))
	f.Add([]byte(`{"t":1,"flow":"a","criticality":"low","availability":1,"canary":{"n":1000000000000,"errors":5}}` + "\n" +
		`{"t":1,"flow":"a","baseline":{"n":1000000000000,"errors":1000000000000}}` + "\n" + `{"t":999999999,"flow":"b"}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		lines, err := judge.ParseTicks(data)
		if err != nil {
			if !strings.HasPrefix(err.Error(), "line ") {
				t.Errorf("which line? %v", err)
			}
			return
		}
		if _, err := json.Marshal(judge.Replay(judge.Options{}, nil, lines)); err != nil {
			t.Error(err)
		}
	})
}

// TestOneTick: lines of the same time are judged together.
func TestOneTick(t *testing.T) {
	t.Parallel()
	r := judge.Replay(judge.Options{}, nil, recorded(t, 2, `{"t":%[1]v,"flow":"buy","canary":{"n":90,"errors":90},"baseline":{"n":90}}
{"t":%[1]v,"flow":"list","canary":{"n":90},"baseline":{"n":90}}
`, at))
	if r.Verdict != judge.Rollback || r.Tick != 0 || len(r.Evidence) != 2 || r.Evidence[1].Canary.N != 90 {
		t.Errorf("%+v", r)
	}
}
