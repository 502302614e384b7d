package manifest

// Service is something deployable.
type Service struct {
	Source    Source            `json:"source,omitzero" doc:"Where in its repository the service is."`
	Build     *Build            `json:"build,omitempty" one:"what" doc:"How its artifact is made from the source."`
	Image     Image             `json:"image,omitempty" one:"what" doc:"A pre-built OCI image or artifact instead of a build. A tag is resolved to its digest once." eg:"\"registry.example.com/shop/tickets:1.4\""`
	Workflow  *Workflow         `json:"workflow,omitempty" one:"what" doc:"It is a workflow: its releases become active, and have no instances."`
	Run       Run               `json:"run,omitzero" doc:"How it is run. Needed unless an image brings its own."`
	Routes    []Route           `json:"routes,omitempty" max:"100" doc:"Public places at which it is reached. Without any, only other services reach it."`
	Config    map[EnvName]Text  `json:"config,omitempty" doc:"Environment variables. An environment's config and the overrides are laid over them." eg:"{\"CURRENCY\":\"EUR\"}"`
	Files     map[FileName]Text `json:"files,omitempty" doc:"Config files, name to content, in $SLIPWAY_CONFIG_DIR." eg:"{\"app.ini\":\"[shop]\\n\"}"`
	Secrets   map[EnvName]From  `json:"secrets,omitempty" doc:"Secrets. Each is a file; its path is in the variable NAME_FILE." eg:"{\"PAYMENT_KEY\":{\"from\":\"payment-key\"}}"`
	Health    Health            `json:"health,omitzero" doc:"How to see that an instance can take traffic. Default: it listens on $PORT."`
	Strategy  Strategy          `json:"strategy,omitzero" doc:"How traffic goes from the old release to the new one. Default: rolling."`
	Rollback  Rollback          `json:"rollback,omitzero" doc:"When a release is taken back by itself, and how far one may go back."`
	Smoke     []SmokeCheck      `json:"smoke,omitempty" max:"50" doc:"Checks that a new release must pass before a user sees it."`
	Hooks     Hooks             `json:"hooks,omitzero" doc:"Workflows that a deployment runs; one that does not complete takes the release back."`
	Timeouts  Timeouts          `json:"timeouts,omitzero" doc:"How long the edge waits for it."`
	Migration string            `json:"migration,omitempty" enum:"none expand contract irreversible" doc:"What a release does to stored data, and so what a rollback may cross. Default: none."`
	Needs     []Name            `json:"needs,omitempty" max:"100" doc:"Services that must run, healthy, in an environment before this one goes in." eg:"[\"payments\"]"`
	Metrics   *Scrape           `json:"metrics,omitempty" doc:"Metrics that the app offers in the text format of Prometheus."`
	Overrides map[Name]Override `json:"overrides,omitempty" doc:"What is different in an environment, by its name." eg:"{\"prod\":{\"replicas\":4}}"`
}

// Source is where in its repository a service is.
type Source struct {
	Path   Path `json:"path,omitempty" doc:"Folder of the service; it is built when something below it changes. Default: the whole repository." eg:"\"services/tickets\""`
	Branch Ref  `json:"branch,omitempty" doc:"Branch that is released. Default: the one that the source watches." eg:"\"main\""`
}

// Build says how an artifact is made.
type Build struct {
	Run     Text             `json:"run,omitempty" need:"yes" doc:"Shell command, run in the service's folder. What it leaves in $OUT is the artifact." eg:"\"go build -o $OUT/tickets .\""`
	Env     map[EnvName]Text `json:"env,omitempty" doc:"Environment variables of the build." eg:"{\"CGO_ENABLED\":\"0\"}"`
	Timeout Duration         `json:"timeout,omitempty" doc:"Longest time that it may take. Default: 15m."`
	Limits  Limits           `json:"limits,omitzero" doc:"What it may use."`
}

