package process

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/sandbox"
	"slipway.dev/internal/shim"
	"slipway.dev/internal/target"
)

// recordFile remembers what was ensured, so that it can be started again without being asked.
const recordFile = "instance.json"

// record is the content of recordFile. It holds no secret's value.
type record struct {
	Instance target.Instance `json:"instance"`
	Root     string          `json:"root"`
}

const defaultGrace = 10 * time.Second

func grace(in target.Instance) time.Duration {
	if in.StopGrace > 0 {
		return in.StopGrace
	}
	return defaultGrace
}

func readRecord(dir string) (record, error) {
	var r record
	raw, err := os.ReadFile(filepath.Join(dir, recordFile))
	if err == nil {
		err = json.Unmarshal(raw, &r)
	}
	return r, err
}

// prepare makes the instance's directories and files anew and gives the order for its
// shim. The caller holds the instance's lock.
func (t *Target) prepare(ctx context.Context, in target.Instance, root string) (shim.Order, error) {
	dir := t.instanceDir(in.ID)
	root, err := readableRoot(root)
	if err != nil {
		return shim.Order{}, err
	}
	uid := t.userOf(in.ID)
	for sub, mode := range map[string]os.FileMode{"work": 0o700, "tmp": 0o700, "secrets": 0o700, "config": 0o755} {
		path := filepath.Join(dir, sub)
		if sub == "config" || sub == "secrets" { // nothing of an attempt before
			if err := os.RemoveAll(path); err != nil {
				return shim.Order{}, err
			}
		}
		if err := os.MkdirAll(path, mode); err != nil {
			return shim.Order{}, err
		}
		if err := os.Chmod(path, mode); err != nil { // whatever our umask is
			return shim.Order{}, err
		}
		if uid != 0 && mode == 0o700 {
			if err := os.Chown(path, uid, uid); err != nil {
				return shim.Order{}, err
			}
		}
	}
	if err := writeConfig(filepath.Join(dir, "config"), in.Files); err != nil {
		return shim.Order{}, err
	}
	if err := os.MkdirAll(t.logDir(in.ID), 0o700); err != nil {
		return shim.Order{}, err
	}
	secrets, err := t.secrets(ctx, in)
	if err != nil {
		return shim.Order{}, err
	}
	raw, err := json.Marshal(record{in, root})
	if err != nil {
		return shim.Order{}, err
	}
	// Last, as what has no record was never started.
	if err := os.WriteFile(filepath.Join(dir, recordFile), raw, 0o600); err != nil {
		return shim.Order{}, err
	}
	return t.order(in, root, uid, secrets), nil
}

func (t *Target) order(in target.Instance, root string, uid int, secrets map[string][]byte) shim.Order {
	dir := t.instanceDir(in.ID)
	isolation := sandbox.Plain
	if t.host.Namespaces {
		isolation = sandbox.Inherit
	}
	return shim.Order{
		ID: in.ID, Epoch: t.o.Epoch(), Dir: dir, Logs: t.logDir(in.ID), Rotation: t.o.Logs,
		Ports: t.o.Ports,
		Group: t.group(in.ID), Limits: sandbox.Limits(in.Limits), Grace: grace(in),
		OwnPIDs: t.host.Namespaces, Isolation: isolation,
		Stage: sandbox.Stage{
			Command: in.Command, Dir: filepath.Join(root, in.Dir), Env: t.environ(in),
			ReadOnly:  []string{root, filepath.Join(dir, "config")},
			ReadWrite: []string{filepath.Join(dir, "work"), filepath.Join(dir, "tmp")},
			Hide:      t.hidden(),
			Secrets:   sandbox.Secrets{Dir: filepath.Join(dir, "secrets"), Files: secrets},
			UID:       uid,
		},
	}
}

// environ is the app's environment but for PORT, which the shim adds.
func (t *Target) environ(in target.Instance) []string {
	dir := t.instanceDir(in.ID)
	env := map[string]string{
		"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8",
		"USER": "slipway", // it has no entry in /etc/passwd
	}
	for k, v := range in.Env {
		env[k] = v
	}
	env["HOST"], env["HOME"], env["TMPDIR"] = "127.0.0.1", filepath.Join(dir, "work"), filepath.Join(dir, "tmp")
	env["SLIPWAY_CONFIG_DIR"] = filepath.Join(dir, "config")
	env["SLIPWAY_SECRETS_DIR"] = filepath.Join(dir, "secrets")
	for name := range in.Secrets {
		env[name+"_FILE"] = filepath.Join(dir, "secrets", name)
	}
	delete(env, "PORT")
	out := make([]string, 0, len(env))
	for k, v := range env {
		out = append(out, k+"="+v)
	}
	return out
}

func (t *Target) secrets(ctx context.Context, in target.Instance) (map[string][]byte, error) {
	out := map[string][]byte{}
	for name, ref := range in.Secrets {
		if t.o.Secrets == nil {
			return nil, fault.New(fault.Refused, "instance %s wants secrets, and this target has none", in.ID)
		}
		secret, version, _ := strings.Cut(ref, "@")
		value, err := t.o.Secrets(ctx, secret, version)
		if err != nil {
			return nil, fmt.Errorf("secret %s for instance %s: %w", ref, in.ID, err)
		}
		out[name] = value
	}
	return out, nil
}

// writeConfig writes the config files, which everybody may read: what is above them is hidden.
func writeConfig(dir string, files map[string]string) error {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer root.Close()
	for name, content := range files {
		at := ""
		for part := range strings.SplitSeq(filepath.Dir(filepath.Clean(name)), "/") {
			if at = filepath.Join(at, part); at == "." {
				break
			}
			if err := root.Mkdir(at, 0o755); err != nil && !errors.Is(err, fs.ErrExist) {
				return err
			}
			if err := root.Chmod(at, 0o755); err != nil {
				return err
			}
		}
		if err := root.WriteFile(name, []byte(content), 0o444); err != nil {
			return err
		}
		if err := root.Chmod(name, 0o444); err != nil {
			return err
		}
	}
	return nil
}
