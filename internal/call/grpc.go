package call

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"strconv"
	"strings"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/dynamicpb"
)

// grpcArguments are those of call: grpc.
type grpcArguments struct {
	Proto   resource
	Service struct {
		Name           string
		Host           string
		Port           int
		Authentication *policy
	}
	Method    string
	Arguments json.RawMessage
}

// maxStream is how many messages of a stream are gathered.
const maxStream = 10_000

func (a *attempt) grpc(ctx context.Context) (any, error) {
	var with grpcArguments
	if err := a.decode(&with); err != nil {
		return nil, err
	}
	service := with.Service
	if service.Host == "" || strings.ContainsAny(service.Host, "/@ ") || service.Port < 0 || service.Port > 65535 {
		return nil, configuration("service.host is a host, and service.port a port")
	}
	described, err := a.fetch(ctx, with.Proto)
	if err != nil {
		return nil, err
	}
	method, err := a.method(ctx, with, described)
	if err != nil {
		return nil, err
	}
	input := dynamicpb.NewMessage(method.Input())
	if len(with.Arguments) > 0 && string(with.Arguments) != "null" {
		if err := protojson.Unmarshal(with.Arguments, input); err != nil {
			return nil, validation("the arguments do not fit %s: %s", method.Input().FullName(), brief(err.Error()))
		}
	}
	auth, err := a.credentials(ctx, a.policy(service.Authentication))
	if err != nil {
		return nil, err
	}
	if auth.digests() {
		return nil, configuration("digest authentication is of HTTP; gRPC has none")
	}
	if service.Port == 0 {
		service.Port = 443
	}
	return a.invoke(ctx, net.JoinHostPort(service.Host, strconv.Itoa(service.Port)), method, input, auth)
}

// invoke calls a method, and gives its message; of a stream, all its messages.
func (a *attempt) invoke(ctx context.Context, address string, method protoreflect.MethodDescriptor, input *dynamicpb.Message, auth *credentials) (any, error) {
	transport, peer, err := a.grpcTransport(ctx, address, auth)
	if err != nil {
		return nil, err
	}
	conn, err := grpc.NewClient("passthrough:///"+address, grpc.WithTransportCredentials(transport),
		grpc.WithNoProxy(), grpc.WithDisableServiceConfig(), grpc.WithDisableRetry(), grpc.WithUserAgent("slipway/"+a.Version),
		grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) {
			return a.guard.Dialer(dialTime).DialContext(ctx, "tcp", peer)
		}),
		grpc.WithMaxHeaderListSize(maxHeaders),
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(int(a.Reply))))
	if err != nil {
		return nil, configuration("%s is no address for gRPC", brief(address))
	}
	defer conn.Close()
	if header := auth.authorization(); header != "" {
		a.hide(header)
		ctx = metadata.AppendToOutgoingContext(ctx, "authorization", header)
	}
	if a.IdempotencyKey != "" {
		ctx = metadata.AppendToOutgoingContext(ctx, "idempotency-key", a.IdempotencyKey)
	}
	name := "/" + string(method.Parent().FullName()) + "/" + string(method.Name())
	if method.IsStreamingServer() {
		return a.gather(ctx, conn, name, method, input)
	}
	output := dynamicpb.NewMessage(method.Output())
	if err := conn.Invoke(ctx, name, input, output); err != nil {
		auth.refused(httpStatus(err))
		return nil, grpcProblem(name, err)
	}
	return a.message(output)
}

// gather collects what a server streams, up to the bound of a reply.
func (a *attempt) gather(ctx context.Context, conn *grpc.ClientConn, name string, method protoreflect.MethodDescriptor, input *dynamicpb.Message) (any, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stream, err := conn.NewStream(ctx, &grpc.StreamDesc{ServerStreams: true}, name)
	if err == nil {
		err = stream.SendMsg(input)
	}
	if err == nil {
		err = stream.CloseSend()
	}
	if err != nil {
		return nil, grpcProblem(name, err)
	}
	all, size := []any{}, 0
	for {
		output := dynamicpb.NewMessage(method.Output())
		if err := stream.RecvMsg(output); errors.Is(err, io.EOF) {
			return all, nil
		} else if err != nil {
			return nil, grpcProblem(name, err)
		}
		text, err := a.message(output)
		if err != nil {
			return nil, err
		}
		b, err := encodeJSON(text)
		if err != nil {
			return nil, err
		}
		if size += len(b); int64(size) > a.Reply || len(all) >= maxStream {
			return nil, tooLarge("the stream of "+name, a.Reply)
		}
		all = append(all, text)
	}
}

// message gives a message as JSON. Fields that have their default are there, so that an
// expression finds them.
func (a *attempt) message(m *dynamicpb.Message) (any, error) {
	b, err := protojson.MarshalOptions{EmitDefaultValues: true}.Marshal(m)
	if err != nil {
		return nil, communication(502, "the message cannot be written as JSON: %s", brief(err.Error()))
	}
	return decodeJSON([]byte(a.mask(string(b))))
}

// grpcProblem makes a problem of a status that is none of success.
func grpcProblem(name string, err error) error {
	s := status.Convert(err)
	switch text := brief(s.Message()); {
	case s.Code() == codes.DeadlineExceeded:
		return fail("timeout", 408, "%s did not answer in time", name)
	case s.Code() == codes.ResourceExhausted && strings.Contains(text, "received message larger"):
		f := fail("communication", 502, "the reply of %s is too large, and was not read", name)
		f.title = "Reply too large"
		return f
	default:
		return communication(httpStatus(err), "%s answered %s: %s", name, s.Code(), text)
	}
}

// httpStatus gives the status of HTTP for one of gRPC, as google.rpc.Code maps them.
func httpStatus(err error) int {
	known := map[codes.Code]int{
		codes.InvalidArgument: 400, codes.FailedPrecondition: 400, codes.OutOfRange: 400, codes.Unauthenticated: 401,
		codes.PermissionDenied: 403, codes.NotFound: 404, codes.Aborted: 409, codes.AlreadyExists: 409,
		codes.ResourceExhausted: 429, codes.Canceled: 499, codes.Unimplemented: 501, codes.Unavailable: 503, codes.DeadlineExceeded: 504,
	}
	if found, ok := known[status.Code(err)]; ok {
		return found
	}
	return 500
}
