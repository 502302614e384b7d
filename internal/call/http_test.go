package call_test

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"slipway.dev/internal/call"
)

// TestPetstore makes calls of the specification's scenarios, with the addresses that they have.
func TestPetstore(t *testing.T) {
	t.Parallel()
	c := world(t)
	with := func(data string) func(*call.Request) {
		return func(r *call.Request) { r.Data = object(t, data) }
	}
	got := says(t, do(t, c, "http", `{"method":"get","endpoint":{"uri":"https://petstore.swagger.io/v2/pet/findByStatus?status={status}"}}`, with(`{"status":"sold"}`)))
	if want := `[{"id":3,"name":"Idefix","photoUrls":[],"status":"sold"}]`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	got = says(t, do(t, c, "http", `{"method":"GET","endpoint":"https://petstore.swagger.io/v2/pet/{petId}","output":"raw"}`, with(`{"petId":3}`)))
	if want := `"eyJpZCI6MywibmFtZSI6IklkZWZpeCIsInBob3RvVXJscyI6W10sInN0YXR1cyI6InNvbGQifQo="`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	r := do(t, c, "http", `{"method":"get","endpoint":"https://petstore.swagger.io/v2/pet/{petId}","output":"response"}`, with(`{"petId":2}`))
	response := r.Output.(map[string]any)
	request := response["request"].(map[string]any)
	if request["uri"] != "https://petstore.swagger.io/v2/pet/2" || request["method"] != "get" || request["headers"] == nil ||
		response["statusCode"] != json.Number("200") || response["headers"].(map[string]any)["Content-Type"] != "application/json" ||
		response["content"].(map[string]any)["name"] != "Rantanplan" {
		t.Errorf("got %v", response)
	}
	fails(t, do(t, c, "http", `{"method":"get","endpoint":"https://petstore.swagger.io/v2/pet/getPetByName/{petName}"}`, with(`{"petName":"Milou"}`)),
		"communication", 404, "GET https://petstore.swagger.io/v2/pet/getPetByName/{petName} answered 404 Not Found")
	basic := `{"method":"get","endpoint":{"uri":"https://httpbin.org/basic-auth/{u}/{p}","authentication":{"basic":{"username":"u%s","password":1234}}}}`
	got = says(t, do(t, c, "http", strings.ReplaceAll(basic, "%s", ""), with(`{"u":"u","p":1234}`)))
	if want := `{"authenticated":true,"user":"u"}`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	fails(t, do(t, c, "http", strings.ReplaceAll(basic, "%s", "x"), with(`{"u":"u","p":1234}`)), "communication", 401, "")
	fails(t, do(t, c, "http", `{"method":"get","endpoint":"https://elsewhere.example/"}`), "communication", 503, "no server")
}

