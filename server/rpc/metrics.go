package rpc

import (
	"net/http"

	grpcmetrics "github.com/grpc-ecosystem/go-grpc-middleware/providers/prometheus"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/eile-housing/eile/proto/spell"
	"github.com/eile-housing/eile/store"
	"github.com/eile-housing/eile/store/living"
)

// Metrics counts calls and shows what the register's list knows anyhow: nothing
// is scanned for it. No label names a household, a home or a caller.
type Metrics struct {
	registry *prometheus.Registry
	calls    *grpcmetrics.ServerMetrics
}

// NewMetrics returns the metrics of a register's service.
func NewMetrics(register *store.Register) *Metrics {
	m := &Metrics{
		registry: prometheus.NewRegistry(),
		calls: grpcmetrics.NewServerMetrics(grpcmetrics.WithServerHandlingTimeHistogram(
			grpcmetrics.WithHistogramBuckets([]float64{.0001, .0005, .001, .005, .01, .05, .1, .5, 1, 5, 30, 120}),
		)),
	}
	m.registry.MustRegister(m.calls, listed{register.List()},
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}), collectors.NewBuildInfoCollector())
	return m
}

// Handler returns the metrics as Prometheus reads them.
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}

var (
	revisionGauge = prometheus.NewDesc("eile_revision", "Revision that the waiting list of this process has applied.", nil, nil)
	waitingGauge  = prometheus.NewDesc("eile_waiting_households", "Households that wait, by list.", []string{"list"}, nil)
	homesGauge    = prometheus.NewDesc("eile_homes", "Homes by status and condition.", []string{"status", "condition"}, nil)
)

// listed reads the living list when it is asked.
type listed struct{ list *living.List }

// Describe implements prometheus.Collector.
func (l listed) Describe(to chan<- *prometheus.Desc) {
	to <- revisionGauge
	to <- waitingGauge
	to <- homesGauge
}

// Collect implements prometheus.Collector.
func (l listed) Collect(to chan<- prometheus.Metric) {
	gauge := func(desc *prometheus.Desc, value float64, labels ...string) {
		to <- prometheus.MustNewConstMetric(desc, prometheus.GaugeValue, value, labels...)
	}
	gauge(revisionGauge, float64(l.list.Revision()))
	for _, count := range l.list.Counts() {
		gauge(waitingGauge, float64(count.Waiting), count.List)
	}
	for state, count := range l.list.UnitCounts() {
		gauge(homesGauge, float64(count), spell.Name(state.Status), spell.Name(state.Condition))
	}
}
