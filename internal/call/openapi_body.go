package call

import (
	"bytes"
	"maps"
	"mime/multipart"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// originalName is the extension in which the library keeps what Swagger 2.0 called a body.
const originalName = "x-originalParamName"

// body puts in what is left of the parameters: the whole body, under the name "body" or what
// Swagger 2.0 calls it, or else the fields of one.
func (op *operation) body(o *outgoing, left map[string]any) error {
	if op.RequestBody == nil || op.RequestBody.Value == nil {
		if len(left) > 0 {
			return validation("the operation %s has no parameter %q", op.OperationID, brief(slices.Sorted(maps.Keys(left))[0]))
		}
		return nil
	}
	described := op.RequestBody.Value
	body, err := op.whole(described, left)
	switch {
	case err != nil:
		return err
	case body == nil && described.Required:
		return validation("the operation %s needs a body", op.OperationID)
	case body == nil:
		return nil
	}
	media := choose(described.Content)
	if media == "multipart/form-data" {
		return multipartBody(o, body)
	}
	if media != "" {
		o.header.Set("Content-Type", media)
	}
	return o.setBody(body)
}

// whole gives the body itself; nil: there is none.
func (op *operation) whole(described *openapi3.RequestBody, left map[string]any) (any, error) {
	names := []string{"body"}
	if name, ok := described.Extensions[originalName].(string); ok {
		names = append(names, name)
	}
	for _, name := range names {
		body, given := left[name]
		if !given {
			continue
		}
		if len(left) > 1 {
			return nil, validation("the operation %s has its body in %q; nothing else may stand beside it", op.OperationID, name)
		}
		return body, nil
	}
	if len(left) == 0 {
		return nil, nil
	}
	return left, nil
}

// choose takes the type of content that can be made: JSON, a form, or the first.
func choose(content openapi3.Content) string {
	types := slices.Sorted(maps.Keys(content))
	for _, fits := range []func(string) bool{
		isJSON,
		func(media string) bool { return media == formType },
		func(media string) bool { return media == "multipart/form-data" },
		func(media string) bool { return strings.HasPrefix(media, "text/") },
	} {
		if i := slices.IndexFunc(types, fits); i >= 0 {
			return types[i]
		}
	}
	if len(types) == 0 {
		return ""
	}
	return types[0]
}

// multipartBody writes each field as a part.
func multipartBody(o *outgoing, body any) error {
	form, err := encodeForm(body)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for _, name := range slices.Sorted(maps.Keys(form)) {
		for _, value := range form[name] {
			if err := w.WriteField(name, value); err != nil {
				return configuration("the field %q cannot be written", brief(name))
			}
		}
	}
	if err := w.Close(); err != nil {
		return configuration("the form cannot be written")
	}
	o.header.Set("Content-Type", w.FormDataContentType())
	o.body = b.Bytes()
	return nil
}
