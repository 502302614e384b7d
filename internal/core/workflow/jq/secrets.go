package jq

import (
	"errors"
	"slices"
	"strings"

	"github.com/itchyny/gojq"
)

var errSecrets = errors.New("secrets are used by name: $secrets.NAME")

// Lookup gives what stands for a secret in an evaluation, as Vars["secrets"]: of
// $secrets.NAME.KEY, path is "NAME.KEY". A map from paths does as well.
type Lookup func(path string) (any, error)

// secret rewrites $secrets.NAME(.KEY…) to a look-up by one name that is written there, so that
// it is known before what an expression may read.
func (r *rewriter) secret(suffixes []*gojq.Suffix) (*gojq.Query, []*gojq.Suffix, error) {
	var path []string
	for len(suffixes) > 0 && suffixes[0].Index != nil {
		name, ok := constantName(suffixes[0].Index)
		if !ok || name == "" || strings.Contains(name, ".") {
			return nil, nil, errSecrets
		}
		path, suffixes = append(path, name), suffixes[1:]
	}
	if len(path) == 0 || len(suffixes) > 0 && suffixes[0].Iter {
		return nil, nil, errSecrets
	}
	if !slices.Contains(r.secrets, path[0]) {
		r.secrets = append(r.secrets, path[0])
	}
	r.use("secrets")
	return r.native("__secret", call("$secrets"), text(strings.Join(path, "."))), suffixes, nil
}

func secretOf(_ *budget, _ any, args []any) any {
	path, _ := args[1].(string)
	switch secrets := args[0].(type) {
	case Lookup:
		v, err := secrets(path)
		if err != nil {
			return err
		}
		return v
	case map[string]any:
		if v, ok := secrets[path]; ok {
			return v
		}
	}
	return failure("there is no secret " + path)
}
