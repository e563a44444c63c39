package rpc

import (
	"bytes"
	"context"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/health"
	healthv1 "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/test/bufconn"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server/rulebook"
	"github.com/eile-housing/eile/store"
	"github.com/eile-housing/eile/store/audit"
	"github.com/eile-housing/eile/store/kv/memkv"
)

// newOffice is an office whose register is empty and whose clock ticks.
func newOffice(t testing.TB) *Office {
	t.Helper()
	db := memkv.New(memkv.Options{})
	t.Cleanup(func() { _ = db.Close() })
	register, err := store.Open(t.Context(), db, make([]byte, audit.SaltBytes))
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 3, 2, 6, 0, 0, 0, time.UTC)
	var mu sync.Mutex
	clock := rulebook.NewClock(func() time.Time {
		mu.Lock()
		defer mu.Unlock()
		at = at.Add(time.Second)
		return at
	}, true)
	return &Office{Register: register, Book: rulebook.New(register, clock), Clock: clock}
}

// counter is a service that does what a test says.
type counter struct {
	eilev1.UnimplementedQueueServiceServer
	eilev1.UnimplementedRunServiceServer
	get    func(context.Context) error
	stream func(context.Context) error
}

func (c *counter) GetPosition(ctx context.Context, _ *eilev1.GetPositionRequest) (*eilev1.Position, error) {
	return &eilev1.Position{Reference: actor(ctx)}, c.get(ctx)
}

func (c *counter) ListPositions(ctx context.Context, _ *eilev1.ListPositionsRequest) (*eilev1.ListPositionsResponse, error) {
	return &eilev1.ListPositionsResponse{}, c.get(ctx)
}

func (c *counter) GetOwnPosition(ctx context.Context, _ *eilev1.GetOwnPositionRequest) (*eilev1.GetOwnPositionResponse, error) {
	return &eilev1.GetOwnPositionResponse{Position: &eilev1.Position{Reference: actor(ctx)}}, c.get(ctx)
}

func (c *counter) GetRun(ctx context.Context, _ *eilev1.GetRunRequest) (*eilev1.Run, error) {
	return &eilev1.Run{}, c.get(ctx)
}

func (c *counter) GetEvidence(_ *eilev1.GetEvidenceRequest, stream grpc.ServerStreamingServer[eilev1.GetEvidenceResponse]) error {
	return c.stream(stream.Context())
}

// journal is a log that may be written and read at the same time.
type journal struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (j *journal) Write(line []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.Write(line)
}

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.String()
}

// served is a chain with callers.
type served struct {
	*counter
	chain   *Chain
	office  *Office
	metrics *Metrics
	log     *journal
	conn    *grpc.ClientConn
	queue   eilev1.QueueServiceClient
	runs    eilev1.RunServiceClient
	health  healthv1.HealthClient
}

// serve lets callers that are identified so through a chain.
func serve(t testing.TB, as Identify, level zerolog.Level, more ...grpc.ServerOption) *served {
	t.Helper()
	s := &served{office: newOffice(t), log: &journal{}}
	s.counter = &counter{get: func(context.Context) error { return nil }, stream: func(context.Context) error { return nil }}
	s.metrics = NewMetrics(s.office.Register)
	var err error
	if s.chain, err = NewChain(s.office.Register, nil, zerolog.New(s.log).Level(level), s.metrics); err != nil {
		t.Fatal(err)
	}
	g := grpc.NewServer(append(s.chain.Options(as), more...)...)
	eilev1.RegisterQueueServiceServer(g, s.counter)
	eilev1.RegisterRunServiceServer(g, s.counter)
	healthv1.RegisterHealthServer(g, health.NewServer())
	wire := bufconn.Listen(1 << 16)
	go func() { _ = g.Serve(wire) }()
	t.Cleanup(g.Stop)
	s.conn, err = grpc.NewClient("passthrough:chain", grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) { return wire.DialContext(ctx) }))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.conn.Close() })
	s.queue, s.runs, s.health = eilev1.NewQueueServiceClient(s.conn), eilev1.NewRunServiceClient(s.conn), healthv1.NewHealthClient(s.conn)
	return s
}

func (s *served) ask(ctx context.Context, options ...grpc.CallOption) (*eilev1.Position, error) {
	return s.queue.GetPosition(ctx, &eilev1.GetPositionRequest{Reference: "A-1"}, options...)
}
