package smoke

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/itchyny/gojq"

	"slipway.dev/internal/core/config"
)

// meets says what of an answer is not as expected; nil: nothing.
func meets(ctx context.Context, want config.Expect, got answer) error {
	status := want.Status
	if status == 0 {
		status = http.StatusOK
	}
	if got.status != status {
		return fmt.Errorf("answered %d, expected %d; the body ends with %s", got.status, status, tail(got.body))
	}
	for _, name := range slices.Sorted(maps.Keys(want.Headers)) {
		if err := match(want.Headers[name], strings.Join(got.header.Values(name), ", ")); err != nil {
			return fmt.Errorf("answered with header %s: %w", name, err)
		}
	}
	if want.Body != "" {
		if err := match(want.Body, string(got.body)); err != nil {
			return fmt.Errorf("answered with a body: %w", err)
		}
	}
	if want.JQ != "" {
		if err := holds(ctx, want.JQ, got.body); err != nil {
			return fmt.Errorf("answered: jq %s: %w", want.JQ, err)
		}
	}
	if want.Within > 0 && got.took > want.Within {
		return fmt.Errorf("took %s, expected at most %s", got.took.Round(time.Millisecond), want.Within)
	}
	return nil
}

func match(pattern, text string) error {
	re, err := regexp.Compile(pattern)
	if err != nil {
		return err
	}
	if !re.MatchString(text) {
		return fmt.Errorf("%s, expected a match of %s", tail([]byte(text)), pattern)
	}
	return nil
}

// holds evaluates a jq expression on JSON; its first result must be true. The expression
// sees neither environment nor files, and ends with ctx.
func holds(ctx context.Context, expression string, body []byte) error {
	query, err := gojq.Parse(expression)
	if err != nil {
		return err
	}
	code, err := gojq.Compile(query)
	if err != nil {
		return err
	}
	var input any
	if err := json.Unmarshal(body, &input); err != nil {
		return fmt.Errorf("%s is no JSON: %w", tail(body), err)
	}
	result, ok := code.RunWithContext(ctx, input).Next()
	if !ok {
		return fmt.Errorf("gave nothing, expected true")
	}
	if err, failed := result.(error); failed {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		return err
	}
	if result != true {
		shown, err := gojq.Marshal(result)
		if err != nil {
			return err
		}
		return fmt.Errorf("gave %s, expected true", tail(shown))
	}
	return nil
}

// tail quotes the end of a text for a person: errors stand at the end.
func tail(text []byte) string {
	const most = 160
	s := strings.TrimSpace(string(text))
	if s == "" {
		return "(empty)"
	}
	if len(s) > most {
		s = "…" + strings.ToValidUTF8(s[len(s)-most:], "")
	}
	return fmt.Sprintf("%q", s)
}
