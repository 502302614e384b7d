package demo

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"

	"slipway.dev/client/model"
)

// seatsSold is how many seats the runbook is told of, and shareCents what the bands get of
// 42 euros for each.
const (
	seatsSold  = 120
	shareCents = seatsSold * 4200 * 8 / 10
)

// Runbook is what came of a run whose control plane was killed.
type Runbook struct {
	Run            string  `json:"run"`
	Version        string  `json:"version"` // of the workflow
	Status         string  `json:"status"`
	Kills          int     `json:"kills"`          // of the control plane, while it was under way
	RestartSeconds float64 `json:"restartSeconds"` // the longest from a kill until the control plane answered again
	Steps          int     `json:"steps"`          // that its replay has
	Seconds        float64 `json:"seconds"`        // from its begin to its end
	Bank           struct {
		Asked     int `json:"asked"` // for a reservation: twice it was busy
		Reserved  int `json:"reserved"`
		Transfers int `json:"transfers"`
	} `json:"bank"` // what the service counted
	Output struct {
		Concert  string `json:"concert"`
		Cents    int    `json:"cents"`
		Checked  int    `json:"checked"` // services
		Agreed   string `json:"agreed"`  // who
		Transfer string `json:"transfer"`
	} `json:"output"`
}

// atBank asks the bank what a run asked of it.
func (s *stage) atBank(ctx context.Context, run string) (json.RawMessage, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.services()+"/"+bank+"/accounts", nil)
	if err != nil {
		return nil, err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	var accounts map[string]json.RawMessage
	if err := json.NewDecoder(io.LimitReader(resp.Body, 1<<20)).Decode(&accounts); err != nil {
		return nil, fmt.Errorf("the bank answers %s: %w", resp.Status, err)
	}
	return accounts[run], nil
}

// beginRun takes note of a run that has begun.
func (m *measures) beginRun(id string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.runbook = &Runbook{Run: id}
}

// run is the run that was begun last; "": none.
func (m *measures) run() string {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.runbook == nil {
		return ""
	}
	return m.runbook.Run
}

// killed takes note that the control plane was killed, and how long it took to be back.
func (m *measures) killed(took time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.runbook != nil && m.runbook.Status == "" {
		m.runbook.Kills++
		m.runbook.RestartSeconds = max(m.runbook.RestartSeconds, round(took.Seconds(), 3))
	}
}

// endRun takes note of how the run ended, and of what the bank counted.
func (m *measures) endRun(r model.RunDetail, steps []model.RunStep, counted json.RawMessage) (Runbook, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	told := m.runbook
	told.Version, told.Status, told.Steps = r.Version, r.Status, len(steps)
	told.Seconds = round(r.EndedAt.Sub(r.StartedAt).Seconds(), 3)
	if err := json.Unmarshal(counted, &told.Bank); err != nil {
		return *told, fmt.Errorf("what the bank counted of %s: %w", r.ID, err)
	}
	if r.Status != "completed" {
		return *told, nil
	}
	d := json.NewDecoder(bytes.NewReader(r.Output))
	d.DisallowUnknownFields()
	return *told, d.Decode(&told.Output)
}

// check is nil if the run ended right, and nothing was done twice.
func (r Runbook) check() error {
	o := r.Output
	switch {
	case r.Status != "completed":
		return &Otherwise{fmt.Sprintf("the run %s was to be completed, and is %s", r.Run, r.Status)}
	case r.Bank.Asked != 3 || r.Bank.Reserved != 1 || r.Bank.Transfers != 1:
		return &Otherwise{fmt.Sprintf("the bank was to be asked 3 times, and to reserve and pay once; it counted %+v", r.Bank)}
	case o.Concert != "four-cellos" || o.Cents != shareCents || o.Checked != 2 || o.Agreed != agreer || o.Transfer != "T-1":
		return &Otherwise{fmt.Sprintf("the output of %s is %+v", r.Run, o)}
	}
	return nil
}

// write sums a runbook up for a person.
func (r Runbook) write(w io.Writer) {
	fmt.Fprintf(w, "  runbook         %s %s in %s and %d steps; control plane killed %s, back within %s\n", r.Run, r.Status, seconds(r.Seconds), r.Steps, times(r.Kills), seconds(r.RestartSeconds))
	fmt.Fprintf(w, "  at the bank     asked %s, reserved %s, paid %s\n", times(r.Bank.Asked), times(r.Bank.Reserved), times(r.Bank.Transfers))
}
