package server

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"sync"
	"sync/atomic"
	"time"

	"buf.build/go/protovalidate"
	"github.com/google/uuid"
	"github.com/rs/zerolog"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/health"
	healthv1 "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/reflection"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server/night"
	"github.com/eile-housing/eile/store"
)

// Options of a server. Register and Key must be set.
type Options struct {
	Register *store.Register
	// Backup writes a copy of the store while it serves.
	Backup Backup
	// Key from which access codes and pseudonyms are derived: at least 32 bytes.
	Key []byte
	// Dev lets every caller do everything under the name it gives, and lets a
	// year be rehearsed. It is for loopback only.
	Dev bool
	// Log of requests; the zero Logger discards.
	Log zerolog.Logger
	// Now is the clock; nil: time.Now.
	Now func() time.Time
}

// Backup writes a consistent copy of the store.
type Backup interface {
	Backup(ctx context.Context, to io.Writer) error
}

// Server answers all services of eile.v1.
type Server struct {
	register  *store.Register
	backup    Backup
	access    accessCodes
	dev       bool
	log       zerolog.Logger
	clock     func() time.Time
	health    *health.Server
	validator protovalidate.Validator

	rules    atomic.Pointer[rules]
	inFlight atomic.Int64 // requests of ours

	ahead atomic.Int64 // whole days by which a rehearsal is ahead of the clock
	night *night.Night
	// activating is held while a policy is put in force, and shared by what must
	// not be divided between two: an import while it writes, a run that begins.
	activating sync.RWMutex
}

// New returns a server that is ready to answer: the policy in force is loaded
// and an unfinished run is resumed before anything else is accepted.
func New(ctx context.Context, o Options) (*Server, error) {
	if len(o.Key) < 32 {
		return nil, errors.New("server key: at least 32 bytes are needed")
	}
	validator, err := protovalidate.New()
	if err != nil {
		return nil, err
	}
	s := &Server{
		register: o.Register, backup: o.Backup, access: accessCodes{key: o.Key}, dev: o.Dev, log: o.Log, clock: o.Now,
		validator: validator, health: health.NewServer(),
	}
	if s.clock == nil {
		s.clock = time.Now
	}
	s.night = night.New(o.Register, o.Key, s)
	if err := s.loadRules(ctx); err != nil {
		return nil, fmt.Errorf("load the policy in force: %w", err)
	}
	if err := s.catchUp(ctx); err != nil {
		return nil, fmt.Errorf("resume the unfinished run: %w", err)
	}
	return s, nil
}

// GRPC returns the service for callers that the credentials identify; nil
// credentials are for Dev.
func (s *Server) GRPC(transport credentials.TransportCredentials) *grpc.Server {
	identify := certified
	if s.dev {
		identify = named
	}
	options := append(s.interceptors(identify), grpc.MaxConcurrentStreams(1000))
	if transport != nil {
		options = append(options, grpc.Creds(transport))
	}
	g := grpc.NewServer(options...)
	eilev1.RegisterApplicationServiceServer(g, &applications{Server: s})
	eilev1.RegisterUnitServiceServer(g, &units{Server: s})
	eilev1.RegisterLeaseServiceServer(g, &leases{Server: s})
	eilev1.RegisterPlanServiceServer(g, &plans{Server: s})
	eilev1.RegisterOfferServiceServer(g, &offers{Server: s})
	eilev1.RegisterTenancyServiceServer(g, &tenancies{Server: s})
	eilev1.RegisterDecommissionServiceServer(g, &decommissions{Server: s})
	eilev1.RegisterVacancyServiceServer(g, &vacancies{Server: s})
	eilev1.RegisterProgrammeServiceServer(g, &programmes{Server: s})
	eilev1.RegisterQueueServiceServer(g, &queue{Server: s})
	eilev1.RegisterDuplicateServiceServer(g, &duplicates{Server: s})
	eilev1.RegisterPolicyServiceServer(g, &policies{Server: s})
	eilev1.RegisterRunServiceServer(g, &runs{Server: s})
	eilev1.RegisterImportServiceServer(g, &imports{Server: s})
	eilev1.RegisterStatsServiceServer(g, &stats{Server: s})
	eilev1.RegisterAuditServiceServer(g, &audit{Server: s})
	eilev1.RegisterAdminServiceServer(g, &admin{Server: s})
	healthv1.RegisterHealthServer(g, s.health)
	reflection.Register(g)
	return g
}

// GatewayGRPC returns the service for the gateway of the same process: it can
// ask for one place with its access code, and nothing else.
func (s *Server) GatewayGRPC() *grpc.Server {
	g := grpc.NewServer(s.interceptors(gatewayOnly)...)
	eilev1.RegisterQueueServiceServer(g, &queue{Server: s})
	healthv1.RegisterHealthServer(g, s.health)
	return g
}

// Drain turns health to not-serving, so that callers go elsewhere.
func (s *Server) Drain() { s.health.Shutdown() }

// Now is the clock, moved by whole days where a rehearsal is ahead of it.
func (s *Server) Now() time.Time {
	return s.clock().Add(time.Duration(s.ahead.Load()) * 24 * time.Hour)
}

// NewID returns a unique id that grows with time.
func (s *Server) NewID() string { return uuid.Must(uuid.NewV7()).String() }

// newSeed draws the seed of a policy's tickets.
func newSeed() string {
	seed := make([]byte, 32)
	_, _ = rand.Read(seed) // never fails, see crypto/rand
	return hex.EncodeToString(seed)
}
