// A module of its own, so that what the authority needs is no part of Slipway. When a
// dependency of Slipway was updated: go mod tidy, here.
module slipway.dev/e2e/acme

go 1.26.0

require (
	github.com/letsencrypt/challtestsrv v1.4.2
	github.com/letsencrypt/pebble/v2 v2.10.1
	slipway.dev v0.0.0
)

require (
	github.com/go-jose/go-jose/v4 v4.1.4 // indirect
	github.com/miekg/dns v1.1.73 // indirect
	golang.org/x/net v0.62.0 // indirect
	golang.org/x/sys v0.49.0 // indirect
)

replace slipway.dev => ../..
