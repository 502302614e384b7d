package call_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/bufbuild/protocompile"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/dynamicpb"

	"slipway.dev/internal/call"
)

const greetProto = `syntax = "proto3";
package GreeterApi;
import "google/protobuf/timestamp.proto";
import "parts/words.proto";
message Name { string name = 1; int64 times = 2; google.protobuf.Timestamp at = 3; }
service Greeter {
  rpc SayHello(Name) returns (Greeting);
  rpc SayOften(Name) returns (stream Greeting);
  rpc Listen(stream Name) returns (Greeting);
}
`

const wordsProto = `syntax = "proto3";
package GreeterApi;
message Greeting { string message = 1; int32 number = 2; bool loud = 3; bytes filling = 4; }
`

// greeter serves the service as it is described, with generic handlers, so that no generated code is needed.
func greeter(t *testing.T, options ...grpc.ServerOption) (host, port string) {
	t.Helper()
	files := protocompile.Compiler{Resolver: protocompile.WithStandardImports(&protocompile.SourceResolver{
		Accessor: protocompile.SourceAccessorFromMap(map[string]string{"greet.proto": greetProto, "parts/words.proto": wordsProto}),
	})}
	found, err := files.Compile(t.Context(), "greet.proto")
	if err != nil {
		t.Fatal(err)
	}
	service := found[0].Services().Get(0)
	server := grpc.NewServer(append(options, grpc.UnknownServiceHandler(func(_ any, stream grpc.ServerStream) error {
		name, _ := grpc.MethodFromServerStream(stream)
		method := service.Methods().ByName(protoreflect.Name(name[strings.LastIndex(name, "/")+1:]))
		if method == nil || !strings.HasPrefix(name, "/GreeterApi.Greeter/") {
			return status.Error(codes.Unimplemented, name)
		}
		return greet(stream, method)
	}))...)
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go func() { _ = server.Serve(l) }()
	t.Cleanup(server.Stop)
	host, port, _ = net.SplitHostPort(l.Addr().String())
	return host, port
}

func greet(stream grpc.ServerStream, method protoreflect.MethodDescriptor) error {
	in := dynamicpb.NewMessage(method.Input())
	if err := stream.RecvMsg(in); err != nil {
		return err
	}
	field := func(m *dynamicpb.Message, name protoreflect.Name) protoreflect.FieldDescriptor {
		return m.Descriptor().Fields().ByName(name)
	}
	name := in.Get(field(in, "name")).String()
	times := max(1, int(in.Get(field(in, "times")).Int()))
	head, _ := metadata.FromIncomingContext(stream.Context())
	switch name {
	case "nobody":
		return status.Error(codes.NotFound, "nobody is called so")
	case "who":
		name = strings.Join(append(head.Get("authorization"), head.Get("idempotency-key")...), " ")
	case "slow":
		<-stream.Context().Done()
		return stream.Context().Err()
	}
	for i := range times {
		out := dynamicpb.NewMessage(method.Output())
		out.Set(field(out, "message"), protoreflect.ValueOfString("Hello, "+name))
		out.Set(field(out, "number"), protoreflect.ValueOfInt32(int32(i)))
		if name == "much" {
			out.Set(field(out, "filling"), protoreflect.ValueOfBytes(make([]byte, 1<<20)))
		}
		if err := stream.SendMsg(out); err != nil {
			return err
		}
	}
	return nil
}

// protos puts the description where the Caller reads files.
func protos(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "app", "parts"), 0o700); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"app/greet.proto": greetProto, "app/parts/words.proto": wordsProto, "bad.proto": "service {",
		"lost.proto": `syntax = "proto3"; import "../../etc/passwd";`,
		"loop.proto": `syntax = "proto3"; import "loop.proto";`,
		"deep.proto": "message A { option (x) = " + strings.Repeat("{a:", 100_000), "long.proto": strings.Repeat("// x\n", 300_000),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

const grpcWith = `{"proto":{"endpoint":%q},"service":{"name":%q,"host":%q,"port":%s,"authentication":%s},"method":%q,"arguments":%s}`

