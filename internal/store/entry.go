package store

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
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
