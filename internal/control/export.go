package control

import (
	"context"
	"fmt"
	"io"
	"strings"

	"slipway.dev/client/model"
	"slipway.dev/internal/core/access"
	"slipway.dev/internal/core/catalog"
	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/grafana"
	"slipway.dev/internal/core/manifest"
	"slipway.dev/internal/core/openslo"
	"slipway.dev/internal/core/promrules"
)

// Export writes the objectives of all flows for another system.
func (c *Control) Export(ctx context.Context, q model.ExportQuery, w io.Writer) error {
	if _, err := c.may(ctx, access.Read, access.Scope{Environment: q.Environment}); err != nil {
		return err
	}
	k, err := c.Catalog.Catalog(ctx)
	if err != nil {
		return err
	}
	environments, err := c.among(ctx, k, q.Environment)
	if err != nil {
		return err
	}
	var out []byte
	switch q.Format {
	case "grafana":
		out, err = grafana.Dashboard(k.Flows())
	case "prometheus":
		out, err = promrules.Make(k.Flows(), environments).YAML()
	case "openslo":
		out, err = c.openSLO(ctx, k, q.Environment)
	default:
		return fault.New(fault.Invalid, "there is no format %q", q.Format).WithHint("use openslo, prometheus or grafana")
	}
	if err != nil {
		return err
	}
	_, err = w.Write(out)
	return err
}

// among gives the environment that is named, or all.
func (c *Control) among(ctx context.Context, k *catalog.Catalog, name string) ([]string, error) {
	if name != "" {
		_, err := c.resource(ctx, manifest.KindEnvironment, name)
		return []string{name}, err
	}
	var names []string
	for _, e := range k.Environments() {
		names = append(names, e.Name)
	}
	return names, nil
}

func (c *Control) openSLO(ctx context.Context, k *catalog.Catalog, environment string) ([]byte, error) {
	if environment == "" {
		return nil, fault.New(fault.Invalid, "OpenSLO is of one environment").WithHint("say which with --environment")
	}
	from := openslo.Source{}
	if r, err := c.manifest(ctx, manifest.KindEnvironment, environment); err == nil {
		if e, err := r.Environment(); err == nil && e.Metrics.Prometheus != nil {
			from.URL = string(e.Metrics.Prometheus.URL)
		}
	}
	out, notes, err := openslo.Export(k.Flows(), environment, from)
	if err != nil {
		return nil, err
	}
	var comments strings.Builder
	for _, n := range notes {
		fmt.Fprintf(&comments, "# %s %s: %s\n", n.Object, n.Field, strings.ReplaceAll(n.Text, "\n", " "))
	}
	return append([]byte(comments.String()), out...), nil
}