func TestGRPC(t *testing.T) {
	t.Parallel()
	host, port := greeter(t)
	c := local(t, func(o *call.Options) { o.Files, o.Reply = protos(t), 256<<10 })
	ask := func(method, arguments string) call.Reply {
		return do(t, c, "grpc", fmt.Sprintf(grpcWith, "file://app/greet.proto", "GreeterApi.Greeter", host, port, "null", method, arguments))
	}
	for _, test := range []struct{ method, arguments, want string }{
		{"SayHello", `{"name":"Ada","at":"2026-01-01T00:00:00Z"}`, `{"filling":"","loud":false,"message":"Hello, Ada","number":0}`},
		{"SayHello", `null`, `{"filling":"","loud":false,"message":"Hello, ","number":0}`},
		{"SayOften", `{"name":"Ada","times":2}`, `[{"filling":"","loud":false,"message":"Hello, Ada","number":0},{"filling":"","loud":false,"message":"Hello, Ada","number":1}]`},
	} {
		if got := says(t, ask(test.method, test.arguments)); got != test.want {
			t.Errorf("%s: got %s, want %s", test.method, got, test.want)
		}
	}
	fails(t, ask("SayHello", `{"name":"nobody"}`), "communication", 404, "nobody is called so")
	fails(t, ask("SayHello", `{"nam":"x"}`), "validation", 400, "nam")
	fails(t, ask("SayHello", `{"name":"much"}`), "communication", 502, "too large")
	fails(t, ask("SayOften", `{"name":"long","times":100000}`), "communication", 502, "too large")
	fails(t, ask("Listen", `{}`), "configuration", 400, "stream")
	fails(t, ask("Shout", `{}`), "configuration", 400, `no method "Shout"`)
	for proto, text := range map[string]string{"bad.proto": "cannot be read", "lost.proto": `no file "etc/passwd"`, "loop.proto": "cycle", "none.proto": "no file", "deep.proto": "nested"} {
		fails(t, do(t, c, "grpc", fmt.Sprintf(grpcWith, proto, "S", host, port, "null", "M", "{}")), "configuration", 400, text)
	}
	fails(t, do(t, c, "grpc", fmt.Sprintf(grpcWith, "long.proto", "S", host, port, "null", "M", "{}")), "communication", 502, "too large")
	fails(t, do(t, call.New(call.Options{Files: protos(t)}), "grpc", fmt.Sprintf(grpcWith, "app/greet.proto", "Greeter", host, port, "null", "SayHello", "{}")),
		"authorization", 403, "may not call here")
	fails(t, do(t, c, "grpc", fmt.Sprintf(grpcWith, "app/greet.proto", "Greeter", "169.254.169.254", "80", "null", "SayHello", "{}")), "authorization", 403, "link-local")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if r := c.Do(ctx, call.Request{Protocol: "grpc", With: object(t, fmt.Sprintf(grpcWith, "app/greet.proto", "Greeter", host, port, "null", "SayHello", `{"name":"slow"}`))}); r.Problem == nil {
		t.Error("it was not cancelled")
	}
}

// TestGRPCSecure: over TLS with credentials, and a description that is fetched with what it imports.
func TestGRPCSecure(t *testing.T) {
	t.Parallel()
	authority, _, ca := pair(t, "authority", nil)
	_, _, serverPair := pair(t, "localhost", &ca)
	cert, key, _ := pair(t, "client", &ca)
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM([]byte(authority))
	_, port := greeter(t, grpc.Creds(credentials.NewTLS(&tls.Config{
		Certificates: []tls.Certificate{serverPair}, ClientAuth: tls.VerifyClientCertIfGiven, ClientCAs: pool,
	})))
	_, plain := greeter(t)
	docs := serve(t, func(w http.ResponseWriter, r *http.Request) {
		text := map[string]string{"/app/greet.proto": greetProto, "/app/parts/words.proto": wordsProto}[r.URL.Path]
		if text == "" {
			w.WriteHeader(http.StatusNotFound)
		}
		_, _ = io.WriteString(w, text)
	})
	c := local(t, func(o *call.Options) { o.Roots = pool })
	ask := func(c *call.Caller, port, auth string) call.Reply {
		return do(t, c, "grpc", fmt.Sprintf(grpcWith, docs.URL+"/app/greet.proto", "Greeter", "localhost", port, auth, "SayHello", `{"name":"who"}`),
			func(r *call.Request) { r.IdempotencyKey = "key-1" })
	}
	bearer := `{"bearer":{"token":"abcdefgh"}}`
	want := `{"filling":"","loud":false,"message":"Hello, Bearer *** key-1","number":0}`
	for _, p := range []string{port, plain} {
		if got := says(t, ask(c, p, bearer)); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	certificate := fmt.Sprintf(`{"certificate":{"certificate":%q,"key":%q}}`, cert, key)
	says(t, ask(c, port, certificate))
	fails(t, ask(c, plain, certificate), "communication", 503, "")
	fails(t, ask(local(t), port, bearer), "communication", 502, "not trusted")
	fails(t, ask(c, port, `{"digest":{"username":"a","password":"b"}}`), "configuration", 400, "digest")
}
