package api

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"slipway.dev/internal/core/access"
	"slipway.dev/internal/core/fault"
)

// TokenFile gives an Authenticate that accepts the token in the file. A file that is not
// there is made, with a new random token and for its owner alone.
func TokenFile(path string) (func(context.Context, string) (access.Caller, error), error) {
	token, err := readToken(path)
	if errors.Is(err, fs.ErrNotExist) {
		token, err = makeToken(path)
	}
	if err != nil {
		return nil, fmt.Errorf("token file %s: %w", path, err)
	}
	want := sha256.Sum256([]byte(token))
	return func(_ context.Context, given string) (access.Caller, error) {
		// Digests have one length, so that the time taken tells nothing about the token.
		got := sha256.Sum256([]byte(given))
		if subtle.ConstantTimeCompare(got[:], want[:]) != 1 {
			return access.Caller{}, fault.New(fault.Denied, "the token is not valid").
				WithHint("use the content of the token file in the data directory")
		}
		return access.Caller{Actor: access.LocalToken}, nil
	}, nil
}

func readToken(path string) (string, error) {
	info, err := os.Stat(path)
	if err != nil {
		return "", err
	}
	if info.Mode().Perm()&0o077 != 0 {
		return "", fmt.Errorf("others may read it (mode %04o); make a new one: remove it and start again", info.Mode().Perm())
	}
	raw, err := os.ReadFile(path)
	token := strings.TrimSpace(string(raw))
	if err == nil && len(token) < 20 {
		return "", errors.New("it holds no token of at least 20 characters; remove it and start again")
	}
	return token, err
}

// makeToken writes a token to a new name and links it, so that the file is never seen half
// written and of two starters one wins.
func makeToken(path string) (string, error) {
	token := rand.Text()
	tmp := path + "." + rand.Text()[:8]
	if err := os.WriteFile(tmp, []byte(token+"\n"), 0o600); err != nil {
		return "", err
	}
	defer os.Remove(tmp)
	if err := os.Link(tmp, path); errors.Is(err, fs.ErrExist) {
		return readToken(path)
	} else if err != nil {
		return "", err
	}
	return token, nil
}
