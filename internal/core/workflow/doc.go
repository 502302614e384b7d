// Package workflow reads workflows: the Open Workflow DSL 1.0.3, as YAML or JSON, into a tree
// whose tasks are keyed by JSON Pointer, and says all that is wrong with one, where, and what to
// write instead. It runs nothing; see interp.
//
//	bytes ── Parse ─▶ Definition ── Canonical, Digest ─▶ kept by digest ── Load ─▶ Definition
//
// The language is the specification's and nothing else: no keys of our own. What is ours is
// said in `metadata` (idempotent: true) and by the names of functions in our catalog (Functions).
//
//	                     is read and checked            would be refused when it runs (Refusals)
//	task                 all twelve kinds
//	call                 http, openapi, grpc, a2a,      asyncapi over anything but HTTP,
//	                     asyncapi, mcp, functions       mcp over stdio
//	functions            use.functions, our catalog,
//	                     NAME:VERSION@CATALOG, https://…
//	run                  container, script, shell,      scripts that are not js or python,
//	                     workflow                       ports and volumes of containers
//	authentication       basic, bearer, digest, oauth2, the grant authorization_code
//	                     oidc, certificate
//	schema               JSON Schema                    schemas elsewhere, other formats
//	expressions          jq, strict and loose           (another language is an error)
//	durations            ISO 8601, inline, expressions  (years and months are an error)
//	schedule             every, cron, after, on
//	then                 continue, exit, end, tasks
//	                     of the same list
//
// A file goes through four steps, each of which goes on in spite of what the one before has
// found, so that all problems are told at once:
//
//   - read (read.go): YAML or JSON to a tree of nodes, each with its place, within bounds.
//   - grammar (grammar*.go, shape.go): fields, forms and words of each node. A test holds it
//     against the schema of the specification.
//   - build (build*.go): the definition. Expressions are compiled with the variables of their
//     place, and what refers to `use` is replaced by what it refers to. A scheme of authentication
//     that uses a secret, `basic: {use: NAME}`, becomes the expression ${ $secrets["NAME"] }.
//   - checks (flow.go, function.go, extend.go): where tasks lead, what functions take.
//
// Parse refuses what can never be right. What is most likely not meant is a warning.
package workflow
