package starter

import (
	"regexp"
	"strings"
)

var framework = regexp.MustCompile(`(?im)^\s*(?:"|')?(fastapi|starlette|uvicorn|flask|django|gunicorn)\b|["'](fastapi|starlette|uvicorn|flask|django|gunicorn)\b`)

// quotedPort is how a program names the variable that it reads its port from.
var quotedPort = regexp.MustCompile(`["']PORT["']`)

// pythonServices finds programs by their usual names, and by what they require or that they
// read PORT.
func pythonServices(t *tree, _ *Guess) []Service {
	var out []Service
	for _, folder := range t.order {
		wants := string(t.read(folder, "requirements.txt")) + "\n" + string(t.read(folder, "pyproject.toml"))
		entry := pythonEntry(t, folder)
		plain := strings.TrimSpace(wants) == ""
		if entry == "" || plain && entry != "manage.py" && !quotedPort.Match(t.read(folder, entry)) {
			continue
		}
		command, because := pythonCommand(wants, entry)
		run := []string{"sh", "-c", "PYTHONPATH=.deps exec " + command}
		if plain && entry != "manage.py" { // it requires nothing
			run, because = strings.Fields(command), entry+" reads PORT"
		}
		out = append(out, Service{
			Path: folder, Because: because, Build: pythonBuild(t, folder), Command: run,
			Notes: []string{"Python must be installed where it runs, in the version that it was built with."},
		})
	}
	return out
}

func pythonEntry(t *tree, folder string) string {
	for _, name := range []string{"manage.py", "main.py", "app.py", "server.py", "wsgi.py"} {
		if t.has(folder, name) {
			return name
		}
	}
	return ""
}

// pythonCommand gives the usual command of the framework that is required.
func pythonCommand(wants, entry string) (command, because string) {
	has := map[string]bool{}
	for _, m := range framework.FindAllStringSubmatch(wants, -1) {
		has[strings.ToLower(m[1]+m[2])] = true
	}
	module := strings.TrimSuffix(entry, ".py")
	switch {
	case entry == "manage.py":
		return `python3 manage.py runserver --noreload 127.0.0.1:"$PORT"`, "manage.py is Django's"
	case has["fastapi"] || has["starlette"] || has["uvicorn"]:
		return `python3 -m uvicorn ` + module + `:app --host 127.0.0.1 --port "$PORT"`, "it requires FastAPI or uvicorn"
	case has["gunicorn"]:
		return `python3 -m gunicorn --bind 127.0.0.1:"$PORT" ` + module + `:app`, "it requires gunicorn"
	case has["flask"]:
		return `python3 -m flask --app ` + module + ` run --host 127.0.0.1 --port "$PORT"`, "it requires Flask"
	}
	return "python3 -u " + entry, "there is " + entry
}

func pythonBuild(t *tree, folder string) string {
	copy := `cp -R . "$OUT"`
	switch {
	case t.has(folder, "requirements.txt"):
		return `python3 -m pip install --target "$OUT/.deps" -r requirements.txt && ` + copy
	case t.has(folder, "pyproject.toml"):
		return `python3 -m pip install --target "$OUT/.deps" . && ` + copy
	}
	return copy
}
