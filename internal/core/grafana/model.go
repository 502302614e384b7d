package grafana

// The parts of Grafana's classic model that are used, see
// https://grafana.com/docs/grafana/latest/dashboards/build-dashboards/view-dashboard-json-model/.
type (
	dashboard struct {
		ID            *int       `json:"id"` // Grafana's own; null: it is to be made, or found by UID
		UID           string     `json:"uid"`
		Title         string     `json:"title"`
		Description   string     `json:"description"`
		Tags          []string   `json:"tags"`
		Timezone      string     `json:"timezone"`
		Editable      bool       `json:"editable"`
		GraphTooltip  int        `json:"graphTooltip"`
		Time          timeRange  `json:"time"`
		Refresh       string     `json:"refresh"`
		SchemaVersion int        `json:"schemaVersion"`
		Version       int        `json:"version"`
		Annotations   list       `json:"annotations"`
		Templating    list       `json:"templating"`
		Links         []struct{} `json:"links"`
		Panels        []panel    `json:"panels"`
	}
	timeRange struct {
		From string `json:"from"`
		To   string `json:"to"`
	}
	list struct {
		List []variable `json:"list"`
	}
	variable struct {
		Name       string         `json:"name"`
		Label      string         `json:"label"`
		Type       string         `json:"type"`
		Query      any            `json:"query"`
		Definition string         `json:"definition,omitempty"`
		Datasource *source        `json:"datasource,omitempty"`
		Refresh    int            `json:"refresh,omitempty"` // 1: when the dashboard is loaded
		Sort       int            `json:"sort,omitempty"`
		IncludeAll bool           `json:"includeAll"`
		Multi      bool           `json:"multi"`
		Hide       int            `json:"hide"`
		Options    []struct{}     `json:"options"`
		Current    map[string]any `json:"current"`
		Regex      string         `json:"regex"`
	}
	query struct {
		Query string `json:"query"`
		RefID string `json:"refId"`
	}
	source struct {
		Type string `json:"type"`
		UID  string `json:"uid"`
	}
	panel struct {
		ID          int          `json:"id"`
		Type        string       `json:"type"`
		Title       string       `json:"title"`
		Description string       `json:"description,omitempty"`
		Grid        grid         `json:"gridPos"`
		Collapsed   *bool        `json:"collapsed,omitempty"` // of a row
		Panels      []panel      `json:"panels,omitempty"`    // of a row that is collapsed
		Datasource  *source      `json:"datasource,omitempty"`
		Targets     []target     `json:"targets,omitempty"`
		FieldConfig *fieldConfig `json:"fieldConfig,omitempty"`
		Options     any          `json:"options,omitempty"`
	}
	grid struct {
		H int `json:"h"`
		W int `json:"w"`
		X int `json:"x"`
		Y int `json:"y"`
	}
	target struct {
		RefID      string `json:"refId"`
		Datasource source `json:"datasource"`
		Expr       string `json:"expr"`
		Legend     string `json:"legendFormat"`
		EditorMode string `json:"editorMode"`
		Instant    bool   `json:"instant"`
		Range      bool   `json:"range"`
	}
	fieldConfig struct {
		Defaults  defaults   `json:"defaults"`
		Overrides []struct{} `json:"overrides"`
	}
	defaults struct {
		Unit       string         `json:"unit"`
		Min        *float64       `json:"min,omitempty"`
		Max        *float64       `json:"max,omitempty"`
		NoValue    string         `json:"noValue,omitempty"`
		Color      color          `json:"color"`
		Custom     map[string]any `json:"custom,omitempty"`
		Thresholds thresholds     `json:"thresholds"`
	}
	color struct {
		Mode string `json:"mode"`
	}
	thresholds struct {
		Mode  string      `json:"mode"`
		Steps []threshold `json:"steps"`
	}
	threshold struct {
		Color string   `json:"color"`
		Value *float64 `json:"value"` // null: from the least on
	}
	legendOptions struct {
		DisplayMode string   `json:"displayMode"`
		Placement   string   `json:"placement"`
		ShowLegend  bool     `json:"showLegend"`
		Calcs       []string `json:"calcs"`
	}
	tooltipOptions struct {
		Mode string `json:"mode"`
		Sort string `json:"sort"`
	}
	seriesOptions struct {
		Legend  legendOptions  `json:"legend"`
		Tooltip tooltipOptions `json:"tooltip"`
	}
	statOptions struct {
		ReduceOptions reduceOptions `json:"reduceOptions"`
		ColorMode     string        `json:"colorMode"`
		GraphMode     string        `json:"graphMode"`
		TextMode      string        `json:"textMode"`
		Orientation   string        `json:"orientation"`
	}
	reduceOptions struct {
		Calcs  []string `json:"calcs"`
		Fields string   `json:"fields"`
		Values bool     `json:"values"`
	}
)