// Run says how a service is run.
type Run struct {
	Command   []Text   `json:"command,omitempty" min:"1" max:"200" doc:"Program and arguments. It must listen on $PORT. Needed unless an image brings its own." eg:"[\"./tickets\"]"`
	Dir       Path     `json:"dir,omitempty" doc:"Working directory below the artifact's root."`
	Replicas  int      `json:"replicas,omitempty" min:"1" max:"32" doc:"Instances that run at once. Default: 1."`
	Limits    Limits   `json:"limits,omitzero" doc:"What an instance may use."`
	StopGrace Duration `json:"stopGrace,omitempty" doc:"Time between SIGTERM and SIGKILL. Default: 10s."`
}

// Limits bound an instance or a build. What is left out is not bounded.
type Limits struct {
	Memory    Size `json:"memory,omitempty" doc:"Memory." eg:"\"128Mi\""`
	CPU       CPU  `json:"cpu,omitempty" doc:"Cores." eg:"\"0.5\""`
	Processes int  `json:"processes,omitempty" min:"1" max:"100000" doc:"Processes and threads. Default: 4096."`
}

// Route is a public place.
type Route struct {
	Host Host    `json:"host,omitempty" need:"yes" doc:"Host name, or * for any. An environment's host pattern is laid over it: in dev, shop.localhost becomes dev.shop.localhost." eg:"\"shop.localhost\""`
	Path URLPath `json:"path,omitempty" doc:"Prefix of whole path segments. Default: /" eg:"\"/orders\""`
}

// From names the secret that a variable's file holds.
type From struct {
	From Name `json:"from,omitempty" need:"yes" doc:"Name of the secret, as in: slipway secret set NAME" eg:"\"payment-key\""`
}

// Health says how to see that an instance can take traffic.
type Health struct {
	HTTP     URLPath  `json:"http,omitempty" one:"?how" doc:"Path that answers 2xx." eg:"\"/healthz\""`
	TCP      bool     `json:"tcp,omitempty" one:"?how" doc:"A connection to $PORT is enough."`
	Command  []Text   `json:"command,omitempty" one:"?how" min:"1" max:"200" doc:"Command that exits 0." eg:"[\"./tickets\",\"check\"]"`
	Interval Duration `json:"interval,omitempty" doc:"Time between two looks. Default: 1s."`
	Timeout  Duration `json:"timeout,omitempty" doc:"Longest time of one look. Default: 2s."`
	Deadline Duration `json:"deadline,omitempty" doc:"Time until all new instances must be healthy. Default: 60s."`
}

// Scrape is where an app's own metrics are.
type Scrape struct {
	Path     URLPath  `json:"path,omitempty" doc:"Path on $PORT. Default: /metrics" eg:"\"/metrics\""`
	Interval Duration `json:"interval,omitempty" doc:"Time between two looks. Default: 15s."`
	Keep     []Metric `json:"keep,omitempty" max:"200" doc:"Names of the metrics that are kept, besides those that flows name." eg:"[\"orders_total\"]"`
}

// Timeouts say how long the edge waits.
type Timeouts struct {
	Response Duration `json:"response,omitempty" doc:"Until the headers of an answer. Default: 60s."`
	Idle     Duration `json:"idle,omitempty" doc:"How long the edge keeps idle connections to the app; below the app's own keep-alive time. Default: 1.5s."`
}

// Override is what is different in an environment. Maps are laid over the service's;
// lists and the strategy replace it.
type Override struct {
	Config   map[EnvName]Text  `json:"config,omitempty" doc:"Environment variables laid over the service's and the environment's." eg:"{\"LOG_LEVEL\":\"warn\"}"`
	Files    map[FileName]Text `json:"files,omitempty" doc:"Config files laid over the service's."`
	Secrets  map[EnvName]From  `json:"secrets,omitempty" doc:"Secrets laid over the service's."`
	Routes   []Route           `json:"routes,omitempty" max:"100" doc:"Public places instead of the service's."`
	Replicas int               `json:"replicas,omitempty" min:"1" max:"32" doc:"Instances that run at once."`
	Limits   Limits            `json:"limits,omitzero" doc:"What an instance may use."`
	Strategy Strategy          `json:"strategy,omitzero" doc:"Strategy instead of the service's."`
	Rollback Rollback          `json:"rollback,omitzero" doc:"What is different of rollback."`
}
