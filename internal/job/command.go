package job

import (
	"os"
	"path/filepath"
	"strings"

	"slipway.dev/internal/core/fault"
)

// interpreter runs code of a language from a file of a name.
type interpreter struct{ program, file string }

// interpreters by the names of languages. JavaScript is run as a module, as `import` in the
// specification's example needs.
var interpreters = map[string]interpreter{
	"js": {"node", "script.mjs"}, "javascript": {"node", "script.mjs"}, "node": {"node", "script.mjs"},
	"python": {"python3", "script.py"}, "python3": {"python3", "script.py"},
	"sh": {"sh", "script.sh"}, "shell": {"sh", "script.sh"}, "bash": {"bash", "script.sh"},
}

// Languages are the languages of scripts, for messages.
const Languages = "js, python, sh and bash"

// write lays the job's code down in dir and gives the command that runs it. Code is never an
// argument, for it may hold a secret.
func write(j Job, dir string) ([]string, error) {
	language := j.Language
	if j.What == Shell {
		language = "sh"
	}
	with, ok := interpreters[strings.ToLower(language)]
	if !ok {
		return nil, fault.New(fault.Invalid, "scripts cannot be in %q", j.Language).WithHint("the languages are %s", Languages)
	}
	path := filepath.Join(dir, with.file)
	if err := os.WriteFile(path, []byte(j.Code), 0o600); err != nil {
		return nil, err
	}
	return append([]string{with.program, path}, j.Arguments...), nil
}
