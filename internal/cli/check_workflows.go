package cli

import (
	"io"
	"os"
	"path/filepath"

	"slipway.dev/internal/core/config"
	"slipway.dev/internal/core/manifest"
	"slipway.dev/internal/core/trigger"
	"slipway.dev/internal/core/workflow"
)

// workflowsOf gives what is wrong with the definitions that manifests name, as a release of them
// would find it. One that is not there is perhaps in another repository.
func workflowsOf(resources []manifest.Resource) (wrong manifest.Problems) {
	for _, r := range resources {
		if r.Kind != manifest.KindService {
			continue
		}
		s, err := r.Service()
		if err != nil || s.Workflow == nil {
			continue
		}
		name := filepath.Join(repositoryOf(r.At.File), filepath.FromSlash(string(s.Source.Path)), filepath.FromSlash(string(s.Workflow.File)))
		text, err := readSome(name)
		if err != nil {
			continue
		}
		def, problems := workflow.Parse(name, text)
		if wrong = append(wrong, problems...); def == nil {
			continue
		}
		wrong = append(wrong, def.Refusals()...)
		_, item := config.BuildOf(s)
		if err := trigger.Fits(def, item.Secrets); err != nil {
			wrong = append(wrong, manifest.Problem{Position: r.Where("spec", "workflow", "file"), Text: name + " cannot be this workflow: " + err.Error()})
		}
	}
	return wrong
}

// repositoryOf is the folder that paths in a manifest are below: that of the manifest, or the one with .slipway.
func repositoryOf(file string) string {
	dir := filepath.Dir(file)
	if filepath.Base(dir) == ".slipway" {
		return filepath.Dir(dir)
	}
	return dir
}

// readSome reads as much of a file as a workflow may have, and one byte more.
func readSome(name string) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, workflow.MaxFile+1))
}
