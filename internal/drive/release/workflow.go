package release

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"

	"slipway.dev/internal/core/config"
	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/trigger"
	"slipway.dev/internal/core/workflow"
)

// checkWorkflow holds the file of a workflow to the language before it is built, in a
// checkout whose part below folder is the service's. What is wrong with it goes into the build's
// log, line by line. The file is not followed out of the checkout.
func checkWorkflow(checkout, folder string, w config.WorkflowItem, log io.Writer) error {
	name := path.Join(folder, w.File)
	text, err := readWorkflow(checkout, name)
	if err != nil {
		return err
	}
	def, wrong := workflow.Parse(name, text)
	if def != nil {
		for _, p := range def.Warnings {
			fmt.Fprintln(log, "warning:", p)
		}
		wrong = def.Refusals()
	}
	for _, p := range wrong {
		fmt.Fprintln(log, p)
	}
	switch {
	case len(wrong) == 1:
		return fault.New(fault.Invalid, "there is a problem in %s", name)
	case len(wrong) > 1:
		return fault.New(fault.Invalid, "there are %d problems in %s", len(wrong), name)
	}
	if err := trigger.Fits(def, w.Secrets); err != nil {
		return fault.New(fault.Invalid, "%s cannot be this workflow", name).Because(err)
	}
	return nil
}

func readWorkflow(checkout, name string) ([]byte, error) {
	root, err := os.OpenRoot(checkout)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	info, err := root.Stat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fault.New(fault.Invalid, "there is no file %s in this commit", name).WithHint("check spec.source.path and spec.workflow.file")
	case err != nil:
		return nil, fault.New(fault.Invalid, "the file %s cannot be read", name).Because(err)
	case !info.Mode().IsRegular():
		return nil, fault.New(fault.Invalid, "%s is no file", name)
	case info.Size() > workflow.MaxFile:
		return nil, fault.New(fault.TooLarge, "%s has %d bytes; a workflow has at most %d", name, info.Size(), workflow.MaxFile)
	}
	return root.ReadFile(name)
}
