package manifest

// Flow is a sequence of actions that a user or a component takes. It crosses services.
type Flow struct {
	Type          string     `json:"type,omitempty" need:"yes" enum:"user system" doc:"Who takes it: a user, or a component of the system."`
	Description   Text       `json:"description,omitempty" doc:"What it is, for people." eg:"\"A customer buys a ticket.\""`
	Process       Name       `json:"process,omitempty" doc:"Business process that it is part of." eg:"\"purchasing-ticket\""`
	ProcessOwner  Text       `json:"processOwner,omitempty" doc:"Who answers for the process." eg:"\"Head of sales\""`
	Stakeholders  []Text     `json:"stakeholders,omitempty" max:"50" doc:"Who has an interest in it." eg:"[\"Sales\",\"Customer care\"]"`
	Escalation    Name       `json:"escalation,omitempty" doc:"Team whose escalation path is gone when it does badly. Default: the owning team." eg:"\"box-office\""`
	Impact        Text       `json:"impact,omitempty" doc:"What it means for the business when it fails." eg:"\"Customers cannot buy; every minute loses sales.\""`
	Criticality   string     `json:"criticality,omitempty" need:"yes" enum:"low medium high" doc:"How much depends on it. A new release that hurts a flow of high criticality is taken back; of low criticality, people are warned."`
	Start         Text       `json:"start,omitempty" need:"yes" doc:"What it begins with." eg:"\"customer chooses a seat\""`
	End           Text       `json:"end,omitempty" need:"yes" doc:"What it ends with." eg:"\"ticket is paid and issued\""`
	Preconditions []Text     `json:"preconditions,omitempty" max:"50" doc:"What must be so before it can begin." eg:"[\"customer is signed in\"]"`
	Steps         []FlowStep `json:"steps,omitempty" need:"yes" min:"1" max:"100" doc:"The way it usually goes, in order."`
	Alternatives  []FlowPath `json:"alternatives,omitempty" max:"20" doc:"Other ways that it may go: after an error, or by another choice."`
	Fallback      []Name     `json:"fallback,omitempty" max:"10" doc:"Flows that serve instead when this one fails, in order." eg:"[\"list-concerts\"]"`
	DependsOn     []Name     `json:"dependsOn,omitempty" max:"50" doc:"Flows that must work for this one to work." eg:"[\"sign-in\"]"`
	Regions       int        `json:"regions,omitempty" min:"1" max:"100" doc:"Independent places that each could serve it alone. Default: 1."`
	Targets       Targets    `json:"targets,omitzero" doc:"What it must reach, under the five pillars."`
}

// FlowStep is one action: a request to a service, or an event with a name.
type FlowStep struct {
	Name      Name    `json:"name,omitempty" doc:"Its name. Default: made of service and request." eg:"\"pay\""`
	Service   Name    `json:"service,omitempty" doc:"Service, or Component, that serves it. Needed with a request." eg:"\"tickets\""`
	Request   Request `json:"request,omitempty" one:"what" doc:"Method and path, as patterns of Go's net/http: {id} stands for a segment, {rest...} for the rest." eg:"\"POST /orders/{id}\""`
	Event     Text    `json:"event,omitempty" one:"what" doc:"Something that happens and is no request." eg:"\"receipt was sent\""`
	Metric    Metric  `json:"metric,omitempty" doc:"Of an event: counter in the service's own metrics that counts it." eg:"\"telemetry_points_total\""`
	Failed    Metric  `json:"failed,omitempty" doc:"Of an event: counter of those that failed." eg:"\"telemetry_failed_total\""`
	Condition Text    `json:"condition,omitempty" doc:"When it is taken. Default: always." eg:"\"the seat is still free\""`
}

