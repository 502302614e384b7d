package main

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"slipway.dev/e2e/house"
	"slipway.dev/internal/freeport"
)

// deliver commits a version, tells of it, and gives the time until it answers.
func deliver(ctx context.Context, h *house.House, repo *house.Repo, name string) (time.Duration, error) {
	if err := repo.Write(house.Version{Name: name}.Files()); err != nil {
		return 0, err
	}
	began := time.Now()
	commit, err := repo.Commit(ctx, name)
	if err != nil {
		return 0, err
	}
	if err := push(ctx, h, commit); err != nil {
		return 0, err
	}
	if err := answers(ctx, "http://"+h.HTTP+"/", name); err != nil {
		return 0, err
	}
	took := time.Since(began)
	d, err := h.Settled(ctx, commit)
	if err == nil && d.Outcome != "completed" {
		err = fmt.Errorf("%s ended as %s: %s", d.ID, d.Outcome, d.Reason)
	}
	return took, err
}

// push sends the webhook that GitHub would.
func push(ctx context.Context, h *house.House, commit string) error {
	body, err := json.Marshal(map[string]any{"ref": "refs/heads/main", "before": strings.Repeat("0", 40), "after": commit,
		"repository": map[string]any{"clone_url": "https://forge.example/shop.git"}})
	if err != nil {
		return err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+h.API()+"/v1/sources/"+house.Source+"/webhook", bytes.NewReader(body))
	if err != nil {
		return err
	}
	mac := hmac.New(sha256.New, []byte(key))
	mac.Write(body)
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("X-GitHub-Event", "push")
	r.Header.Set("X-GitHub-Delivery", commit)
	r.Header.Set("X-Hub-Signature-256", "sha256="+hex.EncodeToString(mac.Sum(nil)))
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if answer.StatusCode/100 != 2 {
		return fmt.Errorf("the webhook was answered %s", answer.Status)
	}
	return nil
}

// answers asks, once a millisecond, until the version answers.
func answers(ctx context.Context, url, name string) error {
	var last error
	for ctx.Err() == nil {
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
		if err != nil {
			return err
		}
		r.Host = house.Host
		answer, err := http.DefaultClient.Do(r)
		if err == nil {
			answer.Body.Close()
			if answer.Header.Get("Version") == name {
				return nil
			}
		}
		last = err
		time.Sleep(time.Millisecond)
	}
	return errors.Join(fmt.Errorf("%s never answered", name), last, ctx.Err())
}

// alone builds and starts the app without slipway, and gives the time until it answers.
func alone(ctx context.Context, dir, out string) (time.Duration, error) {
	if err := os.RemoveAll(out); err != nil {
		return 0, err
	}
	if err := os.Mkdir(out, 0o755); err != nil {
		return 0, err
	}
	version, err := os.ReadFile(filepath.Join(dir, "VERSION"))
	if err != nil {
		return 0, err
	}
	ports, err := freeport.Find(1)
	if err != nil {
		return 0, err
	}
	began := time.Now()
	build := exec.CommandContext(ctx, "sh", "-c", house.BuildCommand)
	build.Dir, build.Env = dir, append(os.Environ(), "OUT="+out)
	if text, err := build.CombinedOutput(); err != nil {
		return 0, fmt.Errorf("build: %w\n%s", err, text)
	}
	app := exec.CommandContext(ctx, "./app")
	app.Dir, app.Env = out, append(os.Environ(), fmt.Sprint("PORT=", ports[0]))
	if err := app.Start(); err != nil {
		return 0, err
	}
	defer func() {
		_ = app.Process.Kill()
		_ = app.Wait()
	}()
	err = answers(ctx, "http://"+freeport.Address(ports[0])+"/", strings.TrimSpace(string(version)))
	return time.Since(began), err
}
