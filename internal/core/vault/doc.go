// Package vault has the machines that hold what is sealed: secrets, and the keys that
// statements are signed with. They hold sealed bytes only and never see a value: control
// seals before it makes an event, and hands open when they need it (internal/secret).
//
// A secret, secret/<name>. Versions are numbered and never reused, because a deployment
// pins "name@version"; the last Kept versions stay:
//
//	           secret.set: 1               secret.set, secret.rotated: next number
//	(nothing) ─────────────▶ set ──────────┐
//	                        ▲   ▲──────────┘ secret.resealed: same values, sealed anew
//	             secret.set │   │
//	       (goes on counting)   │ secret.removed: all values are dropped
//	                        └── removed
//
// secret.set makes the secret if need be; secret.rotated refuses to, so that a mistyped
// name is seen.
//
// The signing keys, key/signing. At most one is current:
//
//	          key.made              key.rotated (a successor comes with it)
//	(nothing) ────────▶ current ───────────────▶ rotated     its signatures stay valid
//	                       │                        │
//	                       └──── key.revoked ───────┴──────▶ revoked     they do not
//
// The sealed private half is dropped with rotation and with revocation. key.made is taken
// whenever there is no current key: at first, and after the current one was revoked.
package vault
