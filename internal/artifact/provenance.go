package artifact

import (
	"context"
	"fmt"
	"strings"

	provenance "github.com/in-toto/attestation/go/predicates/provenance/v1"
	intoto "github.com/in-toto/attestation/go/v1"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/types/known/structpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/sign"
)

// Types of a build's provenance.
const (
	ProvenanceType = "https://slsa.dev/provenance/v1"
	BuildType      = "https://slipway.dev/build/v1"
)

const predicateKey = "in-toto.io/predicate-type"

// attest signs the provenance of a built artifact and stores it as an artifact that
// refers to it.
func (s *Store) attest(ctx context.Context, r Request, subject ocispec.Descriptor, res Result) (string, error) {
	predicate, err := s.predicate(r, res)
	if err != nil {
		return "", fmt.Errorf("provenance of %s: %w", subject.Digest, err)
	}
	envelope, err := s.opts.Signer.Sign(ctx, sign.Statement{
		Subjects:      []sign.Subject{{Name: r.Service, Digest: subject.Digest.String()}},
		PredicateType: ProvenanceType, Predicate: predicate,
	})
	if err != nil {
		return "", fmt.Errorf("sign the provenance of %s: %w", subject.Digest, err)
	}
	layer, err := s.blobs.put(ctx, sign.EnvelopeType, envelope)
	if err != nil {
		return "", err
	}
	desc, err := s.putManifest(ctx, ocispec.Manifest{
		ArtifactType: sign.EnvelopeType, Subject: &subject, Layers: []ocispec.Descriptor{layer},
		Annotations: map[string]string{predicateKey: ProvenanceType},
	})
	return desc.Digest.String(), err
}

// predicate follows https://slsa.dev/spec/v1.0/provenance.
func (s *Store) predicate(r Request, res Result) ([]byte, error) {
	params, err := structpb.NewStruct(map[string]any{
		"service": r.Service, "source": r.Source, "commit": r.Commit, "path": r.Path, "run": r.Run, "env": anyMap(r.Env),
	})
	if err != nil {
		return nil, err
	}
	p := &provenance.Provenance{
		BuildDefinition: &provenance.BuildDefinition{
			BuildType: BuildType, ExternalParameters: params,
			ResolvedDependencies: []*intoto.ResourceDescriptor{{
				Uri: "git+" + r.Source, Digest: map[string]string{"gitCommit": r.Commit},
			}},
		},
		RunDetails: &provenance.RunDetails{
			Builder: &provenance.Builder{Id: s.opts.Builder},
			Metadata: &provenance.BuildMetadata{
				InvocationId: r.ID, StartedOn: timestamppb.New(res.Started), FinishedOn: timestamppb.New(res.Finished),
			},
		},
	}
	if err := p.Validate(); err != nil {
		return nil, err
	}
	return protojson.Marshal(p)
}

func anyMap(m map[string]string) map[string]any {
	out := map[string]any{}
	for k, v := range m {
		out[k] = strings.ToValidUTF8(v, "\uFFFD")
	}
	return out
}

// Provenance gives the signed statements (DSSE envelopes) about how an artifact was built;
// fault.NotFound if there is none, as for most that were built elsewhere.
func (s *Store) Provenance(ctx context.Context, digest string) ([][]byte, error) {
	desc, _, err := s.blobs.manifest(ctx, digest)
	if err != nil {
		return nil, err
	}
	list, err := s.index.list()
	if err != nil {
		return nil, err
	}
	var envelopes [][]byte
	for _, ref := range referrers(list, desc.Digest) {
		_, m, err := s.blobs.manifest(ctx, ref.Digest.String())
		if err != nil {
			return nil, err
		}
		if m.Annotations[predicateKey] != ProvenanceType || len(m.Layers) != 1 {
			continue
		}
		envelope, err := s.blobs.read(ctx, m.Layers[0])
		if err != nil {
			return nil, err
		}
		envelopes = append(envelopes, envelope)
	}
	if len(envelopes) == 0 {
		return nil, fault.New(fault.NotFound, "there is no provenance of %s", digest)
	}
	return envelopes, nil
}
