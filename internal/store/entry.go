package store

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"time"

	"slipway.dev/internal/core/machine"
)

// Entry is one entry of the journal: an event that a machine took.
//
// Hash covers the entry before and all of this one but its payload, of which it covers
// the Digest. So the payload (ID, Data and Facts) can be erased and the chain still
// holds, while a changed payload shows.
type Entry struct {
	Seq     int64         `json:"seq"` // position; 1 is the first
	Machine string        `json:"machine"`
	Step    int64         `json:"step"` // of the machine, that this event made
	At      time.Time     `json:"at"`
	Actor   machine.Actor `json:"actor"`
	Type    string        `json:"type"`
	ID      string        `json:"id,omitempty"` // the caller's idempotency key
	Data    machine.Value `json:"data,omitempty"`
	Facts   machine.Value `json:"facts,omitempty"`
	Erased  bool          `json:"erased,omitempty"` // ID, Data and Facts were removed by retention
	Digest  []byte        `json:"digest"`           // SHA-256 of salt and payload
	Hash    []byte        `json:"hash"`

	seal *seal
}

// seal is what Seal has made of an entry.
type seal struct {
	before []byte // the hash of the entry before
	blob   []byte // the payload, if it is long
	row    []any  // as the journal has it
}

// Seal sets Digest and Hash of entries that follow on each other and on one whose hash is
// before (nil: none). It gives the last one's hash. Lease.Commit seals what is not, or has
// been on top of another entry; to do so earlier only saves time there.
func Seal(entries []Entry, before []byte) ([]byte, error) {
	salts := make([]byte, 16*len(entries))
	rand.Read(salts)
	for i := range entries {
		if err := entries[i].close(before, salts[16*i:16*i+16:16*i+16]); err != nil {
			return nil, err
		}
		before = entries[i].Hash
	}
	return before, nil
}

func (e *Entry) close(before, salt []byte) error {
	data, err := payload{e.ID, e.Data, e.Facts}.encode()
	if err != nil {
		return fmt.Errorf("store: event %s of %s: %w", e.Type, e.Machine, err)
	}
	e.Digest = digest(salt, data)
	e.Hash = e.link(before)
	e.seal = &seal{before: before}
	name := ""
	if len(data) > Inline {
		name, e.seal.blob, data = BlobDigest(data), data, []byte{}
	}
	e.seal.row = []any{e.Seq, e.Machine, e.Step, e.At.UnixMicro(), e.Actor.String(), e.Type, e.Digest, salt, data, name, int64(0), e.Hash}
	return nil
}

// payload is what of an entry can be erased.
type payload struct {
	ID    string        `json:"id,omitempty"`
	Data  machine.Value `json:"data,omitempty"`
	Facts machine.Value `json:"facts,omitempty"`
}

// encode writes the payload without looking into values that are known to be JSON.
func (p payload) encode() ([]byte, error) {
	if p.ID == "" && len(p.Facts) == 0 {
		if len(p.Data) == 0 {
			return []byte("{}"), nil
		}
		b := make([]byte, 0, len(p.Data)+9)
		b = append(b, `{"data":`...)
		b = append(b, p.Data...)
		return append(b, '}'), nil
	}
	return json.Marshal(p)
}

// digest hides the payload: without the salt, which is erased with it, one cannot try
// likely payloads.
func digest(salt, payload []byte) []byte {
	h := sha256.New()
	h.Write(salt)
	h.Write(payload)
	return h.Sum(nil)
}

// link gives the hash of an entry after the entry whose hash is before (nil: the first).
func (e *Entry) link(before []byte) []byte {
	b := make([]byte, 0, 256)
	part := func(p []byte) {
		b = binary.AppendUvarint(b, uint64(len(p)))
		b = append(b, p...)
	}
	part(before)
	b = binary.AppendVarint(b, e.Seq)
	part([]byte(e.Machine))
	b = binary.AppendVarint(b, e.Step)
	b = binary.AppendVarint(b, e.At.UnixMicro())
	part([]byte(e.Actor.String()))
	part([]byte(e.Type))
	part(e.Digest)
	sum := sha256.Sum256(b)
	return sum[:]
}