// FlowPath is another way through a flow.
type FlowPath struct {
	Name  Name       `json:"name,omitempty" need:"yes" doc:"Its name." eg:"\"payment-refused\""`
	When  Text       `json:"when,omitempty" need:"yes" doc:"When it is taken." eg:"\"the card is refused\""`
	Error bool       `json:"error,omitempty" doc:"It is taken after an error."`
	Steps []FlowStep `json:"steps,omitempty" max:"100" doc:"What happens then."`
	End   Text       `json:"end,omitempty" doc:"What it ends with. Default: as the flow." eg:"\"customer is told, and the seat is free again\""`
}

// Targets are what a flow must reach.
type Targets struct {
	Reliability Reliability `json:"reliability,omitzero" doc:"How often, and how fast, it must work."`
	Security    Security    `json:"security,omitzero" doc:"What it must protect, and how."`
	Cost        Cost        `json:"cost,omitzero" doc:"What it may cost."`
	Operations  Operations  `json:"operations,omitzero" doc:"How it is run."`
	Performance Performance `json:"performance,omitzero" doc:"How much of it must be possible."`
}

// Reliability is what service level objectives are made of.
type Reliability struct {
	Availability Percent           `json:"availability,omitempty" doc:"Share of its requests that must succeed." eg:"\"99.9%\""`
	Latency      map[Name]Duration `json:"latency,omitempty" doc:"For a share of the requests (p50, p90, p95, p99, p999): the time until the answer begins." eg:"{\"p99\":\"300ms\"}"`
	Window       Duration          `json:"window,omitempty" doc:"Rolling time over which it is counted. Default: 30d." eg:"\"30d\""`
	Hours        string            `json:"hours,omitempty" enum:"always business extended-business" doc:"When it must be so: always; business is mon-fri 09:00-17:00; extended-business is mon-sat 07:00-22:00. Default: always."`
	Windows      []Window          `json:"windows,omitempty" max:"20" doc:"Hours of one's own instead."`
	Zone         Zone              `json:"zone,omitempty" doc:"Time zone of the hours. Default: UTC." eg:"\"Europe/Berlin\""`
	Minimum      int               `json:"minimum,omitempty" min:"1" max:"1000000000" doc:"Requests in a window below which nothing is said. Default: 100."`
	Measure      *Measure          `json:"measure,omitempty" doc:"Queries that measure it where its requests are not seen here. They need a metrics server."`
}

// Measure is what counts good and all in a metrics server.
type Measure struct {
	Good  PromQL `json:"good,omitempty" need:"yes" doc:"Expression in PromQL for how many were good; [window] stands for the time." eg:"\"sum(increase(orders_ok_total[window]))\""`
	Total PromQL `json:"total,omitempty" need:"yes" doc:"Expression in PromQL for how many there were." eg:"\"sum(increase(orders_total[window]))\""`
}

// Security is what a flow must protect.
type Security struct {
	Data           []Name `json:"data,omitempty" max:"20" doc:"Kinds of data that it handles." eg:"[\"payment-card\"]"`
	Authentication string `json:"authentication,omitempty" enum:"none optional required" doc:"Whether its requests must say who makes them."`
	Encryption     string `json:"encryption,omitempty" enum:"none required" doc:"Whether its requests from outside must come over TLS."`
}

// Cost is what a flow may cost.
type Cost struct {
	PerThousand Money `json:"perThousand,omitempty" doc:"For a thousand times that it is taken." eg:"\"0.40 EUR\""`
	PerMonth    Money `json:"perMonth,omitempty" doc:"For a month of 30 days." eg:"\"900 EUR\""`
}

// Operations is how a flow is run.
type Operations struct {
	Recovery Duration `json:"recovery,omitempty" doc:"Longest time until it works again." eg:"\"15m\""`
	Runbook  Name     `json:"runbook,omitempty" doc:"What to do when it fails." eg:"\"purchase-ticket\""`
	Notice   Duration `json:"notice,omitempty" doc:"How long before planned maintenance must be announced. Without it, maintenance never counts as planned." eg:"\"48h\""`
}

// Performance is how much of a flow must be possible.
type Performance struct {
	Throughput Rate `json:"throughput,omitempty" doc:"How often it must be possible to take it." eg:"\"200/s\""`
}
