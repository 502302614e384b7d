package grafana

import (
	"maps"
	"slices"
	"strconv"
)

// q is a query over time.
func q(expr, legend string) target {
	return target{Datasource: prometheus, Expr: expr, Legend: legend, EditorMode: "code", Range: true}
}

// series is a panel of lines over time.
func series(title, unit string, targets ...target) panel {
	p := panel{Type: "timeseries", Title: title, Datasource: &prometheus, Targets: named(targets), FieldConfig: fields(unit, "palette-classic"),
		Options: seriesOptions{legendOptions{"list", "bottom", true, []string{}}, tooltipOptions{"multi", "desc"}}}
	p.FieldConfig.Defaults.Custom = map[string]any{"drawStyle": "line", "fillOpacity": 10, "lineWidth": 1, "showPoints": "never", "spanNulls": false,
		"thresholdsStyle": map[string]any{"mode": "off"}}
	return p
}

// stat is a panel of figures as they are now.
func stat(title, unit, expr, legend string) panel {
	now := q(expr, legend)
	now.Range, now.Instant = false, true
	return panel{Type: "stat", Title: title, Datasource: &prometheus, Targets: named([]target{now}), FieldConfig: fields(unit, "thresholds"),
		Options: statOptions{reduceOptions{[]string{"lastNotNull"}, "", false}, "background", "none", "value_and_name", "auto"}}
}

// named gives queries their letters.
func named(targets []target) []target {
	for i := range targets {
		targets[i].RefID = letter(i)
	}
	return targets
}

func letter(i int) string {
	if i < 26 {
		return string(rune('A' + i))
	}
	return "Q" + strconv.Itoa(i)
}

func fields(unit, mode string) *fieldConfig {
	return &fieldConfig{Defaults: defaults{Unit: unit, NoValue: "not known", Color: color{mode}, Thresholds: steps("green")}, Overrides: []struct{}{}}
}

// limit adds a dashed line, with a query that says what it is.
func (p *panel) limit(value float64, legend string) {
	line := q("vector("+strconv.FormatFloat(rounded(value), 'g', -1, 64)+")", legend)
	p.Targets = named(append(p.Targets, line))
}

func steps(base string, more ...threshold) thresholds {
	return thresholds{"absolute", append([]threshold{{base, nil}}, more...)}
}

func at(value float64, color string) threshold { return threshold{color, &value} }

func number(x float64) *float64 { return &x }

// rounded takes the dust of 1 - 0.999 away.
func rounded(x float64) float64 {
	text := strconv.FormatFloat(x, 'f', 12, 64)
	y, _ := strconv.ParseFloat(text, 64)
	return y
}

func sorted[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
