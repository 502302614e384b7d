package openslo

import (
	"go.yaml.in/yaml/v4"

	"slipway.dev/internal/core/manifest"
)

// Version is the only version of OpenSLO that is read and written.
const Version = "openslo/v1"

// The kinds.
const (
	kindDataSource = "DataSource"
	kindSLO        = "SLO"
	kindSLI        = "SLI"
	kindPolicy     = "AlertPolicy"
	kindCondition  = "AlertCondition"
	kindTarget     = "AlertNotificationTarget"
	kindService    = "Service"
)

// Annotations of ours.
const (
	annotationFlow      = "slipway.dev/flow"        // of a Service: the Flow's manifest as JSON
	annotationObjective = "slipway.dev/objective"   // of an SLO: "latency-p99"
	annotationBound     = "slipway.dev/bound"       // of an SLO of a latency: "300ms"
	annotationPlace     = "slipway.dev/environment" // of an SLO: where it was exported for
	annotationShort     = "slipway.dev/short"       // of an AlertCondition: the window that must burn, too
)

// The parts of documents, in the order in which they are written.
type (
	document struct {
		APIVersion string   `yaml:"apiVersion"`
		Kind       string   `yaml:"kind"`
		Metadata   metadata `yaml:"metadata"`
		Spec       any      `yaml:"spec"`
	}
	metadata struct {
		Name        string            `yaml:"name"`
		DisplayName string            `yaml:"displayName,omitempty"`
		Labels      map[string]string `yaml:"labels,omitempty"`
		Annotations map[string]string `yaml:"annotations,omitempty"`
	}
	serviceSpec struct {
		Description string `yaml:"description,omitempty"`
	}
	sourceSpec struct {
		Description       string            `yaml:"description,omitempty"`
		Type              string            `yaml:"type"`
		ConnectionDetails map[string]string `yaml:"connectionDetails"`
	}
	sloSpec struct {
		Description     string       `yaml:"description,omitempty"`
		Service         string       `yaml:"service"`
		Indicator       indicator    `yaml:"indicator"`
		TimeWindow      []timeWindow `yaml:"timeWindow"`
		BudgetingMethod string       `yaml:"budgetingMethod"`
		Objectives      []objective  `yaml:"objectives"`
		AlertPolicies   []policyRef  `yaml:"alertPolicies,omitempty"`
	}
	indicator struct {
		Metadata metadata `yaml:"metadata"`
		Spec     sliSpec  `yaml:"spec"`
	}
	sliSpec struct {
		RatioMetric ratio `yaml:"ratioMetric"`
	}
	ratio struct {
		Counter bool   `yaml:"counter"`
		Bad     metric `yaml:"bad"`
		Total   metric `yaml:"total"`
	}
	metric struct {
		MetricSource metricSource `yaml:"metricSource"`
	}
	metricSource struct {
		MetricSourceRef string    `yaml:"metricSourceRef"`
		Type            string    `yaml:"type"`
		Spec            querySpec `yaml:"spec"`
	}
	querySpec struct {
		Query string `yaml:"query"`
	}
	timeWindow struct {
		Duration  string `yaml:"duration"`
		IsRolling bool   `yaml:"isRolling"`
	}
	objective struct {
		DisplayName string  `yaml:"displayName"`
		Target      float64 `yaml:"target"`
	}
	policyRef struct {
		AlertPolicyRef string `yaml:"alertPolicyRef"`
	}
	policySpec struct {
		Description         string         `yaml:"description,omitempty"`
		AlertWhenNoData     bool           `yaml:"alertWhenNoData"`
		AlertWhenResolved   bool           `yaml:"alertWhenResolved"`
		AlertWhenBreaching  bool           `yaml:"alertWhenBreaching"`
		Conditions          []conditionRef `yaml:"conditions"`
		NotificationTargets []targetRef    `yaml:"notificationTargets"`
	}
	conditionRef struct {
		ConditionRef string `yaml:"conditionRef"`
	}
	targetRef struct {
		TargetRef string `yaml:"targetRef"`
	}
	conditionSpec struct {
		Description string    `yaml:"description,omitempty"`
		Severity    string    `yaml:"severity"`
		Condition   condition `yaml:"condition"`
	}
	condition struct {
		Kind           string  `yaml:"kind"`
		Op             string  `yaml:"op"`
		Threshold      float64 `yaml:"threshold"`
		LookbackWindow string  `yaml:"lookbackWindow"`
		AlertAfter     string  `yaml:"alertAfter"`
	}
	targetSpec struct {
		Description string `yaml:"description,omitempty"`
		Target      string `yaml:"target"`
	}
)

// Note is something that was not taken over as it was.
type Note struct {
	At     manifest.Position `json:"at,omitzero"`
	Object string            `json:"object"` // "SLO purchase"; empty: of the file
	Field  string            `json:"field"`  // "spec.timeWindow[0]"; empty: of the whole object
	Text   string            `json:"text"`   // what became of it, and why
}

// Result is what came of an import.
type Result struct {
	YAML      []byte              // manifests, with comments on what is missing
	Resources []manifest.Resource // those of them that are complete
	Notes     []Note              // in the order of the file
}

// write gives documents as YAML.
func write(documents []any) ([]byte, error) {
	return yaml.Dump(documents, yaml.WithAllDocuments(), yaml.WithIndent(2), yaml.WithLineWidth(-1))
}
