package gateway

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/health"
	healthv1 "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/status"
	"google.golang.org/grpc/test/bufconn"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

const (
	known = "A-17"
	code  = "K7Q2-9XMB-0D4T-VEHA-3RWC"
)

// service is a QueueService that knows one application.
type service struct {
	eilev1.UnimplementedQueueServiceServer
	health *health.Server

	mu    sync.Mutex
	place *eilev1.GetOwnPositionResponse
	fault error
	asked []*eilev1.GetOwnPositionRequest
}

func (s *service) GetOwnPosition(_ context.Context, req *eilev1.GetOwnPositionRequest) (*eilev1.GetOwnPositionResponse, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked = append(s.asked, proto.CloneOf(req))
	if s.fault != nil {
		return nil, s.fault
	}
	if req.GetReference() != known || req.GetAccessCode() != code {
		return nil, status.Error(codes.NotFound, "no such application")
	}
	return s.place, nil
}

// calls returns what was asked since the last time.
func (s *service) calls() []*eilev1.GetOwnPositionRequest {
	s.mu.Lock()
	defer s.mu.Unlock()
	asked := s.asked
	s.asked = nil
	return asked
}

// waiting is place 412 of 1,837, with nothing to do.
func waiting() *eilev1.GetOwnPositionResponse {
	return &eilev1.GetOwnPositionResponse{Position: &eilev1.Position{
		Reference: known, List: "general", Position: 412, Waiting: 1837, Ahead: 411, AheadOutOfTurn: 3,
		AsOf:      timestamppb.New(time.Date(2026, 11, 21, 19, 20, 0, 0, time.UTC)),
		Policy:    &eilev1.PolicyName{Name: "lt-vilnius", Version: "2026", Sha256: strings.Repeat("ab", 32)},
		NeedClass: "2-rooms", PositionInNeedClass: 97, WaitingInNeedClass: 480, HousedLast_12Months: 58,
		Status: eilev1.ApplicationStatus_APPLICATION_STATUS_WAITING, Revision: 9007199254740993,
	}, TimeZone: "Europe/Vilnius"}
}

// serve starts the service on a connection in memory and a gateway before it.
func serve(t testing.TB, o Options) (*service, http.Handler) {
	t.Helper()
	s := &service{health: health.NewServer(), place: waiting()}
	g := grpc.NewServer()
	eilev1.RegisterQueueServiceServer(g, s)
	healthv1.RegisterHealthServer(g, s.health)
	wire := bufconn.Listen(1 << 16)
	go func() { _ = g.Serve(wire) }()
	t.Cleanup(g.Stop)
	conn, err := grpc.NewClient("passthrough:///memory",
		grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) { return wire.DialContext(ctx) }),
		grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return s, New(conn, o)
}

// ask sends one request; headers are name, value, name, value.
func ask(t testing.TB, h http.Handler, method, target, body string, headers ...string) *httptest.ResponseRecorder {
	t.Helper()
	u, err := url.ParseRequestURI(target)
	if err != nil {
		t.Fatalf("target %q: %v", target, err)
	}
	r := httptest.NewRequestWithContext(t.Context(), method, "/", strings.NewReader(body))
	r.URL, r.RequestURI = u, target
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Add(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestEveryAnswerIsGuarded(t *testing.T) {
	s, h := serve(t, Options{})
	for _, c := range []struct {
		method, target string
		status         int
	}{
		{"GET", "/", 200},
		{"HEAD", "/", 200},
		{"GET", "/healthz", 200},
		{"GET", "/openapi.json", 200},
		{"POST", "/", 404},
		{"GET", "/v1/applications/" + known + "/position", 404},
		{"GET", "/v1/applications", 404},
		{"GET", "/v1/applications/", 404},
		{"GET", "/v1/applications/" + known, 404},
		{"GET", "/v1/applications/position", 404},
		{"GET", "/index.html", 404},
		{"GET", "//", 404},
		{"GET", "/../healthz", 404},
		{"DELETE", "/", 405},
		{"POST", "/healthz", 405},
		{"PUT", "/openapi.json", 405},
		{"POST", "/v1/applications/" + known + "/position", 405},
		{"OPTIONS", "/v1/applications/" + known + "/position", 405},
	} {
		w := ask(t, h, c.method, c.target, "")
		if w.Code != c.status {
			t.Errorf("%s %s: status %d, want %d", c.method, c.target, w.Code, c.status)
		}
		if (w.Code == 405) != (w.Header().Get("Allow") != "") {
			t.Errorf("%s %s: status %d with Allow %q", c.method, c.target, w.Code, w.Header().Get("Allow"))
		}
		for name, want := range map[string]string{
			"Cache-Control":          "no-store",
			"Referrer-Policy":        "no-referrer",
			"X-Content-Type-Options": "nosniff",
			"X-Frame-Options":        "DENY",
		} {
			if got := w.Header().Get(name); got != want {
				t.Errorf("%s %s: %s is %q, want %q", c.method, c.target, name, got, want)
			}
		}
		policy := w.Header().Get("Content-Security-Policy")
		for _, want := range []string{"default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'"} {
			if !strings.Contains(policy, want) {
				t.Errorf("%s %s: Content-Security-Policy lacks %s: %s", c.method, c.target, want, policy)
			}
		}
		if strings.Contains(policy, "unsafe") {
			t.Errorf("%s %s: unsafe Content-Security-Policy: %s", c.method, c.target, policy)
		}
	}
	s.calls()
}

func TestHealth(t *testing.T) {
	s, h := serve(t, Options{})
	if w := ask(t, h, "GET", "/healthz", ""); w.Code != 200 || w.Body.String() != "ok" {
		t.Fatalf("serving: %d %q", w.Code, w.Body)
	}
	s.health.Shutdown()
	w := ask(t, h, "GET", "/healthz", "")
	if w.Code != 503 || w.Body.String() == "ok" || w.Header().Get("Retry-After") == "" {
		t.Fatalf("draining: %d %q, Retry-After %q", w.Code, w.Body, w.Header().Get("Retry-After"))
	}
}

func TestHealthWithoutService(t *testing.T) {
	conn, err := grpc.NewClient("passthrough:///nowhere",
		grpc.WithContextDialer(func(context.Context, string) (net.Conn, error) { return nil, net.ErrClosed }),
		grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	h := New(conn, Options{})
	for _, target := range []string{"/healthz", "/v1/applications/" + known + "/position"} {
		if w := ask(t, h, "GET", target, "", "Authorization", "Bearer "+code); w.Code != 503 {
			t.Errorf("%s without a service: %d, want 503", target, w.Code)
		}
	}
}

func TestServerLimits(t *testing.T) {
	s := Server(http.NotFoundHandler())
	if s.ReadHeaderTimeout <= 0 || s.ReadTimeout <= 0 || s.IdleTimeout <= 0 || s.MaxHeaderBytes <= 0 {
		t.Fatalf("a limit is not set: %+v", s)
	}
	if longest := 5*time.Second + s.ReadTimeout; s.WriteTimeout < longest {
		t.Fatalf("write timeout %s cuts off answers that may take %s", s.WriteTimeout, longest)
	}
}
