package manifest

// Strategy is one way of bringing a release in.
type Strategy struct {
	Rolling   *Rolling   `json:"rolling,omitempty" one:"strategy" doc:"Instances are replaced a few at a time."`
	BlueGreen *BlueGreen `json:"blueGreen,omitempty" one:"strategy" doc:"All new instances start beside the old; traffic moves at once."`
	Canary    *Canary    `json:"canary,omitempty" one:"strategy" doc:"A growing share of the requests goes to the new release."`
}

// Rolling replaces instances a few at a time.
type Rolling struct {
	Batch int `json:"batch,omitempty" min:"1" max:"100" doc:"Instances replaced at once. Default: 1."`
}

// BlueGreen has no settings.
type BlueGreen struct{}

// Canary lets a growing share of the requests reach the new release.
type Canary struct {
	Steps     []Step    `json:"steps,omitempty" min:"1" max:"20" doc:"Shares of the requests, growing. All follow after the last. Without steps, the share grows with the evidence that the release is fine." eg:"[{\"weight\":10,\"pause\":\"1m\"}]"`
	Minimum   Duration  `json:"minimum,omitempty" doc:"Without steps: shortest time until it has all requests. Default: 0s." eg:"\"5m\""`
	Maximum   Duration  `json:"maximum,omitempty" doc:"Without steps: time after which a person is asked if the evidence is not enough. Default: 1h." eg:"\"2h\""`
	Sticky    *Sticky   `json:"sticky,omitempty" doc:"How a user stays with the release that they had. Default: each request is shared out by itself."`
	Internal  *Internal `json:"internal,omitempty" doc:"Whose requests reach it first."`
	Baseline  string    `json:"baseline,omitempty" enum:"fresh running" doc:"What it is compared with: new instances of the old release that start together with it, or those that run. Default: fresh, without steps."`
	Synthetic bool      `json:"synthetic,omitempty" doc:"The smoke checks are repeated on both releases while it is judged, and count as evidence."`
	Judge     *Judge    `json:"judge,omitempty" doc:"How sure one must be."`
}

// Sticky says what tells one user from another.
type Sticky struct {
	Cookie bool   `json:"cookie,omitempty" one:"by" doc:"A cookie that the edge sets."`
	Header Header `json:"header,omitempty" one:"by" doc:"A header that has the user's identity." eg:"\"X-User-Id\""`
}

// Internal says whose requests reach a new release first.
type Internal struct {
	Header Header   `json:"header,omitempty" need:"yes" doc:"Header that such requests have. Whoever can set it is internal." eg:"\"X-Internal\""`
	Value  Text     `json:"value,omitempty" doc:"Value that it must have. Default: any." eg:"\"yes\""`
	For    Duration `json:"for,omitempty" doc:"How long before others follow. Default: 1m." eg:"\"10m\""`
}

// Judge says how sure the judge must be.
type Judge struct {
	Alpha Percent `json:"alpha,omitempty" doc:"How often a release that is fine may be taken back. Default: 1%." eg:"\"1%\""`
	Beta  Percent `json:"beta,omitempty" doc:"How often a release that is worse may get through. Default: 5%." eg:"\"5%\""`
	Worse Number  `json:"worse,omitempty" doc:"Odds ratio of errors up to which a release counts as no worse. Default: 1.5." eg:"1.5"`
	Harm  Number  `json:"harm,omitempty" doc:"Odds ratio that must be ruled out before it has all requests. Default: 2." eg:"2"`
}

// Step is one exposure of a canary.
type Step struct {
	Weight int      `json:"weight,omitempty" need:"yes" min:"1" max:"99" doc:"Percent of the requests."`
	Pause  Duration `json:"pause,omitempty" doc:"How long. Default: 30s." eg:"\"1m\""`
}

