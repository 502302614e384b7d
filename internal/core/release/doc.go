// Package release has the machine of a release: from a commit, or an image, to an artifact
// that is known by its digest, and on to the lanes of the environments that take it by
// themselves.
//
//	            release.requested                    artifact.build.done
//	(nothing) ───────────────────▶ building ────────────────────────────▶ built
//	                               ▲   │  │  artifact.import.done           │
//	                 release.retry │   │  │                                 ▼
//	   or .requested with a higher │   │  └─ artifact.….failed     deploy.requested ─▶ deploy/…
//	                         order │   │               │
//	                               │   │               ▼
//	                               ├───│──────────── failed
//	                               │   ├─ release.cancel ─────▶ cancelled
//	                               │   └─ release.superseded ─▶ superseded   its turn never came
//	                               └───────────────────┴─────────────┘
//
// The build is an effect that may be repeated: the same source gives the same artifact. A
// cancelled one is stopped by the effect artifact.cancel, but its outcome still comes; only
// then does the next one begin.
//
// A revoked release (release.revoke, in any status) goes in nowhere any more, and is not gone
// back to; where it runs it stays until something else is deployed.
//
// Which environments take it, and with which configuration, are facts of the event that the
// artifact comes with. What stands in the way of an environment (a secret that is not set, a
// lane that refuses) is kept with the release; release.retry tries those again.
package release
