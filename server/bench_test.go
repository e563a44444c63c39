package server_test

import (
	"fmt"
	"testing"

	healthv1 "google.golang.org/grpc/health/grpc_health_v1"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// A position and an empty health check pass the same chain: what the position
// costs more is the place itself.
func BenchmarkCall(b *testing.B) {
	w := openTown(b, "2026-01-01", "mode: fill\n")
	for i := range 200 {
		w.waits(fmt.Sprintf("A-%03d", i), "2020-01-01", 2)
	}
	health := healthv1.NewHealthClient(w.conn)
	for name, call := range map[string]func() error{
		"position": func() error {
			_, err := w.queue.GetPosition(b.Context(), &eilev1.GetPositionRequest{Reference: "A-100"})
			return err
		},
		"health": func() error {
			_, err := health.Check(b.Context(), &healthv1.HealthCheckRequest{})
			return err
		},
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					if err := call(); err != nil {
						b.Fatal(err)
					}
				}
			})
		})
	}
}
