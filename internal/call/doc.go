// Package call is the hand that makes the calls of workflows: HTTP, OpenAPI, gRPC, and over
// HTTP AsyncAPI, A2A and MCP, as the Open Workflow DSL 1.0.3 describes them.
//
// It is given arguments that are evaluated, with secrets in them, and gives what came back or a
// problem of a type that the specification knows. Workflows are written by people who may mean
// harm, and call services that do: addresses are judged by netguard when they are dialled,
// replies are read up to a bound, redirects are not followed for calls, files are read below one folder only, and
// no credential appears in a problem or in what is told of a request.
package call
