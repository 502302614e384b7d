package manifest

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
)

// APIVersion is what a manifest's apiVersion must say.
const APIVersion = "slipway.dev/v1"

// The kinds.
const (
	KindService     = "Service"
	KindEnvironment = "Environment"
	KindTeam        = "Team"
	KindFreeze      = "Freeze"
	KindPolicy      = "Policy"
	KindSystem      = "System"
	KindIntegration = "Integration"
	KindFlow        = "Flow"
	KindUseCase     = "UseCase"
	KindProcess     = "BusinessProcess"
	KindComponent   = "Component"
)

// kinds has the type of each kind's spec.
var kinds = map[string]reflect.Type{
	KindService:     reflect.TypeFor[Service](),
	KindEnvironment: reflect.TypeFor[Environment](),
	KindTeam:        reflect.TypeFor[Team](),
	KindFreeze:      reflect.TypeFor[Freeze](),
	KindPolicy:      reflect.TypeFor[Policy](),
	KindSystem:      reflect.TypeFor[System](),
	KindIntegration: reflect.TypeFor[Integration](),
	KindFlow:        reflect.TypeFor[Flow](),
	KindUseCase:     reflect.TypeFor[UseCase](),
	KindProcess:     reflect.TypeFor[BusinessProcess](),
	KindComponent:   reflect.TypeFor[Component](),
}

// Kinds gives the names of all kinds, sorted.
func Kinds() []string { return slices.Sorted(maps.Keys(kinds)) }

// Metadata is what all kinds have.
type Metadata struct {
	Name   Name          `json:"name,omitempty" need:"yes" doc:"Its name, the only one of its kind." eg:"\"tickets\""`
	Team   Name          `json:"team,omitempty" doc:"Team that owns it. A service must have one." eg:"\"box-office\""`
	Labels map[Name]Text `json:"labels,omitempty" doc:"Words to find it by." eg:"{\"tier\":\"front\"}"`
}

// Resource is one document of a manifest that is all right.
type Resource struct {
	Kind   string          `json:"kind"`
	Name   string          `json:"name"`
	Team   string          `json:"team,omitempty"`
	Labels map[Name]Text   `json:"labels,omitempty"`
	Spec   json.RawMessage `json:"spec"`   // canonical: the same for the same content; not after Look
	Digest string          `json:"digest"` // "sha256:…" of Document; not after Look
	At     Position        `json:"at,omitzero"`

	page   string // its document in the file, for the places of fields; empty for what was stored
	line   int    // at which that begins
	tree   node   // the document, where it cannot be read again by itself
	parsed any    // the spec as it was read; nil for what was stored
}

// ID is "Kind/name".
func (r Resource) ID() string { return r.Kind + "/" + r.Name }

// document is a resource as canonical JSON.
type document struct {
	APIVersion string          `json:"apiVersion"`
	Kind       string          `json:"kind"`
	Metadata   Metadata        `json:"metadata"`
	Spec       json.RawMessage `json:"spec"`
}

// Document is the resource as canonical JSON, which is a manifest itself. It is the blob
// that Digest names. The spec is canonical already, and put in as it is.
func (r Resource) Document() []byte {
	head, err := json.Marshal(document{APIVersion, r.Kind, Metadata{Name: Name(r.Name), Team: Name(r.Team), Labels: r.Labels}, nil})
	if err != nil {
		panic("manifest: a header that was read does not encode: " + err.Error())
	}
	spec := r.Spec
	if len(spec) == 0 {
		spec = encoded(r.parsed)
	}
	head = bytes.TrimSuffix(head, []byte("null}"))
	return append(append(head, spec...), '}')
}

// seal makes the resource one that can be kept.
func (r *Resource) seal() {
	r.Spec = encoded(r.parsed)
	r.Digest = digest(r.Document())
}

func encoded(spec any) json.RawMessage {
	out, err := json.Marshal(spec)
	if err != nil {
		panic("manifest: what was read does not encode: " + err.Error())
	}
	return out
}

// Load reads a Document back. It was held to the rules when it was parsed, perhaps by an
// older version with other rules; it is not again.
func Load(stored []byte) (Resource, error) {
	var d document
	if err := json.Unmarshal(stored, &d); err != nil {
		return Resource{}, fmt.Errorf("a stored manifest cannot be read: %w", err)
	}
	if d.APIVersion != APIVersion || kinds[d.Kind] == nil || d.Metadata.Name == "" {
		return Resource{}, fmt.Errorf("a stored manifest is of version %q and kind %q, which are not known here", d.APIVersion, d.Kind)
	}
	return Resource{Kind: d.Kind, Name: string(d.Metadata.Name), Team: string(d.Metadata.Team), Labels: d.Metadata.Labels,
		Spec: d.Spec, Digest: digest(stored)}, nil
}

// Service gives the spec of a Service.
func (r Resource) Service() (Service, error) { return specOf[Service](r, KindService) }

// Environment gives the spec of an Environment.
func (r Resource) Environment() (Environment, error) {
	return specOf[Environment](r, KindEnvironment)
}

// TeamSpec gives the spec of a Team.
func (r Resource) TeamSpec() (Team, error) { return specOf[Team](r, KindTeam) }

// FreezeSpec gives the spec of a Freeze.
func (r Resource) FreezeSpec() (Freeze, error) { return specOf[Freeze](r, KindFreeze) }

// PolicySpec gives the spec of a Policy.
func (r Resource) PolicySpec() (Policy, error) { return specOf[Policy](r, KindPolicy) }

// System gives the spec of a System.
func (r Resource) System() (System, error) { return specOf[System](r, KindSystem) }

// Integration gives the spec of an Integration.
func (r Resource) Integration() (Integration, error) {
	return specOf[Integration](r, KindIntegration)
}

// FlowSpec gives the spec of a Flow.
func (r Resource) FlowSpec() (Flow, error) { return specOf[Flow](r, KindFlow) }

// UseCase gives the spec of a UseCase.
func (r Resource) UseCase() (UseCase, error) { return specOf[UseCase](r, KindUseCase) }

// Process gives the spec of a BusinessProcess.
func (r Resource) Process() (BusinessProcess, error) {
	return specOf[BusinessProcess](r, KindProcess)
}

// Component gives the spec of a Component.
func (r Resource) Component() (Component, error) { return specOf[Component](r, KindComponent) }

func specOf[T any](r Resource, kind string) (T, error) {
	if p, ok := r.parsed.(*T); ok && r.Kind == kind {
		return *p, nil
	}
	return decoded[T](r, kind)
}

// decoded is apart from specOf because what is decoded into is on the heap.
func decoded[T any](r Resource, kind string) (T, error) {
	var t T
	if r.Kind != kind {
		return t, fmt.Errorf("%s is not a %s", r.ID(), kind)
	}
	if err := json.Unmarshal(r.Spec, &t); err != nil {
		return t, fmt.Errorf("spec of %s: %w", r.ID(), err)
	}
	return t, nil
}

func digest(b []byte) string {
	sum := sha256.Sum256(b)
	return "sha256:" + hex.EncodeToString(sum[:])
}

// Where gives the place of a field in the file, or of the nearest one around it that is
// there: "spec", "steps", "[0]", "service". Of what was stored it is At.
func (r Resource) Where(path ...string) Position {
	top := r.top()
	if top == nil {
		return r.At
	}
	s := spot{d: &decoder{file: r.At.File}, n: top}.down(path)
	return Position{r.At.File, max(s.n.Line, 1), max(s.n.Column, 1)}
}
