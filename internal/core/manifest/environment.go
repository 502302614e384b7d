package manifest

// Environment is where services run.
type Environment struct {
	After   Name             `json:"after,omitempty" doc:"Environment that a release must have been through. Without it, releases go in by themselves." eg:"\"staging\""`
	Target  Target           `json:"target,omitzero" doc:"What runs the instances. Default: processes on this machine."`
	Host    HostPattern      `json:"host,omitempty" doc:"Pattern for the public hosts of services here, with {environment} and {host}. Default: {environment}.{host}" eg:"\"{host}\""`
	Config  map[EnvName]Text `json:"config,omitempty" doc:"Environment variables of all services here, laid over the services' own." eg:"{\"LOG_LEVEL\":\"info\"}"`
	Metrics Metrics          `json:"metrics,omitzero" doc:"Where figures are kept. Default: here."`
	Prices  Prices           `json:"prices,omitzero" doc:"What things cost here, for the cost of flows."`
	Drills  Drills           `json:"drills,omitzero" doc:"What may be tried out here on purpose. Without it: nothing."`
	Gate    Gate             `json:"gate,omitzero" doc:"What a release must show to come in. Without it: nothing in the first environment, one approval in the second, two in those after it."`
}

// Drills say what workflows may do to an environment on purpose, to learn how it stands that.
type Drills struct {
	Load    bool     `json:"load,omitempty" doc:"Load tests may be run against its services."`
	Faults  []string `json:"faults,omitempty" max:"3" enum:"stop latency errors" doc:"What may be made to go wrong: an instance that stops, answers that come late, errors in place of answers." eg:"[\"stop\",\"latency\"]"`
	Longest Duration `json:"longest,omitempty" doc:"How long a fault may last. At most 1h. Default: 5m." eg:"\"5m\""`
}

// Target is what runs the instances.
type Target struct {
	Process *ProcessTarget `json:"process,omitempty" one:"target" doc:"Processes on this machine."`
}

// ProcessTarget has no settings.
type ProcessTarget struct{}

// Metrics is where the figures of an environment are kept.
type Metrics struct {
	Prometheus *PrometheusServer `json:"prometheus,omitempty" doc:"A server with the query API of Prometheus, which scrapes Slipway's own /metrics."`
}

// PrometheusServer is a metrics server.
type PrometheusServer struct {
	URL     URL  `json:"url,omitempty" need:"yes" doc:"Where its API is." eg:"\"https://prometheus.example.com\""`
	Token   From `json:"token,omitzero" doc:"Secret that holds a bearer token." eg:"{\"from\":\"prometheus-token\"}"`
	Private bool `json:"private,omitempty" doc:"It may be at a private address. Never at a link-local one."`
}

// Prices are what things cost in an environment, all in one currency.
type Prices struct {
	CPUHour    Money `json:"cpuHour,omitempty" doc:"A core for an hour that it is used." eg:"\"0.04 EUR\""`
	MemoryHour Money `json:"memoryHour,omitempty" doc:"A GiB of memory for an hour." eg:"\"0.005 EUR\""`
	Egress     Money `json:"egress,omitempty" doc:"A GB that is sent." eg:"\"0.08 EUR\""`
	Million    Money `json:"million,omitempty" doc:"A million requests." eg:"\"0.60 EUR\""`
}
