package manifest

// Team owns services and is asked about them.
type Team struct {
	Members    []Member   `json:"members,omitempty" max:"1000" doc:"Who is in it."`
	OnCall     []Name     `json:"onCall,omitempty" max:"100" doc:"Accounts of those who are woken, in their order." eg:"[\"ada\"]"`
	Escalation Escalation `json:"escalation,omitzero" doc:"Who is told, and when, if nobody answers."`
}

// Member is a person in a team.
type Member struct {
	Name   Text    `json:"name,omitempty" need:"yes" doc:"Name of the person." eg:"\"Ada Lovelace\""`
	Person Name    `json:"person,omitempty" doc:"Their account. Default: the one with this e-mail address." eg:"\"ada\""`
	Email  Email   `json:"email,omitempty" doc:"Address." eg:"\"ada@example.com\""`
	Git    []Email `json:"git,omitempty" max:"50" doc:"Further addresses that they commit with. Who has one of them never approves the commit." eg:"[\"ada@users.example.com\"]"`
}

// Escalation is an ordered way through people.
type Escalation struct {
	Steps  []EscalationStep `json:"steps,omitempty" max:"20" doc:"In order. Default: the members at once."`
	Repeat int              `json:"repeat,omitempty" max:"5" doc:"How many times the steps are gone through once more."`
}

// EscalationStep says whom to tell.
type EscalationStep struct {
	After Duration `json:"after,omitempty" doc:"Time since the task was opened, or this round began. Default: at once." eg:"\"15m\""`
	Tell  []Tell   `json:"tell,omitempty" need:"yes" min:"1" max:"20" doc:"onCall (of this team), members (of this team), team:NAME, onCall:NAME or person:NAME." eg:"[\"onCall\"]"`
}
