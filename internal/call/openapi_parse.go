package call

import (
	"bytes"
	"encoding/json"

	"github.com/getkin/kin-openapi/openapi2"
	"github.com/getkin/kin-openapi/openapi2conv"
	"github.com/getkin/kin-openapi/openapi3"
)

// parseOpenAPI reads Swagger 2.0 and OpenAPI 3, in JSON or YAML. References to other documents
// are refused: they would be read unguarded.
func parseOpenAPI(t *text) (api *openapi3.T, err error) {
	defer func() {
		// The library panics at a null where it wants an object (FuzzOpenAPI has one). That is
		// no reason to stop all other runs.
		if recover() != nil {
			api, err = nil, configuration("the OpenAPI document cannot be understood")
		}
	}()
	body := t.body
	if trimmed := bytes.TrimSpace(body); len(trimmed) == 0 || trimmed[0] != '{' {
		v, err := decodeYAML(body)
		if err != nil {
			return nil, configuration("the OpenAPI document is neither JSON nor YAML: %s", brief(err.Error()))
		}
		if body, err = encodeJSON(v); err != nil {
			return nil, configuration("the OpenAPI document is no JSON")
		}
	}
	if nesting(body) > maxNesting {
		return nil, configuration("the OpenAPI document is nested over %d deep", maxNesting)
	}
	var version struct{ Swagger, OpenAPI string }
	if err := json.Unmarshal(body, &version); err != nil {
		return nil, configuration("the OpenAPI document is no JSON object")
	}
	switch {
	case version.Swagger != "":
		var old openapi2.T
		if err = json.Unmarshal(body, &old); err == nil {
			api, err = openapi2conv.ToV3(&old)
		}
	case version.OpenAPI != "":
		api, err = openapi3.NewLoader().LoadFromData(body)
	default:
		return nil, configuration("the document is not OpenAPI: it has neither \"openapi\" nor \"swagger\"")
	}
	if err != nil {
		return nil, configuration("the OpenAPI document is not well-formed: %s", brief(err.Error()))
	}
	return api, nil
}
