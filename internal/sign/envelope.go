package sign

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/secure-systems-lab/go-securesystemslib/dsse"

	"slipway.dev/internal/core/fault"
)

// MaxEnvelope is the largest envelope that Verify reads, in bytes.
const MaxEnvelope = 8 << 20

// Sign gives the statement in a DSSE envelope (JSON), signed with the key.
func (k Key) Sign(ctx context.Context, s Statement) ([]byte, error) {
	payload, err := s.encode()
	if err != nil {
		return nil, fault.New(fault.Invalid, "cannot sign a statement of type %s", s.PredicateType).Because(err)
	}
	es, err := dsse.NewEnvelopeSigner(signer{k})
	if err != nil {
		return nil, fmt.Errorf("sign: %w", err)
	}
	envelope, err := es.SignPayload(ctx, PayloadType, payload)
	if err != nil {
		return nil, fmt.Errorf("sign: %w", err)
	}
	return json.Marshal(envelope)
}

// Trusted is a public key and whether it was revoked. Rotated keys are trusted like any
// other: they signed while they were current.
type Trusted struct {
	PEM     string
	Revoked bool
}

// Verified is what a checked envelope says, and which key vouches for it.
type Verified struct {
	Statement
	KeyID string
}

// Verify checks an envelope's signatures and gives its statement. At least one signature
// must be by a trusted key that is not revoked. Otherwise the error is fault.Denied; for
// what is not an envelope of a statement it is fault.Invalid.
func Verify(ctx context.Context, envelope []byte, keys []Trusted) (Verified, error) {
	if len(envelope) > MaxEnvelope {
		return Verified{}, fault.New(fault.TooLarge, "an envelope of %d bytes is over the limit of %d", len(envelope), MaxEnvelope)
	}
	var e dsse.Envelope
	if err := json.Unmarshal(envelope, &e); err != nil {
		return Verified{}, fault.New(fault.Invalid, "this is not a DSSE envelope").Because(err)
	}
	if e.PayloadType != PayloadType {
		return Verified{}, fault.New(fault.Invalid, "the envelope holds %q, not an in-toto statement", e.PayloadType)
	}
	var good, revoked []dsse.Verifier
	for _, k := range keys {
		public, err := ParsePublic(k.PEM)
		if err != nil {
			return Verified{}, err
		}
		v := verifier{public: public, id: KeyID(public)}
		if k.Revoked {
			revoked = append(revoked, v)
		} else {
			good = append(good, v)
		}
	}
	if id, payload, ok := accepted(ctx, &e, good); ok {
		statement, err := decode(payload)
		return Verified{Statement: statement, KeyID: id}, err
	}
	if id, _, ok := accepted(ctx, &e, revoked); ok {
		return Verified{}, fault.New(fault.Denied, "the statement is signed with key %s, which was revoked", id).
			WithHint("have it made and signed again")
	}
	return Verified{}, fault.New(fault.Denied, "the statement is not signed with any of the %d trusted keys", len(keys)).
		WithHint("check that it was not changed and that you have the signer's public key")
}

// accepted gives the first of the keys that signed the envelope.
func accepted(ctx context.Context, e *dsse.Envelope, keys []dsse.Verifier) (id string, payload []byte, ok bool) {
	if len(keys) == 0 {
		return "", nil, false
	}
	ev, err := dsse.NewEnvelopeVerifier(keys...)
	if err != nil {
		return "", nil, false
	}
	by, payload, err := ev.VerifyAndDecode(ctx, e)
	if err != nil || len(by) == 0 {
		return "", nil, false
	}
	return by[0].KeyID, payload, true
}
