package grafana

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"

	"slipway.dev/internal/core/flow"
)

// UID is the identity of the dashboard: importing it again replaces it.
const UID = "slipway-flows"

// schemaVersion is that of the classic model.
const schemaVersion = 42

// Dashboard makes the dashboard of flows, as JSON that ends in a line feed.
func Dashboard(flows []flow.Flow) ([]byte, error) {
	d := dashboard{
		UID: UID, Title: "Slipway: flows", Description: "Business flows by how much depends on them. Made by Slipway of the catalog; changes are lost when it is made anew.",
		Tags: []string{"slipway"}, Timezone: "browser", Editable: true, GraphTooltip: 1, Time: timeRange{"now-6h", "now"}, Refresh: "1m", SchemaVersion: schemaVersion, Version: 1,
		Annotations: list{[]variable{}}, Templating: list{variables()}, Links: []struct{}{},
	}
	p := &page{}
	p.overview()
	for _, f := range byCriticality(flows) {
		p.flow(f)
	}
	d.Panels = p.panels
	out, err := json.MarshalIndent(d, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("a dashboard does not encode: %w", err)
	}
	return append(out, '\n'), nil
}

// byCriticality gives flows with the most critical first, then by name.
func byCriticality(flows []flow.Flow) []flow.Flow {
	order := map[flow.Criticality]int{flow.High: 0, flow.Medium: 1, flow.Low: 2}
	rank := func(f flow.Flow) int {
		if n, ok := order[f.Criticality]; ok {
			return n
		}
		return len(order)
	}
	sorted := slices.Clone(flows)
	slices.SortStableFunc(sorted, func(a, b flow.Flow) int {
		return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(a.Name, b.Name))
	})
	return sorted
}

// prometheus is whatever is chosen on the dashboard.
var prometheus = source{"prometheus", "${datasource}"}

// variables are the source of the figures and the environment.
func variables() []variable {
	const environments = "label_values(slipway_slo_objective, environment)"
	return []variable{
		{Name: "datasource", Label: "Prometheus", Type: "datasource", Query: "prometheus", Refresh: 1, Options: []struct{}{}, Current: map[string]any{}},
		{Name: "environment", Label: "Environment", Type: "query", Query: query{environments, "environment"}, Definition: environments, Datasource: &prometheus,
			Refresh: 1, Sort: 1, Options: []struct{}{}, Current: map[string]any{}},
	}
}
