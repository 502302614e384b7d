package gate

import "testing"

func TestDecide(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		verdicts []Verdict
		want     Verdict
		missing  int
	}{
		"no conditions":            {nil, Pass, 0},
		"all that let it pass":     {[]Verdict{Pass, Waived, NotApplicable}, Pass, 0},
		"one unknown":              {[]Verdict{Pass, Unknown}, Unknown, 1},
		"fail outweighs unknown":   {[]Verdict{Unknown, Fail, Pass}, Fail, 2},
		"a waiver hides no fail":   {[]Verdict{Waived, Fail}, Fail, 1},
		"no verdict is unknown":    {[]Verdict{""}, Unknown, 1},
		"a strange one is unknown": {[]Verdict{"passed"}, Unknown, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var conditions []Condition
			for _, v := range c.verdicts {
				conditions = append(conditions, Condition{Name: "c", Verdict: v})
			}
			if got := Decide(conditions); got != c.want {
				t.Errorf("Decide = %s, want %s", got, c.want)
			}
			if got := len(Missing(conditions)); got != c.missing {
				t.Errorf("%d missing, want %d", got, c.missing)
			}
		})
	}
}
