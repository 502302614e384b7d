package manifest

// Environment is where services run.
type Environment struct {
	After  Name             `json:"after,omitempty" doc:"Environment that a release must have been through. Without it, releases go in by themselves." eg:"\"staging\""`
	Target Target           `json:"target,omitzero" doc:"What runs the instances. Default: processes on this machine."`
	Host   HostPattern      `json:"host,omitempty" doc:"Pattern for the public hosts of services here, with {environment} and {host}. Default: {environment}.{host}" eg:"\"{host}\""`
	Config map[EnvName]Text `json:"config,omitempty" doc:"Environment variables of all services here, laid over the services' own." eg:"{\"LOG_LEVEL\":\"info\"}"`
	Gate   Gate             `json:"gate,omitzero" doc:"What a release must show to come in. Without it: nothing in the first environment, one approval in the second, two in those after it."`
}

// Target is what runs the instances.
type Target struct {
	Process *ProcessTarget `json:"process,omitempty" one:"target" doc:"Processes on this machine."`
}

// ProcessTarget has no settings.
type ProcessTarget struct{}
