package judge

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"strconv"
)

// Line is one line of recorded ticks: what one flow saw until T seconds after the start,
// since its line before.
type Line struct {
	T            float64     `json:"t"`
	Flow         string      `json:"flow"`
	Criticality  Criticality `json:"criticality,omitempty"`  // high, if no line of the flow says
	Availability float64     `json:"availability,omitempty"` // 0 to 1; DefaultAvailability, if no line of the flow says
	Synthetic    bool        `json:"synthetic,omitempty"`    // made by ourselves; see Flow
	Options      *Options    `json:"options,omitempty"`      // by which it was judged; on the first line
	Canary       LineCounts  `json:"canary"`
	Baseline     LineCounts  `json:"baseline"`
}

// LineCounts are one side's counts. Slow has the number of requests slower than a bound in
// seconds; a bound that is not there was exceeded by none, and without any bound latency was
// not measured.
type LineCounts struct {
	N      uint64            `json:"n"`
	Errors uint64            `json:"errors"`
	Slow   map[string]uint64 `json:"slow,omitempty"`
}

const (
	maxLine    = 1 << 20 // bytes
	maxSeconds = 1e9
)

// ParseTicks reads recorded ticks: JSON lines, in the order of their time. Empty lines are
// skipped. The error names the line, and what is wrong with it.
func ParseTicks(data []byte) ([]Line, error) {
	var lines []Line
	var before float64
	number := 0
	for text := range bytes.Lines(data) {
		number++
		text = bytes.TrimSpace(text)
		if len(text) == 0 {
			continue
		}
		line, err := parseLine(text)
		if err == nil && line.T < before {
			err = fmt.Errorf("t %g comes after %g: sort the lines by t", line.T, before)
		}
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", number, err)
		}
		before = line.T
		lines = append(lines, line)
	}
	return lines, nil
}

func parseLine(text []byte) (Line, error) {
	var line Line
	if len(text) > maxLine {
		return line, fmt.Errorf("is longer than %d bytes", maxLine)
	}
	in := json.NewDecoder(bytes.NewReader(text))
	in.DisallowUnknownFields()
	if err := in.Decode(&line); err != nil {
		return line, plain(err)
	}
	if _, err := in.Token(); !errors.Is(err, io.EOF) {
		return line, errors.New("has something after its JSON object")
	}
	return line, line.check()
}

// plain says what a person can make use of.
func plain(err error) error {
	var wrong *json.UnmarshalTypeError
	if errors.As(err, &wrong) {
		return fmt.Errorf("%s cannot be %s: counts are whole numbers from 0 to %d", wrong.Field, wrong.Value, uint64(maxCount))
	}
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return errors.New("ends within its JSON object: each tick has one line of its own")
	}
	return err
}

func (l Line) check() error {
	switch {
	case !(l.T >= 0 && l.T <= maxSeconds):
		return fmt.Errorf("t is %g: it is the seconds since the start", l.T)
	case l.Flow == "":
		return errors.New("flow is empty: it is the name of a flow")
	case !slices.Contains([]Criticality{"", Low, Medium, High}, l.Criticality):
		return fmt.Errorf("criticality is %q: it is low, medium or high", l.Criticality)
	case !(l.Availability >= 0 && l.Availability <= 1):
		return fmt.Errorf("availability is %g: it is a share from 0 to 1", l.Availability)
	}
	return errors.Join(l.Canary.check("canary"), l.Baseline.check("baseline"))
}

func (c LineCounts) check(side string) error {
	if c.N > maxCount {
		return fmt.Errorf("%s.n is %d: at most %d", side, c.N, uint64(maxCount))
	}
	if c.Errors > c.N {
		return fmt.Errorf("%s.errors is %d, more than its %d requests", side, c.Errors, c.N)
	}
	if len(c.Slow) > maxBounds {
		return fmt.Errorf("%s.slow has %d bounds: at most %d", side, len(c.Slow), maxBounds)
	}
	for _, bound := range slices.Sorted(maps.Keys(c.Slow)) {
		if seconds, err := strconv.ParseFloat(bound, 64); err != nil || !(seconds > 0) || math.IsInf(seconds, 0) {
			return fmt.Errorf("%s.slow has the bound %q: it is a number of seconds", side, bound)
		}
		if c.Slow[bound] > c.N {
			return fmt.Errorf("%s.slow[%q] is %d, more than its %d requests", side, bound, c.Slow[bound], c.N)
		}
	}
	return nil
}
