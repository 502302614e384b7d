package metrics

import (
	"bufio"
	"cmp"
	"context"
	"io"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"slipway.dev/internal/metrics"
)

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

// line is a sample on its way out, with what it is sorted by: a histogram's buckets must come
// together and in their order, with its count.
type line struct {
	family string
	series string  // labels of the series, or of the histogram
	bound  float64 // of a bucket
	labels string
	sample *metrics.Sample
}

func newLine(s *metrics.Sample) line {
	l := line{family: s.Name, labels: textOf(s.Labels), sample: s}
	l.series = l.labels
	if s.Name == metrics.FlowBucket || s.Name == metrics.FlowCount {
		l.family, l.bound = metrics.FlowDuration, math.Inf(1)
	}
	if le := s.Labels["le"]; l.family != s.Name && le != "" {
		l.series = textOf(without(s.Labels, "le"))
		l.bound, _ = strconv.ParseFloat(le, 64) // we have made it
	}
	return l
}

func (l line) compare(m line) int {
	if c := strings.Compare(l.family, m.family); c != 0 {
		return c
	}
	if c := strings.Compare(l.series, m.series); c != 0 {
		return c
	}
	return cmp.Or(cmp.Compare(l.bound, m.bound), strings.Compare(l.sample.Name, m.sample.Name))
}

// writeText writes samples, those of one family together. Of samples that say the same twice,
// one is written: a reader would refuse everything.
func writeText(w io.Writer, all []metrics.Sample) error {
	lines := make([]line, 0, len(all))
	for i := range all {
		lines = append(lines, newLine(&all[i]))
	}
	slices.SortFunc(lines, line.compare)
	out := bufio.NewWriter(w)
	for i, l := range lines {
		if i == 0 || l.family != lines[i-1].family {
			head(out, l.family, *l.sample)
		} else if l.compare(lines[i-1]) == 0 {
			continue
		}
		io.WriteString(out, l.sample.Name+l.labels+" "+strconv.FormatFloat(l.sample.Value, 'g', -1, 64)+"\n")
	}
	return out.Flush()
}

func without(labels map[string]string, name string) map[string]string {
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
