package call_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"slipway.dev/internal/call"
)

// TestOpenAPIPetstore calls operations that are described in Swagger 2.0.
func TestOpenAPIPetstore(t *testing.T) {
	t.Parallel()
	c := world(t)
	const with = `{"document":{"endpoint":"https://petstore.swagger.io/v2/swagger.json"},"operationId":%q,"parameters":%s}`
	for _, test := range []struct{ operation, parameters, want string }{
		{"getPetById", `{"petId":1}`, `{"id":1,"name":"Milou","photoUrls":["https://pets.example/1.png"],"status":"available"}`},
		{"findPetsByStatus", `{"status":["sold","pending"]}`, `[{"id":3,"name":"Idefix","photoUrls":[],"status":"sold"}]`},
		{"findPetsByStatus", `{"status":"sold"}`, `[{"id":3,"name":"Idefix","photoUrls":[],"status":"sold"}]`},
		{"addPet", `{"pet":{"name":"Struppi","photoUrls":[],"status":"pending"}}`, `{"id":4,"name":"Struppi","photoUrls":[],"status":"pending"}`},
		{"addPet", `{"name":"Idefix","photoUrls":[],"status":"pending"}`, `{"id":5,"name":"Idefix","photoUrls":[],"status":"pending"}`},
		{"updatePetWithForm", `{"petId":3,"name":"Idéfix & co"}`, `{"code":200,"message":"3","type":"unknown"}`},
		{"getPetById", `{"petId":3}`, `{"id":3,"name":"Idéfix \u0026 co","photoUrls":[],"status":"sold"}`},
		{"deletePet", `{"petId":3,"api_key":"special"}`, `{"code":200,"message":"3","type":"unknown"}`},
	} {
		if got := says(t, do(t, c, "openapi", fmt.Sprintf(with, test.operation, test.parameters))); got != test.want {
			t.Errorf("%s: got %s, want %s", test.operation, got, test.want)
		}
	}
	for _, test := range []struct {
		operation, parameters, kind string
		status                      int
		text                        string
	}{
		{"getPetById", `{"petId":3}`, "communication", 404, "GET https://petstore.swagger.io/v2/pet/{petId} answered 404 Not Found"},
		{"getPetById", `{}`, "validation", 400, `needs the parameter "petId"`},
		{"getPetById", `{"petId":".."}`, "validation", 400, "lead out"},
		{"getPetById", `{"petId":1,"petid":2}`, "validation", 400, `has no parameter "petid"`},
		{"getPetById", `{"petId":{"a":{"b":1}}}`, "validation", 400, "too deep"},
		{"addPet", `{}`, "validation", 400, "needs a body"},
		{"addPet", `{"pet":{},"more":1}`, "validation", 400, "nothing else"},
		{"getPetsById", `{}`, "configuration", 400, "it has addPet, deletePet, findPetsByStatus"},
	} {
		fails(t, do(t, c, "openapi", fmt.Sprintf(with, test.operation, test.parameters)), test.kind, test.status, test.text)
	}
}

// modern is a document of OpenAPI 3.1 with what Swagger 2.0 has not.
const modern = `openapi: 3.1.0
info: {title: t, version: "1"}
jsonSchemaDialect: https://json-schema.org/draft/2020-12/schema
servers: [{url: "/{stage}/api", variables: {stage: {default: v1}}}]
paths:
  /things/{id}:
    parameters:
      - {$ref: "#/components/parameters/Id"}
    post:
      operationId: make
      parameters:
        - {name: list, in: query, explode: false, schema: {type: array, items: {type: string}}}
        - {name: many, in: query, schema: {type: array, items: {type: string}}}
        - {name: pipe, in: query, style: pipeDelimited, schema: {type: array, items: {type: string}}}
        - {name: deep, in: query, style: deepObject, schema: {type: object}}
        - {name: flat, in: query, schema: {type: object}}
        - {name: json, in: query, content: {application/json: {schema: {type: object}}}}
        - {name: X-List, in: header, schema: {type: array, items: {type: integer}}}
        - {name: tag, in: cookie, schema: {type: string}}
      requestBody:
        content: {application/json: {schema: {$ref: "#/components/schemas/Node"}}}
      responses: {"200": {description: ok}}
  /matrix/{id}/{label}:
    get:
      operationId: odd
      parameters:
        - {name: id, in: path, required: true, style: matrix, explode: true, schema: {type: array, items: {type: string}}}
        - {name: label, in: path, required: true, style: label, schema: {type: object}}
      responses: {"200": {description: ok}}
  /form:
    servers: [{url: "/elsewhere"}]
    post:
      operationId: upload
      requestBody: {content: {multipart/form-data: {schema: {type: object}}}}
      responses: {"200": {description: ok}}
components:
  parameters:
    Id: {name: id, in: path, required: true, schema: {type: [string, "null"], const: x, exclusiveMinimum: 1}}
  schemas:
    Node: {type: object, properties: {next: {$ref: "#/components/schemas/Node"}}, unevaluatedProperties: false}
`

