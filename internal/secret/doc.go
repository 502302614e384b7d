// Package secret is the box that secrets are locked in: age encryption (X25519) to an
// identity that lives in one file of the data directory, and nowhere else.
//
// What is sealed may be stored and backed up anywhere; without the identity file it is
// noise. The identity can be rotated: the new one seals from then on, the old ones still
// open, until everything has been sealed anew (Reseal) and they are forgotten (Forget).
package secret
