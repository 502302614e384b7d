package local

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/workflow"
	"slipway.dev/internal/core/workflow/interp"
	"slipway.dev/internal/drive/run"
)

// Call implements run.Functions: what a server does cannot be done here.
func (h *host) Call(_ context.Context, in interp.FunctionInput, _ string, _ any) (any, *interp.Problem) {
	return nil, &interp.Problem{Type: interp.Configuration, Status: 501, Title: "Needs a server",
		Detail: "the function " + in.Name + " needs a server, and this run has none; deploy the workflow, and start it with `slipway workflow start`"}
}

// Value implements run.Secrets.
func (h *host) Value(_ context.Context, _ interp.At, name string) (string, error) {
	if v, ok := h.Secrets[name]; ok {
		return v, nil
	}
	return "", fault.New(fault.NotFound, "there is no secret %s", name).WithHint("give it with --secret %s=FILE", name)
}

// maxFiles is how many files of the folder are looked through for a workflow.
const maxFiles = 500

// Resolve implements run.Workflows: it finds a workflow in the files of the folder.
func (h *host) Resolve(ctx context.Context, in interp.ResolveInput) (run.Resolved, error) {
	wanted := in.Namespace + "/" + in.Name + " " + in.Version
	if h.Folder == "" {
		return run.Resolved{}, fault.New(fault.NotFound, "the workflow %s cannot be found: this run has no folder of workflows", wanted)
	}
	var names []string
	for _, pattern := range []string{"*.yaml", "*.yml", "*.json"} {
		found, _ := filepath.Glob(filepath.Join(h.Folder, pattern))
		names = append(names, found...)
	}
	slices.Sort(names)
	var broken []string
	for _, file := range names[:min(len(names), maxFiles)] {
		text, err := os.ReadFile(file)
		if err != nil || !strings.Contains(string(text), in.Name) {
			continue
		}
		def, problems := workflow.Parse(file, text)
		if def == nil {
			if len(problems) > 0 {
				broken = append(broken, strings.SplitN(problems.Error(), "\n", 2)[0])
			}
			continue
		}
		d := def.Document
		if d.Namespace == in.Namespace && d.Name == in.Name && (in.Version == "" || in.Version == "latest" || d.Version == in.Version) {
			digest, err := h.engine.Blobs().Put(ctx, def.Canonical)
			return run.Resolved{Definition: digest}, err
		}
	}
	err := fault.New(fault.NotFound, "there is no workflow %s in %s", wanted, h.Folder)
	if len(broken) > 0 {
		return run.Resolved{}, err.WithHint("what cannot be read there: %s", strings.Join(broken[:min(len(broken), 3)], "; "))
	}
	return run.Resolved{}, err
}
