package model

import (
	"encoding/json"
	"time"
)

// Workflow is a workflow in an environment in which a version of it is active, or was.
type Workflow struct {
	Name        string    `json:"name"`
	Environment string    `json:"environment"`
	Team        string    `json:"team,omitempty"`
	Title       string    `json:"title,omitempty"`
	Status      string    `json:"status"`            // active, paused or inactive
	Reason      string    `json:"reason,omitempty"`  // why it is paused
	Version     string    `json:"version,omitempty"` // as its document says
	Release     string    `json:"release,omitempty"` // that brought it
	Digest      string    `json:"digest,omitempty"`  // of the definition
	Since       time.Time `json:"since,omitzero"`
	Schedule    string    `json:"schedule,omitempty"` // in words
	Next        time.Time `json:"next,omitzero"`      // when it runs by itself
	Running     []string  `json:"running,omitempty"`  // runs under way
	Waiting     int       `json:"waiting,omitempty"`  // runs that wait for those
	Skipped     int       `json:"skipped,omitempty"`  // times that it did not begin by itself since then
	Problem     string    `json:"problem,omitempty"`  // why it did not the last time
	Last        *RunEnd   `json:"last,omitempty"`
}

// RunEnd is how a run ended.
type RunEnd struct {
	Run    string    `json:"run"`
	Status string    `json:"status"`
	At     time.Time `json:"at"`
}

// WorkflowDetail is a workflow with its definition.
type WorkflowDetail struct {
	Workflow
	Definition json.RawMessage `json:"definition,omitempty"` // in the Open Workflow DSL, as JSON
	Input      json.RawMessage `json:"input,omitempty"`      // JSON Schema of its input: a form can be made of it
}

// RunRequest begins a run.
type RunRequest struct {
	Workflow    string          `json:"workflow" maxLength:"63"`
	Environment string          `json:"environment" maxLength:"63"`
	Input       json.RawMessage `json:"input,omitempty"` // any JSON value; default {}
}

// RunStarted is a run that has begun.
type RunStarted struct {
	Run      string `json:"run"`
	Position int64  `json:"position"`
}

// Run is one execution of a workflow.
type Run struct {
	ID          string      `json:"id"` // "<environment>.<workflow>.<number>"
	Workflow    string      `json:"workflow"`
	Environment string      `json:"environment"`
	Team        string      `json:"team,omitempty"`
	Version     string      `json:"version"`
	Digest      string      `json:"digest"`            // of the definition that it began with
	Status      string      `json:"status"`            // pending, running, waiting, suspended, unknown, cancelled, faulted or completed
	Trigger     string      `json:"trigger,omitempty"` // person, schedule, event, hook, workflow or deployment
	By          string      `json:"by"`                // whose rights it has
	Parent      string      `json:"parent,omitempty"`  // run that it is part of
	StartedAt   time.Time   `json:"startedAt"`
	EndedAt     time.Time   `json:"endedAt,omitzero"`
	Waits       []string    `json:"waits,omitempty"`  // for what, in words
	Reason      string      `json:"reason,omitempty"` // why it was cancelled or suspended
	Error       *RunProblem `json:"error,omitempty"`
}

// RunProblem is the error of a run or of a task, as RFC 9457 has it.
type RunProblem struct {
	Type     string `json:"type"`
	Status   int    `json:"status"`
	Title    string `json:"title,omitempty"`
	Detail   string `json:"detail,omitempty"`
	Instance string `json:"instance,omitempty"` // JSON Pointer of the task
}

// RunDetail is a run with its values and the tasks under way.
type RunDetail struct {
	Run
	Input   json.RawMessage `json:"input,omitempty"`
	Context json.RawMessage `json:"context,omitempty"`
	Output  json.RawMessage `json:"output,omitempty"`
	Tasks   []RunTask       `json:"tasks,omitempty"` // under way, from the outside in
}

// RunTask is a task under way.
type RunTask struct {
	Key     string    `json:"key"` // names it when its outcome must be settled
	Pointer string    `json:"pointer"`
	Name    string    `json:"name"`
	Kind    string    `json:"kind"`
	Waiting string    `json:"waiting,omitempty"` // effect, timer, event, task, child or unknown
	For     string    `json:"for,omitempty"`     // effect, task or run that it waits for
	Attempt int       `json:"attempt,omitempty"`
	Turn    int       `json:"turn,omitempty"` // of its loop
	Since   time.Time `json:"since,omitzero"`
	Until   time.Time `json:"until,omitzero"` // its timeout, or when it goes on
}

// RunStep is what one event did to a run, for a replay.
type RunStep struct {
	Number int        `json:"number"` // from 1
	At     time.Time  `json:"at"`
	Event  string     `json:"event"`
	Actor  string     `json:"actor"`
	Status string     `json:"status"` // of the run after it
	Traces []RunTrace `json:"traces,omitempty"`
}

// RunTrace is one thing that happened to a task, or to the run itself.
type RunTrace struct {
	What    string          `json:"what"` // "task.started", "task.completed", "task.faulted" …
	Pointer string          `json:"pointer,omitempty"`
	Key     string          `json:"key,omitempty"`
	Value   json.RawMessage `json:"value,omitempty"` // input or output
	Error   *RunProblem     `json:"error,omitempty"`
}

// RunsQuery says which runs to list.
type RunsQuery struct {
	Workflow    string
	Environment string
	Status      string
	Limit       int // 0: 100
}

// RunWhy is why a run is cancelled, suspended or continued.
type RunWhy struct {
	Reason string `json:"reason,omitempty" maxLength:"2000"`
}

// RunResume starts a run again from one of its tasks.
type RunResume struct {
	From    string `json:"from,omitempty" maxLength:"2000"` // JSON Pointer of the task; empty: the one that failed
	Version string `json:"version,omitempty" enum:",same,new"`
}

// RunSettle says what became of something whose outcome was lost.
type RunSettle struct {
	Task     string          `json:"task" maxLength:"4000"` // key of RunTask
	Decision string          `json:"decision" enum:"done,failed,again"`
	Output   json.RawMessage `json:"output,omitempty"` // with done
	Reason   string          `json:"reason,omitempty" maxLength:"2000"`
}

// EventReceipt says who took events in.
type EventReceipt struct {
	Events    int   `json:"events"`             // that were taken
	Delivered int   `json:"delivered"`          // to runs that listen and workflows that begin with them
	Position  int64 `json:"position,omitempty"` // of the last delivery in the journal
}
