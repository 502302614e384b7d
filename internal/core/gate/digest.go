package gate

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"

	"slipway.dev/internal/core/machine"
)

// PolicyJSON gives a policy as JSON with its keys in order: the same bytes for the same
// policy, whoever wrote it.
func PolicyJSON(p Policy) []byte {
	var loose any
	d := json.NewDecoder(bytes.NewReader(machine.Must(p)))
	d.UseNumber()
	if err := d.Decode(&loose); err != nil {
		panic("gate: JSON of ours cannot be read: " + err.Error())
	}
	return machine.Must(loose)
}

// PolicyDigest is the SHA-256 of PolicyJSON, as "sha256:…".
func PolicyDigest(p Policy) string {
	sum := sha256.Sum256(PolicyJSON(p))
	return "sha256:" + hex.EncodeToString(sum[:])
}
