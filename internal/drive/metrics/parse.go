package metrics

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"slipway.dev/internal/core/flow"
	"slipway.dev/internal/metrics"
)

// Keep gives the names of a service's own metrics that are kept: those that its manifest says,
// and those that count events of flows.
func Keep(service string, said []string, flows []flow.Flow) []string {
	out := slices.Clone(said)
	for _, f := range flows {
		for _, s := range f.Steps {
			if s.Service == service {
				out = append(out, s.Metric, s.Failed)
			}
		}
	}
	slices.Sort(out)
	out = slices.Compact(out)
	return slices.DeleteFunc(out, func(name string) bool { return name == "" })
}

// read takes out of what an app says what is to be kept, with its own labels and ours. Where
// the app has one of ours, its own is called exported_NAME.
func read(body []byte, in Instance) ([]metrics.Sample, error) {
	p := expfmt.NewTextParser(model.LegacyValidation)
	families, err := p.TextToMetricFamilies(bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("it is not in the text format of Prometheus: %w", err)
	}
	k := keeper{keep: map[string]bool{}, ours: in.labels()}
	for _, name := range in.Scrape.Keep {
		k.keep[name] = true
	}
	for _, name := range slices.Sorted(maps.Keys(families)) {
		if strings.HasPrefix(name, "slipway_") {
			continue // nobody else speaks for us
		}
		for _, m := range families[name].GetMetric() {
			k.metric(families[name], m)
		}
	}
	if len(k.out) > maxSamples {
		return nil, fmt.Errorf("it has %d samples that are to be kept, more than %d", len(k.out), maxSamples)
	}
	return k.out, nil
}

// keeper collects what is to be kept.
type keeper struct {
	keep map[string]bool
	ours map[string]string
	out  []metrics.Sample
}

func (k *keeper) metric(f *dto.MetricFamily, m *dto.Metric) {
	name := f.GetName()
	switch f.GetType() {
	case dto.MetricType_COUNTER:
		k.add(name, name, m, metrics.Counter, m.GetCounter().GetValue())
	case dto.MetricType_GAUGE:
		k.add(name, name, m, metrics.Gauge, m.GetGauge().GetValue())
	case dto.MetricType_HISTOGRAM, dto.MetricType_GAUGE_HISTOGRAM:
		h := m.GetHistogram()
		for _, b := range h.GetBucket() {
			k.add(name, name+"_bucket", m, metrics.Counter, float64(b.GetCumulativeCount()), "le", number(b.GetUpperBound()))
		}
		k.add(name, name+"_sum", m, metrics.Counter, h.GetSampleSum())
		k.add(name, name+"_count", m, metrics.Counter, float64(h.GetSampleCount()))
	case dto.MetricType_SUMMARY:
		s := m.GetSummary()
		for _, q := range s.GetQuantile() {
			k.add(name, name, m, metrics.Gauge, q.GetValue(), "quantile", number(q.GetQuantile()))
		}
		k.add(name, name+"_sum", m, metrics.Counter, s.GetSampleSum())
		k.add(name, name+"_count", m, metrics.Counter, float64(s.GetSampleCount()))
	default:
		kind := metrics.Gauge
		if strings.HasSuffix(name, "_total") { // the app says no type
			kind = metrics.Counter
		}
		k.add(name, name, m, kind, m.GetUntyped().GetValue())
	}
}

// add keeps a sample, if it or its family is named.
func (k *keeper) add(family, name string, m *dto.Metric, kind metrics.Kind, value float64, extra ...string) {
	if !k.keep[family] && !k.keep[name] || len(m.GetLabel()) > maxLabels {
		return
	}
	labels := labelsOf(extra...)
	for _, l := range m.GetLabel() {
		if len(l.GetValue()) > maxValue {
			return
		}
		own := l.GetName()
		if k.ours[own] != "" {
			own = "exported_" + own
		}
		labels[own] = l.GetValue()
	}
	maps.Copy(labels, k.ours)
	k.out = append(k.out, metrics.Sample{Name: name, Labels: labels, Value: value, Kind: kind})
}

func number(f float64) string { return strconv.FormatFloat(f, 'g', -1, 64) }
