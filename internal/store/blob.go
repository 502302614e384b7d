package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"slipway.dev/internal/core/fault"
)

// MaxBlob is the size of the largest blob, in bytes. Larger things are files or artifacts.
const MaxBlob = 64 << 20

// PutBlob keeps b and gives its digest. A blob that nothing refers to is kept for an
// hour: time enough to refer to it.
func (s *Store) PutBlob(ctx context.Context, b []byte) (string, error) {
	if len(b) > MaxBlob {
		return "", fault.New(fault.TooLarge, "a value of %d bytes is over the limit of %d", len(b), MaxBlob)
	}
	if b == nil {
		b = []byte{}
	}
	d := BlobDigest(b)
	_, err := s.write.ExecContext(ctx, blobRows.query(1), d, b, s.now().UnixMicro())
	return d, s.fail("keeping a blob", err)
}

// GetBlob gives a blob, or fault.NotFound. That its content is what its digest says is
// checked.
func (s *Store) GetBlob(ctx context.Context, digest string) ([]byte, error) {
	var b []byte
	err := s.read.QueryRowContext(ctx, `SELECT data FROM blob WHERE digest = $1`, digest).Scan(&b)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, fault.New(fault.NotFound, "there is no blob %q", digest)
	}
	if err != nil {
		return nil, s.fail("reading a blob", err)
	}
	if BlobDigest(b) != digest {
		return nil, fault.New(fault.Internal, "blob %s has another content than its digest says", digest).
			WithHint("the store is damaged; restore the last backup")
	}
	return b, nil
}

const unused = ` FROM blob WHERE created < $1` +
	` AND NOT EXISTS (SELECT 1 FROM blob_ref r WHERE r.digest = blob.digest)` +
	` AND NOT EXISTS (SELECT 1 FROM journal j WHERE j.blob = blob.digest AND j.blob <> '')`

// CollectBlobs removes at most limit blobs that nothing refers to for longer than an
// hour, and says how many.
func (s *Store) CollectBlobs(ctx context.Context, limit int) (int, error) {
	before := s.now().Add(-time.Hour).UnixMicro()
	r, err := s.write.ExecContext(ctx, `DELETE FROM blob WHERE digest IN (SELECT digest`+unused+` LIMIT $2)`, before, limit)
	if err != nil {
		return 0, s.fail("collecting blobs", err)
	}
	n, err := r.RowsAffected()
	return int(n), err
}
