package metrics

import (
	"bufio"
	"cmp"
	"context"
	"io"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"slipway.dev/internal/metrics"
)

// contentType is that of Prometheus' text format.
const contentType = "text/plain; version=0.0.4; charset=utf-8"

// ServeHTTP answers GET /metrics. Who may ask is not looked at here.
func (c *Collector) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", contentType)
	_ = c.WriteText(r.Context(), w) // the client is gone
}

// WriteText writes all that is known now in Prometheus' text format. What is older than a few
// seconds is looked at anew. The error is the writer's.
func (c *Collector) WriteText(ctx context.Context, w io.Writer) error {
	s := c.current(ctx)
	all := append(c.own(ctx), s.up())
	if s.edgeErr == nil {
		all = append(all, s.edge...)
	}
	all = append(all, s.total...)
	for _, in := range s.instances {
		all = append(all, in.samples...)
	}
	return writeText(w, all)
}

// writeText writes samples, those of one family together. Of samples that say the same twice,
// one is written: a reader would refuse everything.
func writeText(w io.Writer, all []metrics.Sample) error {
	type line struct {
		family, name, labels string
		sample               metrics.Sample
	}
	lines := make([]line, 0, len(all))
	for _, s := range all {
		lines = append(lines, line{familyOf(s), s.Name, textOf(s.Labels), s})
	}
	slices.SortStableFunc(lines, func(a, b line) int {
		return cmp.Or(cmp.Compare(a.family, b.family), compareSamples(a.sample, b.sample), cmp.Compare(a.name, b.name), cmp.Compare(a.labels, b.labels))
	})
	out := bufio.NewWriter(w)
	for i, l := range lines {
		if i == 0 || l.family != lines[i-1].family {
			head(out, l.family, l.sample)
		} else if l.name == lines[i-1].name && l.labels == lines[i-1].labels {
			continue
		}
		io.WriteString(out, l.name+l.labels+" "+strconv.FormatFloat(l.sample.Value, 'g', -1, 64)+"\n")
	}
	return out.Flush()
}

// familyOf gives what a sample belongs to: our histogram's parts are of one.
func familyOf(s metrics.Sample) string {
	if s.Name == metrics.FlowBucket || s.Name == metrics.FlowCount {
		return metrics.FlowDuration
	}
	return s.Name
}

// compareSamples keeps a histogram's buckets together and in their order, as readers want it.
func compareSamples(a, b metrics.Sample) int {
	if familyOf(a) != metrics.FlowDuration {
		return 0
	}
	le := func(s metrics.Sample) float64 {
		f, _ := strconv.ParseFloat(cmp.Or(s.Labels["le"], "+Inf"), 64)
		return f
	}
	return cmp.Or(metrics.CompareLabels(without(a.Labels, "le"), without(b.Labels, "le")), cmp.Compare(le(a), le(b)))
}

func without(labels map[string]string, name string) map[string]string {
	if _, has := labels[name]; !has {
		return labels
	}
	out := maps.Clone(labels)
	delete(out, name)
	return out
}

// head writes what a family is.
func head(out io.Writer, family string, s metrics.Sample) {
	if text := help[family]; text != "" {
		io.WriteString(out, "# HELP "+family+" "+escapeHelp.Replace(text)+"\n")
	}
	kind := "counter"
	switch {
	case family == metrics.FlowDuration:
		kind = "histogram"
	case s.Kind == metrics.Gauge:
		kind = "gauge"
	case strings.HasSuffix(family, "_bucket"), strings.HasSuffix(family, "_sum"), strings.HasSuffix(family, "_count"):
		kind = "untyped" // a part of an app's histogram or summary, whose other parts may not be kept
	}
	io.WriteString(out, "# TYPE "+family+" "+kind+"\n")
}

var (
	escapeHelp  = strings.NewReplacer(`\`, `\\`, "\n", `\n`)
	escapeValue = strings.NewReplacer(`\`, `\\`, "\n", `\n`, `"`, `\"`)
)

// textOf writes labels in their order.
func textOf(labels map[string]string) string {
	if len(labels) == 0 {
		return ""
	}
	var b strings.Builder
	sep := byte('{')
	for _, name := range slices.Sorted(maps.Keys(labels)) {
		b.WriteByte(sep)
		b.WriteString(name)
		b.WriteString(`="`)
		b.WriteString(escapeValue.Replace(strings.ToValidUTF8(labels[name], "\uFFFD")))
		b.WriteByte('"')
		sep = ','
	}
	b.WriteByte('}')
	return b.String()
}
