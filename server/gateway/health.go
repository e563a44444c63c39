package gateway

import (
	"context"
	"net/http"

	healthv1 "google.golang.org/grpc/health/grpc_health_v1"

	"github.com/eile-housing/eile/policy/words"
)

// serveHealth says whether the service behind the gateway serves.
func (g *gateway) serveHealth(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), g.timeout)
	defer cancel()
	answer, err := g.health.Check(ctx, &healthv1.HealthCheckRequest{})
	if err != nil || answer.GetStatus() != healthv1.HealthCheckResponse_SERVING {
		write(w, http.StatusServiceUnavailable, contentText, []byte(g.texts.answer(words.Say("answer.not_serving"))))
		return
	}
	write(w, http.StatusOK, contentText, []byte("ok"))
}