// TestHTTPSends looks at what a server gets.
func TestHTTPSends(t *testing.T) {
	t.Parallel()
	type got struct{ Method, URI, Type, Body, Key, Extra string }
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(got{r.Method, r.RequestURI, r.Header.Get("Content-Type"), string(body), r.Header.Get("Idempotency-Key"), r.Header.Get("X-Extra")})
	})
	c := local(t)
	for _, test := range []struct {
		name, with, data string
		want             got
	}{
		{"object", `"method":"post","body":{"b":[1,"<&>"],"a":null}`, ``, got{"POST", "/", "application/json", `{"a":null,"b":[1,"<&>"]}`, "key-1", ""}},
		{"text", `"method":"put","body":"{\"x\":1}","headers":{"content-type":"application/json"}`, ``, got{"PUT", "/", "application/json", `{"x":1}`, "", ""}},
		{"plain", `"method":"patch","body":"hello"`, ``, got{"PATCH", "/", "text/plain; charset=utf-8", `hello`, "key-1", ""}},
		{"form", `"method":"post","body":{"a":"1 2","b":["x","y"]},"headers":{"Content-Type":"application/x-www-form-urlencoded","X-Extra":true,"Idempotency-Key":"mine"}`, ``,
			got{"POST", "/", "application/x-www-form-urlencoded", `a=1+2&b=x&b=y`, "mine", "true"}},
		{"query", `"method":"get","path":"a?x=1&y=%20","query":{"b":[1,2],"a":"&","n":null}`, ``, got{"GET", "/a?x=1&y=%20&a=%26&b=1&b=2", "", "", "", ""}},
		{"template", `"method":"delete","path":"p/{a.b}/{a}/{none}/{n}?q={a}#{a}"`, `{"a.b":"x/y?","a":"ä","n":null}`, got{"DELETE", "/p/x%2Fy%3F/%C3%A4//?q=%C3%A4", "", "", "", ""}},
		{"big", `"method":"get","path":"{n}/{b}/{f}"`, `{"n":12345678901,"b":false,"f":1.5}`, got{"GET", "/12345678901/false/1.5", "", "", "", ""}},
		{"scalar", `"method":"post","body":17`, ``, got{"POST", "/", "application/json", "17", "key-1", ""}},
	} {
		args := object(t, "{"+test.with+"}").(map[string]any)
		path, _ := args["path"].(string)
		delete(args, "path")
		args["endpoint"] = map[string]any{"uri": server.URL + "/" + path}
		r := call.Request{Protocol: "http", With: args, IdempotencyKey: "key-1"}
		if test.data != "" {
			r.Data = object(t, test.data)
		}
		var seen got
		if err := json.Unmarshal([]byte(says(t, c.Do(t.Context(), r))), &seen); err != nil {
			t.Errorf("%s: %v", test.name, err)
		}
		if diff := cmp.Diff(test.want, seen); diff != "" {
			t.Errorf("%s: %s", test.name, diff)
		}
	}
}

// TestHTTPGets shows what becomes of what a server sends.
func TestHTTPGets(t *testing.T) {
	t.Parallel()
	bomb := "a: &a [x,x,x,x,x,x,x,x,x]\n"
	for i, before := 1, "a"; i < 9; i++ {
		name := string(rune('a' + i))
		bomb += name + ": &" + name + " [" + strings.TrimSuffix(strings.Repeat("*"+before+",", 9), ",") + "]\n"
		before = name
	}
	c := local(t)
	for _, test := range []struct {
		name, media, body, want string // want without a brace, bracket, quote or number first: a problem's text
	}{
		{"digits", "application/json", `{"n":12345678901234567890,"f":1.10}`, `{"f":1.10,"n":12345678901234567890}`},
		{"problem", "application/problem+json; charset=utf-8", `[1]`, `[1]`},
		{"no JSON", "application/json", `<html>`, "says that it is application/json, and is not"},
		{"more", "application/json", `{} {}`, "says that it is application/json, and is not"},
		{"empty", "application/json", ``, `null`},
		{"yaml", "application/yaml", "a: 1\nb: [x, 2]\n", `{"a":1,"b":["x",2]}`},
		{"yaml bomb", "application/yaml", bomb, "is not"},
		{"text", "text/plain", "hello", `"hello"`},
		{"xml", "application/xml", "<a/>", `"<a/>"`},
		{"form", "application/x-www-form-urlencoded", "a=1&b=2&b=3", `{"a":"1","b":["2","3"]}`},
		{"binary", "application/octet-stream", "\x00\x01", `"AAE="`},
		{"latin", "text/plain", "\xe4", `"5A=="`},
	} {
		server := serve(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", test.media)
			_, _ = io.WriteString(w, test.body)
		})
		r := do(t, c, "http", `{"method":"get","endpoint":"`+server.URL+`"}`)
		if !strings.ContainsAny(test.want[:1], `[{"n`) {
			fails(t, r, "communication", 502, test.want)
			continue
		}
		got := says(t, r)
		got = strings.NewReplacer(`\u003c`, "<", `\u003e`, ">").Replace(got)
		if got != test.want {
			t.Errorf("%s: got %s, want %s", test.name, got, test.want)
		}
	}
}

