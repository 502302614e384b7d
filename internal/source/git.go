package source

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"syscall"
	"time"
)

// git runs the git program on one repository.
type git struct {
	dir      string // of the bare repository
	settings string // path of the settings file
	env      []string
}

// environment is all that git gets of ours: enough to find ssh and its keys.
func (g git) environment() []string {
	env := []string{
		"GIT_CONFIG_GLOBAL=" + g.settings, "GIT_CONFIG_NOSYSTEM=1", "GIT_ATTR_NOSYSTEM=1",
		"GIT_TERMINAL_PROMPT=0", "GIT_ASKPASS=/bin/false", "SSH_ASKPASS=/bin/false",
		"GIT_SSH_COMMAND=ssh -oBatchMode=yes -oConnectTimeout=15 -oServerAliveInterval=15",
		"GIT_ALLOW_PROTOCOL=file:ssh:https:http:git",
		"GIT_NO_REPLACE_OBJECTS=1", "GIT_LITERAL_PATHSPECS=1", "GIT_OPTIONAL_LOCKS=0", "GIT_NO_LAZY_FETCH=1",
		"LC_ALL=C", "TZ=UTC",
	}
	for _, name := range []string{"PATH", "HOME", "SSH_AUTH_SOCK", "https_proxy", "http_proxy", "no_proxy", "HTTPS_PROXY", "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR", "GIT_SSL_CAINFO"} {
		if v, ok := os.LookupEnv(name); ok {
			env = append(env, name+"="+v)
		}
	}
	return append(env, g.env...)
}

// with gives a git that presents a credential. Redirects are off then, so that it cannot
// be lured elsewhere.
func (g git) with(c *Credential) git {
	if c == nil {
		return g
	}
	basic := base64.StdEncoding.EncodeToString([]byte(c.User + ":" + c.Password))
	g.env = append(g.env[:len(g.env):len(g.env)],
		"GIT_CONFIG_COUNT=2",
		"GIT_CONFIG_KEY_0=http.extraHeader", "GIT_CONFIG_VALUE_0=Authorization: Basic "+basic,
		"GIT_CONFIG_KEY_1=http.followRedirects", "GIT_CONFIG_VALUE_1=false")
	return g
}

func (g git) command(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, "git", append([]string{"--git-dir=" + g.dir}, args...)...)
	cmd.Env = g.environment()
	cmd.Dir = "/"
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // helpers and ssh end with it
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.WaitDelay = 5 * time.Second
	return cmd
}

// stream runs git and gives its output to read, which may stop early with an error.
func (g git) stream(ctx context.Context, stdin io.Reader, read func(io.Reader) error, args ...string) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	cmd := g.command(ctx, args...)
	said := &tail{}
	cmd.Stdin, cmd.Stderr = stdin, said
	out, err := cmd.StdoutPipe()
	if err != nil {
		return fmt.Errorf("git %s: %w", args[0], err)
	}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("start git: %w; is it installed?", err)
	}
	readErr := read(out)
	if readErr != nil && !errors.Is(readErr, io.ErrUnexpectedEOF) {
		cancel()
	}
	_, _ = io.Copy(io.Discard, out)
	waitErr := cmd.Wait()
	switch {
	case readErr != nil && !errors.Is(readErr, io.ErrUnexpectedEOF):
		return readErr
	case waitErr != nil && context.Cause(ctx) != nil && readErr == nil:
		return context.Cause(ctx)
	case waitErr != nil:
		return &commandError{command: args[0], said: said.String(), err: waitErr}
	}
	return readErr
}

// maxOutput bounds what output holds in memory.
const maxOutput = 64 << 20

// output runs git and gives its standard output.
func (g git) output(ctx context.Context, args ...string) (string, error) {
	var b bytes.Buffer
	err := g.stream(ctx, nil, func(r io.Reader) error {
		n, err := io.Copy(&b, io.LimitReader(r, maxOutput+1))
		if n > maxOutput {
			return fmt.Errorf("git %s: over %d bytes of output", args[0], maxOutput)
		}
		return err
	}, args...)
	return b.String(), err
}
