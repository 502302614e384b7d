// Package identity proves who somebody is: passwords (argon2id) with one-time codes
// (TOTP), passkeys (WebAuthn), and an identity provider (OpenID Connect). It makes and
// compares the values of sessions, tokens and links, and slows down who guesses. It keeps
// nothing but ceremonies that are under way; accounts are kept by core/access.
package identity
