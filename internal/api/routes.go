package api

import (
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"slipway.dev/internal/core/access"
)

// route is one operation. Its permission is documented here; Control holds to it. A request
// that ingests proves itself, by a webhook's signature; any other has a known caller.
type route struct {
	method, path, id, summary string
	permission                access.Operation
	with                      binding
}

// metricsPath is where every Prometheus server looks.
const metricsPath = "/metrics"

// routes is the whole API.
func (d *door) routes() []route {
	return []route{
		{"GET", "/v1/system", "getSystem", "Tell what this control plane is", access.Read, one(d.system)},

		{"GET", "/v1/lanes", "listLanes", "List what runs where", access.Read, many(d.lanes)},
		{"GET", "/v1/lanes/{service}/{environment}", "getLane", "Tell what runs of a service in an environment", access.Read, one(d.lane)},
		{"GET", "/v1/deployments", "listDeployments", "List deployments, latest first", access.Read, many(d.deployments)},
		{"POST", "/v1/deployments", "deploy", "Put a release into an environment", access.Deploy, command(d.deploy)},
		{"POST", "/v1/rollbacks", "rollback", "Go back to an earlier release", access.Deploy, command(d.rollback)},
		{"POST", "/v1/aborts", "abort", "Stop the deployment under way", access.Deploy, command(d.abort)},
		{"POST", "/v1/settlements", "settle", "Decide on a held deployment", access.Deploy, command(d.settle)},

		{"GET", "/v1/tasks", "listTasks", "List what people must decide", access.Read, many(d.tasks)},
		{"GET", "/v1/tasks/{task}", "getTask", "Tell about a task", access.Read, one(d.task)},
		{"POST", "/v1/tasks/{task}/answers", "answerTask", "Approve, reject or fill in", access.Approve, command(d.answerTask)},
		{"POST", "/v1/tasks/{task}/claims", "claimTask", "Take a task on, or give it back", access.Approve, command(d.claimTask)},
		{"POST", "/v1/tasks/{task}/delegations", "delegateTask", "Let one more person answer a task", access.Approve, command(d.delegateTask)},
		{"POST", "/v1/tasks/{task}/withdrawals", "withdrawAnswer", "Take one's own answer back", access.Approve, command(d.withdrawAnswer)},

		{"GET", "/v1/deployments/{deployment}", "getDeployment", "Tell about a deployment: plan, gate, outcome", access.Read, one(d.deployment)},
		{"GET", "/v1/deployments/{deployment}/decision", "getDecision", "Give the signed decision by which it went in", access.Read, one(d.decision)},
		{"GET", "/v1/deployments/{deployment}/ticks", "getTicks", "Give what the judge saw of a canary, as JSON lines", access.Read, file("application/x-ndjson", d.ticks)},
		{"POST", "/v1/promotions", "promote", "Send a release on into an environment", access.Deploy, command(d.promote)},
		{"GET", "/v1/plans/{service}/{environment}", "getPlan", "Tell what a deployment would do", access.Read, one(d.plan)},
		{"GET", "/v1/gates", "listGates", "List what waits at a door", access.Read, many(d.gates)},
		{"GET", "/v1/gates/{service}/{environment}", "explainGate", "Tell how a door stands, or would stand", access.Read, one(d.gate)},
		{"GET", "/v1/environments/{environment}/quiet-window", "getQuietWindow", "Propose a window from the hours of least traffic", access.Read, one(d.quietWindow)},
		{"GET", "/v1/glass", "listGlass", "List who broke the glass", access.Read, many(d.glasses)},
		{"POST", "/v1/glass", "breakGlass", "Ask for an emergency way", access.Glass, command(d.breakGlass)},
		{"POST", "/v1/glass/{glass}/confirm", "confirmGlass", "Consent as the second person", access.Glass, command(d.confirmGlass)},
		{"POST", "/v1/glass/{glass}/close", "closeGlass", "End a break-glass before its time", access.Glass, command(d.closeGlass)},
		{"GET", "/v1/trains", "listTrains", "List trains, latest first", access.Read, many(d.trains)},
		{"POST", "/v1/trains", "createTrain", "Send several services on together", access.Deploy, one(d.createTrain)},
		{"GET", "/v1/trains/{train}", "getTrain", "Tell about a train", access.Read, one(d.train)},
		{"POST", "/v1/trains/{train}/abort", "abortTrain", "Stop a train and take back what went in", access.Deploy, command(d.abortTrain)},
		{"POST", "/v1/trains/{train}/rollback", "rollbackTrain", "Take all members of a train back", access.Deploy, command(d.rollbackTrain)},
		{"POST", "/v1/trains/{train}/accept", "acceptTrain", "Take a held train as it stands", access.Deploy, command(d.acceptTrain)},

		{"GET", "/v1/releases/{service}", "listReleases", "List a service's releases, latest first", access.Read, many(d.releases)},
		{"GET", "/v1/releases/{service}/{release}", "getRelease", "Tell about a release", access.Read, one(d.release)},
		{"POST", "/v1/releases/{service}/{release}/retry", "retryBuild", "Build a release again", access.Deploy, command(d.retryBuild)},
		{"POST", "/v1/releases/{service}/{release}/revoke", "revokeRelease", "Let a release in nowhere any more", access.Revoke, command(d.revokeRelease)},
		{"POST", "/v1/releases/{service}/{release}/cancel", "cancelBuild", "Stop a release's build", access.Deploy, command(d.cancelBuild)},

		{"GET", "/v1/sources", "listSources", "List the repositories that are watched", access.Read, many(d.sources)},
		{"POST", "/v1/sources", "addSource", "Watch a repository", access.Sources, command(d.addSource)},
		{"DELETE", "/v1/sources/{source}", "removeSource", "Watch a repository no longer", access.Sources, command(d.removeSource)},
		{"POST", "/v1/sources/{source}/poll", "pollSource", "Look at a repository now", access.Sources, command(d.pollSource)},
		{"POST", "/v1/sources/{source}/webhook", "webhook", "Take a push from GitHub, GitLab or Gitea", access.Ingest, command(d.webhook)},

		{"POST", "/v1/check", "check", "Check manifests", access.Read, many(d.check)},
		{"POST", "/v1/apply", "apply", "Bring manifests in, or say what that would change", access.Apply, one(d.apply)},
		{"GET", "/v1/resources", "listResources", "List what is declared", access.Read, many(d.resources)},

		{"GET", "/v1/flows", "listFlows", "List the business flows and how they do", access.Read, many(d.flows)},
		{"GET", "/v1/flows/{flow}", "getFlow", "Tell all about a flow: steps, targets, state, who is woken", access.Read, one(d.flow)},
		{"GET", "/v1/findings", "listFindings", "List what is not as it should be in what is declared", access.Read, many(d.findings)},
		{"GET", "/v1/objectives", "listObjectives", "List service level objectives and how they stand", access.Read, many(d.objectives)},
		{"GET", "/v1/alerts", "listAlerts", "List what is wrong with flows, latest first", access.Read, many(d.alerts)},
		{"GET", "/v1/maintenance", "listMaintenance", "List announced work, latest first", access.Read, many(d.maintenance)},
		{"POST", "/v1/maintenance", "announceMaintenance", "Announce work", access.Deploy, command(d.announceMaintenance)},
		{"POST", "/v1/maintenance/{maintenance}/cancel", "cancelMaintenance", "Take an announcement back", access.Deploy, command(d.cancelMaintenance)},
		{"GET", "/v1/workflows", "listWorkflows", "List workflows and the environments in which they are active", access.Read, many(d.workflows)},
		{"GET", "/v1/workflows/{workflow}/{environment}", "getWorkflow", "Tell about a workflow, with its definition", access.Read, one(d.workflow)},
		{"POST", "/v1/workflows/{workflow}/{environment}/pause", "pauseWorkflow", "Let a workflow begin nothing by itself", access.Deploy, command(d.pauseWorkflow)},
		{"POST", "/v1/workflows/{workflow}/{environment}/continue", "continueWorkflow", "End a workflow's pause", access.Deploy, command(d.continueWorkflow)},
		{"POST", "/v1/workflows/{workflow}/{environment}/webhook", "workflowWebhook", "Take a webhook that begins a run", access.Ingest, command(d.workflowWebhook)},
		{"GET", "/v1/runs", "listRuns", "List runs of workflows, latest first", access.Read, many(d.runs)},
		{"POST", "/v1/runs", "startRun", "Run a workflow", access.Deploy, one(d.startRun)},
		{"GET", "/v1/runs/{run}", "getRun", "Tell about a run", access.Read, one(d.run)},
		{"GET", "/v1/runs/{run}/steps", "getRunSteps", "Replay a run: what each event did to it", access.Read, many(d.runSteps)},
		{"GET", "/v1/runs/{run}/logs", "streamRunLogs", "Give what the processes of a run printed", access.Read, lines(d.runLogs)},
		{"POST", "/v1/runs/{run}/cancel", "cancelRun", "End a run", access.Deploy, command(d.cancelRun)},
		{"POST", "/v1/runs/{run}/suspend", "suspendRun", "Hold a run after what is under way", access.Deploy, command(d.suspendRun)},
		{"POST", "/v1/runs/{run}/continue", "continueRun", "Let a suspended run go on", access.Deploy, command(d.continueRun)},
		{"POST", "/v1/runs/{run}/resume", "resumeRun", "Start a run again from one of its tasks", access.Deploy, command(d.resumeRun)},
		{"POST", "/v1/runs/{run}/settle", "settleRun", "Say what became of something whose outcome was lost", access.Deploy, command(d.settleRun)},
		{"POST", "/v1/events", "sendEvents", "Bring CloudEvents in, for runs that listen and workflows that begin with them", access.Deploy, one(d.sendEvents)},

		{"GET", "/v1/exports/{format}", "export", "Give the objectives as OpenSLO, as rules of Prometheus or as a dashboard of Grafana", access.Read, file("application/octet-stream", d.export)},
		{"GET", metricsPath, "getMetrics", "Give all current figures in the text format of Prometheus", access.Read, file("text/plain; version=0.0.4; charset=utf-8", d.metrics)},

		{"GET", "/v1/secrets", "listSecrets", "List secrets, without values", access.Read, many(d.secrets)},
		{"PUT", "/v1/secrets/{secret}", "setSecret", "Set a secret's value", access.Secrets, one(d.setSecret)},
		{"DELETE", "/v1/secrets/{secret}", "removeSecret", "Remove a secret", access.Secrets, command(d.removeSecret)},
		{"GET", "/v1/keys", "listKeys", "List the public signing keys", access.Read, many(d.keys)},
		{"POST", "/v1/keys/rotate", "rotateKey", "Make a new signing key", access.Keys, one(d.rotateKey)},
		{"POST", "/v1/keys/{key}/revoke", "revokeKey", "End trust in a signing key", access.Keys, command(d.revokeKey)},

		{"GET", "/v1/session/ways", "listSignInWays", "Tell how one can sign in", access.Anyone, one(d.signInWays)},
		{"POST", "/v1/session", "signIn", "Sign in by password and one-time code", access.Anyone, signs(d.signIn)},
		{"POST", "/v1/session/passkey/begin", "beginPasskey", "Begin to sign in by passkey", access.Anyone, one(d.beginPasskey)},
		{"POST", "/v1/session/passkey/finish", "finishPasskey", "Sign in by passkey", access.Anyone, signs(d.finishPasskey)},
		{"POST", "/v1/enrollments/begin", "beginEnroll", "Begin to set up an account by its link", access.Anyone, one(d.beginEnroll)},
		{"POST", "/v1/enrollments/finish", "finishEnroll", "Set up an account by its link, and sign in", access.Anyone, signs(d.finishEnroll)},
		{"GET", "/v1/session", "whoami", "Tell who the caller is", access.Self, one(d.whoami)},
		{"DELETE", "/v1/session", "signOut", "Sign out", access.Self, d.signOut},
		{"POST", "/v1/session/password", "changePassword", "Change one's own password", access.Self, command(d.changePassword)},
		{"POST", "/v1/passkeys/begin", "beginNewPasskey", "Begin to add a passkey to one's own account", access.Self, one(d.beginNewPasskey)},
		{"POST", "/v1/passkeys/finish", "finishNewPasskey", "Add a passkey to one's own account", access.Self, command(d.finishNewPasskey)},
		{"DELETE", "/v1/passkeys/{passkey}", "removePasskey", "Remove a passkey from one's own account", access.Self, command(d.removePasskey)},
		{"GET", "/v1/sessions", "listSessions", "List sessions", access.Self, many(d.sessions)},
		{"DELETE", "/v1/sessions/{session}", "endSession", "End a session", access.Self, command(d.endSession)},
		{"GET", "/v1/tokens", "listTokens", "List tokens", access.Self, many(d.tokens)},
		{"POST", "/v1/tokens", "makeToken", "Make a token", access.Self, one(d.makeToken)},
		{"DELETE", "/v1/tokens/{owner}/{token}", "revokeToken", "Revoke a token", access.Self, command(d.revokeToken)},
		{"GET", "/v1/users", "listUsers", "List accounts", access.People, many(d.users)},
		{"GET", "/v1/users/{user}", "getUser", "Tell about an account", access.People, one(d.user)},
		{"POST", "/v1/users", "addUser", "Make an account, and its link", access.People, one(d.addUser)},
		{"PATCH", "/v1/users/{user}", "changeUser", "Change, disable or enable an account", access.People, command(d.changeUser)},
		{"POST", "/v1/users/{user}/invitations", "inviteUser", "Make a new link for an account", access.People, one(d.inviteUser)},
		{"POST", "/v1/setup", "setUp", "Make the link by which an administrator is made", access.People, one(d.setUp)},
		{"POST", "/v1/addresses", "mapAddress", "Say whose an address is", access.People, command(d.mapAddress)},
		{"GET", "/v1/bindings", "listBindings", "List who was given which role", access.People, many(d.bindings)},
		{"POST", "/v1/bindings", "grant", "Give a role", access.People, command(d.grant)},
		{"POST", "/v1/bindings/revocations", "ungrant", "Take a role away", access.People, command(d.ungrant)},
		{"POST", "/v1/access-reviews", "startAccessReview", "Ask whether people still need what they may", access.People, one(d.startAccessReview)},

		{"GET", "/v1/logs", "streamLogs", "Give the lines that instances or a build printed", access.Read, lines(d.logs)},
		{"GET", "/v1/watch", "watch", "Tell what happens, as it happens", access.Read, lines(d.watch)},
		{"GET", "/v1/audit", "listAudit", "List journal entries", access.Audit, many(d.audit)},
		{"GET", "/v1/audit/verify", "verifyAudit", "Check the journal's chain and checkpoints", access.Audit, one(d.verifyAudit)},
		{"GET", "/v1/audit/export", "exportAudit", "Export the journal as JSON lines", access.Audit, file("application/x-ndjson", d.exportAudit)},
		{"GET", "/v1/backup", "backup", "Make a backup", access.Backup, file("application/octet-stream", d.backup)},
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
		if r.permission == access.Ingest {
			op.Security = []map[string][]string{} // none: the signature is in the request
			op.SkipValidateBody = true            // its form is the forge's
			op.MaxBodyBytes, op.BodyReadTimeout = maxWebhook, webhookTime
			op.Middlewares = huma.Middlewares{inTurn(d.ingesting)}
		} else if r.permission == access.Anyone {
			op.Security = []map[string][]string{}
			op.MaxBodyBytes, op.BodyReadTimeout = maxStranger, webhookTime
			op.Middlewares = huma.Middlewares{inTurn(d.signing)}
		} else {
			op.Security = []map[string][]string{{"bearer": {}}, {"session": {}}}
			op.Middlewares = huma.Middlewares{d.authenticated}
		}
		if r.id == "sendEvents" {
			op.SkipValidateBody = true // a CloudEvent may be in the headers, and its body anything
		}
		if r.method == http.MethodGet && r.permission != access.Anyone {
			op.Parameters = []*huma.Param{awaitParam}
			op.Middlewares = append(op.Middlewares, d.awaited)
		}
		r.with(d, api, op)
	}
}

// maxStranger bounds a body of who is not signed in, in bytes.
const maxStranger = 64 << 10

// maxBody bounds a request's body, in bytes: webhooks and manifests of a large repository.
const maxBody = 16 << 20
