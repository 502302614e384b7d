package model

import "encoding/json"

// Resource is what a manifest declared, with the one source that owns it.
type Resource struct {
	Kind   string          `json:"kind"`
	Name   string          `json:"name"`
	Team   string          `json:"team,omitempty"`
	Source string          `json:"source"`
	Digest string          `json:"digest"`
	Spec   json.RawMessage `json:"spec,omitempty"`
}

// SecretValue is a secret's new value on its way in. In JSON it is base64.
type SecretValue struct {
	Value []byte `json:"value"`
}

// CheckRequest brings manifest files to be checked; nothing is changed.
type CheckRequest struct {
	Files []File `json:"files"`
}