// TestOpenAPI31 looks at how parameters are written.
func TestOpenAPI31(t *testing.T) {
	t.Parallel()
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/docs/openapi.yaml" {
			_, _ = io.WriteString(w, modern)
			return
		}
		body, _ := io.ReadAll(r.Body)
		if strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/") {
			r.Body = io.NopCloser(strings.NewReader(string(body)))
			_ = r.ParseMultipartForm(1 << 10)
			body = []byte(r.PostForm.Encode())
		}
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode([]string{r.Method, r.RequestURI, r.Header.Get("X-List"), r.Header.Get("Cookie"), string(body)})
	})
	c := local(t)
	for _, test := range []struct{ operation, parameters, want string }{
		{"make", `{"id":"a/b","list":["1","2,3"],"many":["x","y&"],"pipe":["p","q"],"deep":{"k":"v"},"flat":{"f":1},"json":{"j":[]},"X-List":[1,2],"tag":"t","body":{"next":null}}`,
			`["POST","/v1/api/things/a%2Fb?list=1,2%2C3&many=x&many=y%26&pipe=p%7Cq&deep%5Bk%5D=v&f=1&json=%7B%22j%22%3A%5B%5D%7D","1,2","tag=t","{\"next\":null}"]`},
		{"odd", `{"id":["a","b"],"label":{"k":"v"}}`, `["GET","/v1/api/matrix/;id=a;id=b/.k,v","","",""]`},
		{"upload", `{"a":"1","b":["x","y"]}`, `["POST","/elsewhere/form","","","a=1\u0026b=x\u0026b=y"]`},
	} {
		with := fmt.Sprintf(`{"document":{"endpoint":"%s/docs/openapi.yaml"},"operationId":%q,"parameters":%s}`, server.URL, test.operation, test.parameters)
		if got, want := says(t, do(t, c, "openapi", with)), strings.ReplaceAll(test.want, "&", `\u0026`); got != want {
			t.Errorf("%s: got %s, want %s", test.operation, got, want)
		}
	}
}

// TestOpenAPIDocuments: documents that are none, and how often one is fetched.
func TestOpenAPIDocuments(t *testing.T) {
	t.Parallel()
	fetched := 0
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/good":
			fetched++
			_, _ = io.WriteString(w, `{"openapi":"3.0.0","info":{"title":"t","version":"1"},"paths":{"/x":{"get":{"operationId":"x","responses":{"200":{"description":"ok"}}}}}}`)
		case "/html":
			_, _ = io.WriteString(w, "<html>")
		case "/outside":
			_, _ = io.WriteString(w, `{"openapi":"3.0.0","info":{"title":"t","version":"1"},"paths":{"/x":{"$ref":"file:///etc/passwd"}}}`)
		case "/none":
			_, _ = io.WriteString(w, `{"a":1}`)
		case "/deep":
			_, _ = io.WriteString(w, `{"openapi":"3.1.0","info":{"description":"\"[[[["},"paths":`+strings.Repeat(`{"not":`, 3000)+"1"+strings.Repeat("}", 3000)+"}")
		case "/x":
			_, _ = io.WriteString(w, `"x"`)
		default:
			http.NotFound(w, r)
		}
	})
	c := local(t)
	with := func(path string) string {
		return fmt.Sprintf(`{"document":{"endpoint":"%s%s"},"operationId":"x"}`, server.URL, path)
	}
	for range 3 {
		if got := says(t, do(t, c, "openapi", with("/good"))); got != `"\"x\""` {
			t.Errorf("got %s", got)
		}
	}
	if fetched != 1 {
		t.Errorf("the document was fetched %d times", fetched)
	}
	fails(t, do(t, c, "openapi", with("/html")), "configuration", 400, "no JSON object")
	fails(t, do(t, c, "openapi", with("/outside")), "configuration", 400, "external reference")
	fails(t, do(t, c, "openapi", with("/none")), "configuration", 400, "not OpenAPI")
	fails(t, do(t, c, "openapi", with("/deep")), "configuration", 400, "nested over 200 deep")
	fails(t, do(t, c, "openapi", with("/absent")), "communication", 404, "/absent answered 404")
	fails(t, do(t, call.New(call.Options{}), "openapi", with("/good")), "authorization", 403, "")
}
