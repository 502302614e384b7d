package run

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"

	"slipway.dev/internal/core/workflow/interp"
	"slipway.dev/internal/job"
)

// process runs run.process.
func (d *Driver) process(ctx context.Context, e *effect, in interp.ProcessInput) (any, *interp.Problem) {
	j, problem := e.job(ctx, in)
	if problem != nil {
		return nil, problem
	}
	res, problem := e.run(ctx, j)
	if problem != nil {
		return nil, problem
	}
	return output(res, in.Return), failed(j, res, in.Return)
}

// run runs a job, and logs what it prints.
func (e *effect) run(ctx context.Context, j job.Job) (job.Result, *interp.Problem) {
	if e.d.Jobs == nil {
		return job.Result{}, missing("a " + j.Word())
	}
	add, done := e.d.Logs.write(e.at.Run)
	defer done()
	writer := func(stream string) *maskedWriter {
		return &maskedWriter{ring: e.ring, line: func(text string) {
			add(Line{At: e.d.Engine.Now(), Pointer: e.at.Pointer, Stream: stream, Text: text})
		}}
	}
	out, errs := writer("out"), writer("err")
	j.Name, j.Stdout, j.Stderr = e.key(), out, errs
	if j.Network && (e.d.Network == nil || !e.d.Network(e.at.Environment)) {
		return job.Result{}, problemf(interp.Authorization, 403, "processes may have no network here, and the task asks for it (metadata.network)")
	}
	res, err := e.d.Jobs.Run(ctx, j)
	out.flush()
	errs.flush()
	if err != nil {
		return res, problemOf(err)
	}
	return res, nil
}

// key names the effect in the world: a name that is the same whenever it is run again.
func (e *effect) key() string {
	sum := sha256.Sum256([]byte(e.id))
	return hex.EncodeToString(sum[:16])
}

// output is what the task gives, as return says. As in a shell's $(…), line ends at the end
// of an output do not belong to it.
func output(r job.Result, kind string) any {
	out, errs := strings.TrimRight(r.Stdout, "\r\n"), strings.TrimRight(r.Stderr, "\r\n")
	switch kind {
	case "stderr":
		return errs
	case "code":
		return r.Code
	case "all":
		return map[string]any{"code": r.Code, "stdout": out, "stderr": errs}
	case "none":
		return nil
	}
	return out
}

// failed makes it a problem how a process ended, unless the task asks for its exit status.
func failed(j job.Job, r job.Result, kind string) *interp.Problem {
	switch {
	case r.TimedOut:
		return problemf(interp.TimedOut, 408, "the %s was %s", j.Word(), r.How)
	case r.How == "" || kind == "code" || kind == "all":
		return nil
	}
	said := strings.TrimSpace(r.Stderr)
	if said == "" {
		said = strings.TrimSpace(r.Stdout)
	}
	return problemf(interp.Runtime, 500, "the %s ended with %s%s", j.Word(), r.How, last(said))
}

// told is how much of what a failed process printed is in its problem, in bytes.
const told = 1000

func last(said string) string {
	if said == "" {
		return ""
	}
	if over := len(said) - told; over > 0 {
		said = "…" + strings.ToValidUTF8(said[over:], "")
	}
	return ": " + said
}

// textOf makes a value what a process can be given: texts as they are, all else as JSON.
func textOf(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	}
	b, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	return string(b)
}
