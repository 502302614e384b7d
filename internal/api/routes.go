package api

import (
	"net/http"

	"github.com/danielgtaylor/huma/v2"
)

// route is one operation. Its permission is documented here; Control holds to it. The
// permission "signature" means that the request proves itself, by a webhook's signature.
type route struct {
	method, path, id, summary, permission string
	with                                  binding
}

const signature = "signature"

// routes is the whole API.
func (d *door) routes() []route {
	return []route{
		{"GET", "/v1/system", "getSystem", "Tell what this control plane is", "system:read", one(d.system)},

		{"GET", "/v1/lanes", "listLanes", "List what runs where", "deployments:read", many(d.lanes)},
		{"GET", "/v1/lanes/{service}/{environment}", "getLane", "Tell what runs of a service in an environment", "deployments:read", one(d.lane)},
		{"GET", "/v1/deployments", "listDeployments", "List deployments, latest first", "deployments:read", many(d.deployments)},
		{"POST", "/v1/deployments", "deploy", "Put a release into an environment", "deployments:write", command(d.deploy)},
		{"POST", "/v1/rollbacks", "rollback", "Go back to an earlier release", "deployments:write", command(d.rollback)},
		{"POST", "/v1/aborts", "abort", "Stop the deployment under way", "deployments:write", command(d.abort)},
		{"POST", "/v1/settlements", "settle", "Decide on a held deployment", "deployments:write", command(d.settle)},

		{"GET", "/v1/releases/{service}", "listReleases", "List a service's releases, latest first", "releases:read", many(d.releases)},
		{"GET", "/v1/releases/{service}/{release}", "getRelease", "Tell about a release", "releases:read", one(d.release)},
		{"POST", "/v1/releases/{service}/{release}/retry", "retryBuild", "Build a release again", "releases:write", command(d.retryBuild)},
		{"POST", "/v1/releases/{service}/{release}/cancel", "cancelBuild", "Stop a release's build", "releases:write", command(d.cancelBuild)},

		{"GET", "/v1/sources", "listSources", "List the repositories that are watched", "sources:read", many(d.sources)},
		{"POST", "/v1/sources", "addSource", "Watch a repository", "sources:write", command(d.addSource)},
		{"DELETE", "/v1/sources/{source}", "removeSource", "Watch a repository no longer", "sources:write", command(d.removeSource)},
		{"POST", "/v1/sources/{source}/poll", "pollSource", "Look at a repository now", "sources:write", command(d.pollSource)},
		{"POST", "/v1/sources/{source}/webhook", "webhook", "Take a push from GitHub, GitLab or Gitea", signature, command(d.webhook)},

		{"POST", "/v1/check", "check", "Check manifests", "config:read", many(d.check)},
		{"POST", "/v1/apply", "apply", "Bring manifests in, or say what that would change", "config:write", one(d.apply)},
		{"GET", "/v1/resources", "listResources", "List what is declared", "config:read", many(d.resources)},

		{"GET", "/v1/secrets", "listSecrets", "List secrets, without values", "secrets:read", many(d.secrets)},
		{"PUT", "/v1/secrets/{secret}", "setSecret", "Set a secret's value", "secrets:write", one(d.setSecret)},
		{"DELETE", "/v1/secrets/{secret}", "removeSecret", "Remove a secret", "secrets:write", command(d.removeSecret)},
		{"GET", "/v1/keys", "listKeys", "List the public signing keys", "keys:read", many(d.keys)},
		{"POST", "/v1/keys/rotate", "rotateKey", "Make a new signing key", "keys:write", one(d.rotateKey)},
		{"POST", "/v1/keys/{key}/revoke", "revokeKey", "End trust in a signing key", "keys:write", command(d.revokeKey)},

		{"GET", "/v1/logs", "streamLogs", "Give the lines that instances or a build printed", "logs:read", lines(d.logs)},
		{"GET", "/v1/watch", "watch", "Tell what happens, as it happens", "deployments:read", lines(d.watch)},
		{"GET", "/v1/audit", "listAudit", "List journal entries", "audit:read", many(d.audit)},
		{"GET", "/v1/audit/verify", "verifyAudit", "Check the journal's chain and checkpoints", "audit:read", one(d.verifyAudit)},
		{"GET", "/v1/audit/export", "exportAudit", "Export the journal as JSON lines", "audit:read", file("application/x-ndjson", d.exportAudit)},
		{"GET", "/v1/backup", "backup", "Make a backup", "backup:read", file("application/octet-stream", d.backup)},
	}
}

// failures are the statuses that any operation may answer with.
var failures = []int{
	http.StatusBadRequest, http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound, http.StatusConflict,
	http.StatusPreconditionFailed, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType,
	http.StatusInternalServerError, http.StatusServiceUnavailable,
}

// register brings the routes into the API.
func (d *door) register(api huma.API) {
	for _, r := range d.routes() {
		op := huma.Operation{
			Method: r.method, Path: r.path, OperationID: r.id, Summary: r.summary, Errors: failures,
			MaxBodyBytes: maxBody, BodyReadTimeout: requestTime,
			Extensions: map[string]any{"x-permission": r.permission},
		}
		if r.permission == signature {
			op.Security = []map[string][]string{} // none: the signature is in the request
			op.SkipValidateBody = true            // its form is the forge's
		} else {
			op.Security = []map[string][]string{{"bearer": {}}}
			op.Middlewares = huma.Middlewares{d.authenticated}
		}
		if r.method == http.MethodGet {
			op.Parameters = []*huma.Param{awaitParam}
			op.Middlewares = append(op.Middlewares, d.awaited)
		}
		r.with(d, api, op)
	}
}

// maxBody bounds a request's body, in bytes: webhooks and manifests of a large repository.
const maxBody = 16 << 20
