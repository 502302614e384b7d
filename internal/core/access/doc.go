// Package access says who may do what. What is not allowed here is denied.
//
// A Directory is made of all that there is to know of people (Everybody) and answers every
// question of rights: Allowed, In, Holders; and every question of identity: Behind, Same.
// What it is made of is kept by these machines. None of them ever sees a password, a code
// or a token: whoever makes an event checks them, and brings what is sealed or hashed.
//
// An account, person/<name>. A link sets up how to sign in, once:
//
//	           person.added            person.enrolled (with the link's hash)
//	(nothing) ─────────────▶ invited ─────────────────▶ active ◀──▶ disabled
//	                           ▲                          │
//	                           └────── person.invited ────┘
//
// person.signedIn is refused for a one-time code, or an older one, that was used; for a
// recovery code that was used; and for a passkey that was removed. Whatever changes what a
// Directory is made of sends directory.changed to access/bindings.
//
// A session, session/<id>, and a token, token/<owner>/<name>:
//
//	(nothing) ── session.started ─▶ live ── session.ended, or its timer ─▶ ended
//	(nothing) ── token.made ─▶ live ── token.revoked ─▶ revoked ── token.made ─▶ live
//
// The bindings, access/bindings: who has which role, whose addresses are whose, and the
// link by which the first administrator is made. Its step counts every change of rights.
//
//	setup.offered ─▶ offered ── setup.used (makes administrator and operator) ─▶ used
//
//	review.started, or its timer ─▶ a task for each team and environment ── access.reviewed
//	─▶ what the answer says to remove is removed
//
// The watch, security/watch, counts what may be an attack. It tells once in a window:
//
//	security.suspected ─▶ counted ── as many as its alarm wants ─▶ effect notice
package access
