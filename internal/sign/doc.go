// Package sign signs statements and checks them: in-toto statements in DSSE envelopes,
// with Ed25519 keys. It needs no network and no state: whoever has the public keys can
// verify an envelope with it, or with any other DSSE tool.
//
// A key that was rotated signs no more, but what it signed stays valid. A revoked key
// vouches for nothing, whenever it signed.
package sign
