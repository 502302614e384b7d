// Package config knows which resources there are, where each comes from, and with what
// configuration a service therefore runs.
//
// A source, source/<name>, is a git repository that is watched, or (without a URL) what
// somebody applies by hand:
//
//	           source.added                  source.removed: its resources stay, without a source
//	(nothing) ─────────────▶ watched ──────────────────────────────────────────────▶ removed
//	                          │  ▲ │ source.problem: it cannot be fetched
//	            source.pushed │  │ ▼
//	                          │ broken      the last good commit stays in force
//	                          ▼
//	          resource.applied, resource.removed ─▶ resource/<Kind>/<name>
//
// A resource, resource/<Kind>/<name>, has one source, and nobody else changes it:
//
//	           resource.applied          resource.released: another source may take it
//	(nothing) ─────────────────▶ applied ─────────────────────▶ unowned
//	                              │   ▲ ◀───── resource.applied ─────┘
//	             resource.removed ▼   │ resource.applied
//	                             removed
//
// A resource that is a service numbers the releases of it, as they come, and asks for each:
//
//	resource.applied with a Release ─▶ release.requested ─▶ release/<service>/<id>
//
// so that there is no release of what was refused. Services, and what they are for (Flow,
// UseCase, BusinessProcess, Component), come from sources of services; the other kinds only
// from platform sources, which an administrator registers.
//
// What governs (Environment, Team, Freeze, Policy, System) is only changed with consent once
// an environment in force asks for approvals. What is in force stays meanwhile:
//
//	         resource.applied, .removed: another content, or none
//	applied ───────────────────────────────────────────────────▶ applied, and proposed ──▶ task.opened
//	   ▲ policy.changed      resource.decided: enough people agree      │       │
//	   ├────────────────────────────────────────────────────────────────┘       │
//	   └────────────────────────────────────────────────────────────────────────┘
//	                         resource.decided: they do not; or the source takes it back
//
// The same goes for a team that is new, and for an environment that another one names. Each
// change in force is a step of policy/current, which decisions have a guard on. PolicyFor
// makes of all that an environment's gate. Resolve lays a service, its
// environment and its overrides over one another; Plan says what applying would change.
package config
