package sign

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	intoto "github.com/in-toto/attestation/go/v1"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/types/known/structpb"

	"slipway.dev/internal/core/fault"
)

// PayloadType is the DSSE payload type of an in-toto statement.
const PayloadType = "application/vnd.in-toto+json"

// EnvelopeType is the media type of a DSSE envelope.
const EnvelopeType = "application/vnd.dsse.envelope.v1+json"

// Statement says something (Predicate, of the type that the URI PredicateType names)
// about subjects that are named by their digests.
type Statement struct {
	Subjects      []Subject
	PredicateType string
	Predicate     json.RawMessage // a JSON object
}

// Subject is what a statement is about. Digest is "sha256:…".
type Subject struct {
	Name   string
	Digest string
}

// About says whether the statement has a subject with this digest ("sha256:…").
func (s Statement) About(digest string) bool {
	for _, subject := range s.Subjects {
		if subject.Digest == digest {
			return true
		}
	}
	return false
}

// encode gives the statement as in-toto v1 JSON; the same bytes for the same statement.
func (s Statement) encode() ([]byte, error) {
	predicate := &structpb.Struct{}
	if err := protojson.Unmarshal(s.Predicate, predicate); err != nil {
		return nil, fmt.Errorf("the predicate is not a JSON object: %w", err)
	}
	st := &intoto.Statement{Type: intoto.StatementTypeUri, PredicateType: s.PredicateType, Predicate: predicate}
	for _, subject := range s.Subjects {
		algorithm, hex, ok := strings.Cut(subject.Digest, ":")
		if !ok {
			return nil, fmt.Errorf("the subject %q has the digest %q, not algorithm:hex", subject.Name, subject.Digest)
		}
		st.Subject = append(st.Subject, &intoto.ResourceDescriptor{Name: subject.Name, Digest: map[string]string{algorithm: hex}})
	}
	if err := st.Validate(); err != nil {
		return nil, err
	}
	loose, err := protojson.Marshal(st)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer // protojson varies its spaces on purpose
	err = json.Compact(&b, loose)
	return b.Bytes(), err
}

func decode(payload []byte) (Statement, error) {
	st := &intoto.Statement{}
	if err := (protojson.UnmarshalOptions{DiscardUnknown: true}).Unmarshal(payload, st); err != nil {
		return Statement{}, fault.New(fault.Invalid, "the signed payload is not an in-toto statement").Because(err)
	}
	if err := st.Validate(); err != nil {
		return Statement{}, fault.New(fault.Invalid, "the signed in-toto statement is not valid").Because(err)
	}
	predicate, err := st.GetPredicate().MarshalJSON()
	if err != nil {
		return Statement{}, fmt.Errorf("read the predicate: %w", err)
	}
	s := Statement{PredicateType: st.GetPredicateType(), Predicate: predicate}
	for _, rd := range st.GetSubject() {
		for algorithm, hex := range rd.GetDigest() {
			s.Subjects = append(s.Subjects, Subject{Name: rd.GetName(), Digest: algorithm + ":" + hex})
		}
	}
	return s, nil
}
