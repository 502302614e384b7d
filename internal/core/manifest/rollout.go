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

// Canary shifts requests in steps.
type Canary struct {
	Steps []Step `json:"steps,omitempty" min:"1" max:"20" doc:"Shares of the requests, growing. All follow after the last. Default: 5, 25 and 50 percent for 30s each." eg:"[{\"weight\":10,\"pause\":\"1m\"}]"`
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
	Name    Text       `json:"name,omitempty" doc:"What it checks, for people."`
	HTTP    *HTTPCheck `json:"http,omitempty" one:"how" doc:"A request to each new instance."`
	Command []Text     `json:"command,omitempty" one:"how" min:"1" max:"200" doc:"A command in the artifact's root with $URL of the instance; exit 0 passes." eg:"[\"./tickets\",\"smoke\"]"`
	Timeout Duration   `json:"timeout,omitempty" doc:"Longest time that it may take. Default: 5s."`
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
