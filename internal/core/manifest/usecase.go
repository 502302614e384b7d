package manifest

// UseCase is what flows support.
type UseCase struct {
	Purpose     Text      `json:"purpose,omitempty" need:"yes" doc:"What it is for." eg:"\"Customers buy tickets by themselves.\""`
	Criticality string    `json:"criticality,omitempty" enum:"low medium high" doc:"How much depends on it."`
	Consumers   []Text    `json:"consumers,omitempty" max:"50" doc:"Who uses it." eg:"[\"customers\"]"`
	Start       Text      `json:"start,omitempty" need:"yes" doc:"Event that it begins with." eg:"\"customer opens the shop\""`
	End         Text      `json:"end,omitempty" need:"yes" doc:"Event that it ends with." eg:"\"customer has a ticket\""`
	Execution   Execution `json:"execution,omitzero" doc:"How often it is carried out."`
	DependsOn   []Name    `json:"dependsOn,omitempty" max:"50" doc:"Use cases that must work for it to work." eg:"[\"signing-in\"]"`
	Flows       []Name    `json:"flows,omitempty" max:"50" doc:"Flows that support it." eg:"[\"purchase-ticket\"]"`
}

// Execution is how often a use case is carried out.
type Execution struct {
	Frequency   Rate   `json:"frequency,omitempty" doc:"How often, on average." eg:"\"2000/d\""`
	Variability string `json:"variability,omitempty" enum:"steady daily weekly seasonal bursts" doc:"How that changes."`
	Peak        Rate   `json:"peak,omitempty" doc:"How often at most." eg:"\"50/s\""`
}

// BusinessProcess is a series of stages, each a use case.
type BusinessProcess struct {
	Description Text    `json:"description,omitempty" doc:"What it is."`
	Owner       Text    `json:"owner,omitempty" doc:"Who answers for it." eg:"\"Head of sales\""`
	Stages      []Stage `json:"stages,omitempty" need:"yes" min:"1" max:"50" doc:"In order."`
}

// Stage is one part of a process.
type Stage struct {
	Name    Name `json:"name,omitempty" doc:"Its name. Default: that of the use case." eg:"\"buy\""`
	UseCase Name `json:"useCase,omitempty" need:"yes" doc:"Use case that it is." eg:"\"buying-a-ticket\""`
}

// Component is something that flows rest on and that is not deployed here: a service of
// somebody else, an API, a database, or a system or domain that others are part of.
type Component struct {
	Type         string  `json:"type,omitempty" need:"yes" enum:"service website library api resource system domain" doc:"What it is."`
	Description  Text    `json:"description,omitempty" doc:"What it does."`
	PartOf       []Name  `json:"partOf,omitempty" max:"20" doc:"Components of type system or domain that it belongs to."`
	DependsOn    []Name  `json:"dependsOn,omitempty" max:"100" doc:"Components or services that it needs."`
	Provides     []Name  `json:"provides,omitempty" max:"100" doc:"Components of type api that it offers."`
	Consumes     []Name  `json:"consumes,omitempty" max:"100" doc:"Components of type api that it uses."`
	Availability Percent `json:"availability,omitempty" doc:"What its provider promises." eg:"\"99.95%\""`
	Link         URL     `json:"link,omitempty" doc:"Where to read more." eg:"\"https://example.com/status\""`
}