// Rollback says when a release is taken back by itself, and how far one may go back.
type Rollback struct {
	Errors  Percent  `json:"errors,omitempty" doc:"Share of requests answered with an error above which a release is taken back. Default: 5%." eg:"\"5%\""`
	Minimum int      `json:"minimum,omitempty" min:"1" max:"1000000" doc:"Requests before errors are looked at. Default: 20."`
	Observe Duration `json:"observe,omitempty" doc:"How long a release is watched with all traffic. Default: 30s."`
	Warm    Duration `json:"warm,omitempty" doc:"How long the old instances are kept afterwards, for a rollback at once. Default: 15m."`
	Keep    int      `json:"keep,omitempty" min:"1" max:"8" doc:"Completed releases that one can go back to. Default: 5."`
}

// SmokeCheck is one check of a new release.
type SmokeCheck struct {
	Name     Text       `json:"name,omitempty" doc:"What it checks, for people."`
	HTTP     *HTTPCheck `json:"http,omitempty" one:"how" doc:"A request to each new instance."`
	Command  []Text     `json:"command,omitempty" one:"how" min:"1" max:"200" doc:"A command in the artifact's root with $URL of the instance; exit 0 passes." eg:"[\"./tickets\",\"smoke\"]"`
	Workflow Name       `json:"workflow,omitempty" one:"how" doc:"A workflow that is active in the environment. It runs once, when all other checks have passed, like one of hooks.before." eg:"\"check-orders\""`
	Timeout  Duration   `json:"timeout,omitempty" doc:"Longest time that it may take. Default: 5s."`
}

// Hooks are workflows that a deployment runs, one after the other. They get service, environment,
// deployment, release, artifact and the addresses of the new instances.
type Hooks struct {
	Before []Name `json:"before,omitempty" max:"5" doc:"Workflows, active in the same environment, that run when the new instances are healthy and checked, before any user's request." eg:"[\"check-orders\"]"`
	After  []Name `json:"after,omitempty" max:"5" doc:"Workflows that run when it has all requests, while it is watched." eg:"[\"announce\"]"`
}

// HTTPCheck is a request and what its answer must be.
type HTTPCheck struct {
	Get           URLPath         `json:"get,omitempty" one:"method" doc:"Path to GET." eg:"\"/orders/health\""`
	Head          URLPath         `json:"head,omitempty" one:"method" doc:"Path to HEAD."`
	Post          URLPath         `json:"post,omitempty" one:"method" doc:"Path to POST to."`
	Put           URLPath         `json:"put,omitempty" one:"method" doc:"Path to PUT to."`
	Patch         URLPath         `json:"patch,omitempty" one:"method" doc:"Path to PATCH."`
	Delete        URLPath         `json:"delete,omitempty" one:"method" doc:"Path to DELETE."`
	Headers       map[Header]Text `json:"headers,omitempty" doc:"Headers of the request." eg:"{\"Accept\":\"application/json\"}"`
	Body          Text            `json:"body,omitempty" doc:"Body of the request."`
	Status        int             `json:"status,omitempty" min:"100" max:"599" doc:"Status that is expected. Default: 200."`
	ExpectHeaders map[Header]RE   `json:"expectHeaders,omitempty" doc:"Headers of the answer, each a regular expression." eg:"{\"Content-Type\":\"^application/json\"}"`
	Match         RE              `json:"match,omitempty" doc:"Regular expression that the body must match."`
	JQ            JQ              `json:"jq,omitempty" doc:"jq expression that must give true on the JSON body." eg:"\".status == \\\"ok\\\"\""`
	Within        Duration        `json:"within,omitempty" doc:"Longest time until the whole answer." eg:"\"500ms\""`
}

// Method gives the request's method and path.
func (c HTTPCheck) Method() (method string, path URLPath) {
	for _, m := range []struct {
		name string
		path URLPath
	}{{"GET", c.Get}, {"HEAD", c.Head}, {"POST", c.Post}, {"PUT", c.Put}, {"PATCH", c.Patch}, {"DELETE", c.Delete}} {
		if m.path != "" {
			return m.name, m.path
		}
	}
	return "", ""
}
