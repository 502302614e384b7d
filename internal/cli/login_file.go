package cli

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"slipway.dev/client"
	"slipway.dev/internal/core/fault"
)

// keptSession is a session that login began.
type keptSession struct {
	Person  string    `json:"person"`
	Value   string    `json:"value"`
	Expires time.Time `json:"expires"`
}

// place says how to reach the control plane that the flags name, as somebody.
func (s *session) place(token string) client.Options {
	if s.server != "" {
		return client.Options{URL: s.server, Token: token}
	}
	return client.Options{Socket: s.socket, Token: token}
}

// where names the control plane in the file of sessions.
func (s *session) where() string {
	if s.server != "" {
		return strings.TrimRight(s.server, "/")
	}
	return s.socket
}

func (s *session) sessionFile() string {
	dir := s.env("XDG_CONFIG_HOME")
	if !filepath.IsAbs(dir) {
		dir = filepath.Join(s.env("HOME"), ".config")
	}
	return filepath.Join(dir, "slipway", "session.json")
}

// sessions reads the file: a session for each control plane. One that others can read is
// not trusted.
func (s *session) sessions() map[string]keptSession {
	all := map[string]keptSession{}
	info, err := os.Stat(s.sessionFile())
	if err != nil || info.Mode().Perm()&0o077 != 0 {
		return all
	}
	if raw, err := os.ReadFile(s.sessionFile()); err == nil {
		_ = json.Unmarshal(raw, &all) // what cannot be read is no session
	}
	return all
}

// kept gives the session with the control plane that the flags name.
func (s *session) kept() (keptSession, bool) {
	k, ok := s.sessions()[s.where()]
	return k, ok && s.now().Before(k.Expires)
}

// keep writes a session to the file; an empty one forgets it.
func (s *session) keep(k keptSession) error {
	all := s.sessions()
	all[s.where()] = k
	if k.Value == "" {
		delete(all, s.where())
	}
	raw, err := json.MarshalIndent(all, "", "  ")
	if err != nil {
		return err
	}
	path := s.sessionFile()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fault.New(fault.Invalid, "the session cannot be kept").Because(err)
	}
	tmp := path + ".new"
	if err := os.Remove(tmp); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := os.WriteFile(tmp, append(raw, '\n'), 0o600); err != nil {
		return fault.New(fault.Invalid, "the session cannot be kept").Because(err)
	}
	return os.Rename(tmp, path)
}