// TestRedirect: a redirection is never followed; whether it is an error, the workflow says.
func TestRedirect(t *testing.T) {
	t.Parallel()
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/next" {
			t.Error("the redirection was followed")
		}
		w.Header().Set("Location", "/next")
		w.WriteHeader(http.StatusFound)
		_, _ = io.WriteString(w, "over there")
	})
	c := local(t)
	fails(t, do(t, c, "http", `{"method":"get","endpoint":"`+server.URL+`"}`), "communication", 302, "answered 302 Found: over there")
	r := do(t, c, "http", `{"method":"get","endpoint":"`+server.URL+`","redirect":true,"output":"response"}`)
	if response, _ := r.Output.(map[string]any); r.Problem != nil || response["headers"].(map[string]any)["Location"] != "/next" {
		t.Errorf("got %+v %v", r, r.Problem)
	}
}

// TestArguments: what is wrong with a call is told before anybody is called.
func TestArguments(t *testing.T) {
	t.Parallel()
	server := serve(t, func(http.ResponseWriter, *http.Request) { t.Error("the server was called") })
	c := local(t)
	for _, test := range []struct{ with, data, kind, text string }{
		{`{"method":"get","endpoint":"URL","metod":1}`, ``, "configuration", `unknown field "metod"`},
		{`{"method":{},"endpoint":"URL"}`, ``, "configuration", "where text is wanted"},
		{`{"method":"get","endpoint":"URL","redirect":"supersecret"}`, ``, "configuration", "with.redirect is not to be of type string"},
		{`{"method":"ge t","endpoint":"URL"}`, ``, "configuration", "no method"},
		{`{"method":"connect","endpoint":"URL"}`, ``, "configuration", "no method"},
		{`{"method":"get","endpoint":"ftp://example.com"}`, ``, "configuration", "https://"},
		{`{"method":"get","endpoint":"/path"}`, ``, "configuration", "https://"},
		{`{"method":"get","endpoint":"https://user:supersecret@example.com/"}`, ``, "configuration", "authentication"},
		{`{"method":"get","endpoint":"https://user:supersecret@exa mple.com/"}`, ``, "configuration", "no URI"},
		{`{"method":"get","endpoint":"URL/{a}"}`, `{"a":{"b":1}}`, "expression", "{a}"},
		{`{"method":"get","endpoint":"URL/x/{a}/y"}`, `{"a":".."}`, "expression", "lead out"},
		{`{"method":"get","endpoint":"URL","headers":{"a b":"c"}}`, ``, "configuration", "header"},
		{`{"method":"get","endpoint":"URL","headers":{"a":"c\r\nX: supersecret"}}`, ``, "configuration", "header"},
		{`{"method":"get","endpoint":"URL","query":{"a":{"b":1}}}`, ``, "configuration", `"a"`},
		{`{"method":"post","endpoint":"URL","body":{},"headers":{"Content-Type":"image/png"}}`, ``, "configuration", "image/png"},
		{`{"method":"get","endpoint":{"uri":"URL","authentication":{"use":"x"}}}`, ``, "configuration", `"x"`},
		{`{"method":"get","endpoint":{"uri":"URL","authentication":{"basic":{}}}}`, ``, "authentication", "no credentials"},
	} {
		r := call.Request{Protocol: "http", With: object(t, strings.ReplaceAll(test.with, "URL", server.URL))}
		if test.data != "" {
			r.Data = object(t, test.data)
		}
		status := 400
		if test.kind == "authentication" {
			status = 401
		}
		reply := c.Do(t.Context(), r)
		fails(t, reply, test.kind, status, test.text)
		if reply.Problem != nil && strings.Contains(reply.Problem.Detail, "supersecret") {
			t.Errorf("%s tells the secret", reply.Problem.Detail)
		}
	}
	fails(t, c.Do(t.Context(), call.Request{Protocol: "smtp"}), "configuration", 400, "smtp")
}
