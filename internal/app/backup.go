package app

import (
	"bufio"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"os"

	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/secret"
	"slipway.dev/internal/store"
)

// A backup is a gzip stream: a line of JSON with the identity that secrets and signing keys
// are sealed for, then the store's own dump. Whoever holds a backup therefore holds the
// secrets: it is to be kept like them. Artifacts are not in it: they are built again from
// their commits, or copied along with the data directory.
const backupFormat = "slipway-backup/1"

type backupHead struct {
	Format   string `json:"format"`
	Identity string `json:"identity"` // content of the age identity file
}

func (h *house) backup(ctx context.Context, w io.Writer) error {
	identity, err := os.ReadFile(h.dirs.Box())
	if err != nil {
		return err
	}
	z := gzip.NewWriter(w)
	if err := json.NewEncoder(z).Encode(backupHead{Format: backupFormat, Identity: string(identity)}); err != nil {
		return err
	}
	if err := h.store.Dump(ctx, z); err != nil {
		return err
	}
	return z.Close()
}

// Restore fills an empty store, and a data directory without an identity, from a backup.
// Nothing is left behind if it fails.
func Restore(ctx context.Context, data, address string, r io.Reader, log *slog.Logger) (err error) {
	d := Dirs{data}
	z, err := gzip.NewReader(r)
	if err != nil {
		return fault.New(fault.Invalid, "this is not a backup of slipway").Because(err)
	}
	in := bufio.NewReader(z)
	line, err := in.ReadBytes('\n')
	var head backupHead
	if err != nil || json.Unmarshal(line, &head) != nil || head.Format != backupFormat || head.Identity == "" {
		return fault.New(fault.Invalid, "this is not a backup that this version of slipway reads").
			WithHint("it must say %s", backupFormat)
	}
	if err := d.Make(); err != nil {
		return err
	}
	f, err := os.OpenFile(d.Box(), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if errors.Is(err, os.ErrExist) {
		return fault.New(fault.Refused, "the data directory %s is in use: it has an identity for secrets", data).
			WithHint("restore into a new directory with --data")
	}
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(d.Box()))
		}
	}()
	_, err = f.WriteString(head.Identity)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil { // without it the secrets are lost
		return err
	}
	if _, err := secret.OpenBox(d.Box()); err != nil {
		return fault.New(fault.Invalid, "the identity in the backup is damaged").Because(err).WithHint("use another backup; nothing was restored")
	}
	s, err := store.Open(ctx, Options{Store: address}.storeAddress(d), store.Options{Log: log})
	if err != nil {
		return err
	}
	return errors.Join(s.Restore(ctx, in), s.Close())
}
