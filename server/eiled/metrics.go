package main

import (
	"net/http"
	"net/http/pprof"
	"time"

	"github.com/eile-housing/eile/server/rpc"
)

// metricsServer returns what Prometheus and a profiler ask for; metrics are nil
// where it is not served. It has no authentication: its address is for the
// machine's own keepers.
func metricsServer(metrics *rpc.Metrics) *http.Server {
	mux := http.NewServeMux()
	if metrics != nil {
		mux.Handle("GET /metrics", metrics.Handler())
	}
	mux.HandleFunc("/debug/pprof/", pprof.Index)
	mux.HandleFunc("/debug/pprof/cmdline", pprof.Cmdline)
	mux.HandleFunc("/debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("/debug/pprof/symbol", pprof.Symbol)
	mux.HandleFunc("/debug/pprof/trace", pprof.Trace)
	return &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute}
}
