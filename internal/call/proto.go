package call

import (
	"context"
	"io"
	"io/fs"
	"net/url"
	"path"
	"strings"
	"sync"

	"github.com/bufbuild/protocompile"
	"github.com/bufbuild/protocompile/reporter"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// Bounds of a description of a gRPC service: files it is made of, and bytes of one. Real ones stay far below.
const (
	maxImports = 64
	maxProto   = 1 << 20
)

// method finds the description of a method that is called.
func (a *attempt) method(ctx context.Context, with grpcArguments, described *text) (protoreflect.MethodDescriptor, error) {
	file, err := a.compile(ctx, with.Proto, described)
	if err != nil {
		return nil, err
	}
	service := serviceNamed(file, with.Service.Name)
	if service == nil {
		return nil, configuration("the description has no service %q", brief(with.Service.Name))
	}
	method := service.Methods().ByName(protoreflect.Name(with.Method))
	switch {
	case method == nil:
		return nil, configuration("the service %s has no method %q", service.FullName(), brief(with.Method))
	case method.IsStreamingClient():
		return nil, configuration("%s wants a stream of messages; a call sends one", method.FullName())
	}
	return method, nil
}

// serviceNamed finds a service by its full name, or by its own if the file has one of that name.
func serviceNamed(file protoreflect.FileDescriptor, name string) protoreflect.ServiceDescriptor {
	for i := range file.Services().Len() {
		s := file.Services().Get(i)
		if string(s.FullName()) == name || string(s.Name()) == name {
			return s
		}
	}
	return nil
}

// compile reads a description and what it imports: files of protobuf itself, and files beside it.
func (a *attempt) compile(ctx context.Context, proto resource, described *text) (protoreflect.FileDescriptor, error) {
	const main = "workflow's.proto" // no import is called so
	var mu sync.Mutex
	files := 0
	missing := simple(described)
	if missing != nil {
		return nil, missing
	}
	open := func(name string) (protocompile.SearchResult, error) {
		switch {
		case name == main:
			return sourceOf(described), nil
		case strings.HasPrefix(name, "google/protobuf/"):
			return protocompile.SearchResult{}, fs.ErrNotExist // the compiler has these itself
		}
		mu.Lock()
		defer mu.Unlock()
		if files++; files > maxImports {
			missing = configuration("the description imports over %d files", maxImports)
			return protocompile.SearchResult{}, missing
		}
		beside, err := a.beside(ctx, proto, described, name)
		if err == nil {
			err = simple(beside)
		}
		if err != nil {
			missing = err
			return protocompile.SearchResult{}, err
		}
		return sourceOf(beside), nil
	}
	compiler := protocompile.Compiler{
		MaxParallelism: 1,
		Resolver:       protocompile.WithStandardImports(protocompile.ResolverFunc(open)),
		Reporter:       reporter.NewReporter(nil, nil),
	}
	found, err := compiler.Compile(ctx, main)
	switch {
	case missing != nil:
		return nil, missing
	case err != nil:
		return nil, configuration("the description cannot be read: %s", brief(err.Error()))
	}
	return found[0], nil
}

// simple says whether a description is such as people write.
func simple(t *text) error {
	if len(t.body) > maxProto {
		return tooLarge("the description", maxProto)
	}
	if nesting(t.body) > maxNesting {
		return configuration("the description is nested over %d deep", maxNesting)
	}
	return nil
}

func sourceOf(t *text) protocompile.SearchResult {
	return protocompile.SearchResult{Source: io.Reader(strings.NewReader(string(t.body)))}
}

// beside reads a file that a description imports: by its path from the folder that has the description.
func (a *attempt) beside(ctx context.Context, proto resource, described *text, name string) (*text, error) {
	if described.at == nil {
		return a.readFile(strings.TrimPrefix(path.Clean("/"+path.Dir(described.path)+"/"+name), "/"))
	}
	u := described.at.ResolveReference(&url.URL{Path: path.Clean("/" + name)[1:]})
	auth := proto.Endpoint.Authentication
	if !sameOrigin(described.at, described.asked) {
		auth = nil
	}
	return a.document(ctx, source{u, u.Scheme + "://" + u.Host + u.Path, auth})
}
