package call

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/netip"
	"syscall"
	"time"

	transport "google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
)

const dialTime = 10 * time.Second

// grpcTransport says how to talk to a server: the specification gives a host and a port, and
// not whether it speaks TLS. It is asked: with TLS always on port 443, otherwise with TLS if the server
// takes it. Where it does not, plain text is spoken; credentials go over plain text only within this machine and private
// networks. It gives the address that was asked, too: what a name means may change meanwhile.
func (a *attempt) grpcTransport(ctx context.Context, address string, auth *credentials) (transport.TransportCredentials, string, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, "", configuration("%s is no address", brief(address))
	}
	config := a.tls(auth)
	config.ServerName, config.NextProtos = host, []string{"h2"}
	conn, err := a.guard.Dialer(dialTime).DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, "", unreachable(address, err)
	}
	defer conn.Close()
	peer := conn.RemoteAddr().String()
	ctx, cancel := context.WithTimeout(ctx, dialTime)
	defer cancel()
	err = tls.Client(conn, config).HandshakeContext(ctx)
	switch {
	case err == nil:
		return transport.NewTLS(config), peer, nil
	case port == "443" || auth.certified() || !speaksPlain(err):
		return nil, "", unreachable(address, err)
	case auth != nil && !within(conn.RemoteAddr()):
		return nil, "", authentication("%s speaks plain text only: credentials are not sent over it to public addresses", address)
	}
	return insecure.NewCredentials(), peer, nil
}

// speaksPlain says whether a handshake failed because the other side does not know what it is.
func speaksPlain(err error) bool {
	var record tls.RecordHeaderError
	return errors.As(err, &record) || errors.Is(err, io.EOF) || errors.Is(err, syscall.ECONNRESET)
}

// within says whether an address is this machine's or in a private network.
func within(a net.Addr) bool {
	at, err := netip.ParseAddrPort(a.String())
	return err == nil && (at.Addr().Unmap().IsLoopback() || at.Addr().Unmap().IsPrivate())
}
