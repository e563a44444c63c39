package server

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/rs/zerolog"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/health"
	healthv1 "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/reflection"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server/casework"
	"github.com/eile-housing/eile/server/deciding"
	"github.com/eile-housing/eile/server/intake"
	"github.com/eile-housing/eile/server/night"
	"github.com/eile-housing/eile/server/rpc"
	"github.com/eile-housing/eile/server/rulebook"
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
	// Metrics of the calls; nil: none are kept.
	Metrics *rpc.Metrics
	// Now is the clock; nil: time.Now.
	Now func() time.Time
}

// Server answers all services of eile.v1.
type Server struct {
	office *rpc.Office
	chain  *rpc.Chain
	codes  rpc.AccessCodes
	intake *intake.Intake
	night  *night.Night
	health *health.Server
	backup Backup
	dev    bool
	log    zerolog.Logger
}

// New returns a server that is ready to answer: the policy in force is loaded
// and an unfinished run is resumed before anything else is accepted.
func New(ctx context.Context, o Options) (*Server, error) {
	if len(o.Key) < 32 {
		return nil, errors.New("server key: at least 32 bytes are needed")
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if err := rpc.CheckMethods(rpc.Methods()); err != nil {
		return nil, fmt.Errorf("the methods of the service: %w", err)
	}
	clock := rulebook.NewClock(o.Now, o.Dev)
	office := &rpc.Office{Register: o.Register, Book: rulebook.New(o.Register, clock), Clock: clock}
	chain, err := rpc.NewChain(o.Register, office.Book.Wording.Policy, o.Log, o.Metrics)
	if err != nil {
		return nil, err
	}
	codes := rpc.NewAccessCodes(o.Key)
	s := &Server{
		office: office, chain: chain, codes: codes, intake: intake.New(office, codes), night: night.New(o.Register, o.Key, office.Book, o.Log),
		health: health.NewServer(), backup: o.Backup, dev: o.Dev, log: o.Log,
	}
	if err := office.Book.Load(ctx); err != nil {
		return nil, fmt.Errorf("load the policy in force: %w", err)
	}
	if err := (resumption{office, s.intake, s.night}).run(ctx); err != nil {
		return nil, fmt.Errorf("resume the unfinished run: %w", err)
	}
	return s, nil
}

// ActivateFile puts the policy of a file, or a shipped one, in force. The one
// that is in force already stays as it is.
func (s *Server) ActivateFile(ctx context.Context, name string) error {
	candidate, err := rulebook.ReadFile(name)
	if err != nil {
		return err
	}
	stamp := store.Stamp{Now: s.office.Clock.Now(), ID: s.office.Clock.NewID(), Actor: casework.Machine}
	_, err = s.office.Book.Activate(ctx, stamp, candidate, rulebook.Wish{})
	return err
}

// GRPC returns the service for callers that the credentials identify; nil
// credentials are for Dev.
func (s *Server) GRPC(transport credentials.TransportCredentials) *grpc.Server {
	identify := rpc.Certified
	if s.dev {
		identify = rpc.Named
	}
	options := append(s.chain.Options(identify), grpc.MaxConcurrentStreams(1000))
	if transport != nil {
		options = append(options, grpc.Creds(transport))
	}
	g := grpc.NewServer(append(options, rpc.Keepalive()...)...)
	s.register(g)
	healthv1.RegisterHealthServer(g, s.health)
	reflection.Register(g)
	return g
}

// register hands each service what it uses.
func (s *Server) register(server *grpc.Server) {
	g := rpc.Services{ServiceRegistrar: server, Doors: rpc.Doors{}}
	eilev1.RegisterApplicationServiceServer(g, &applications{office: s.office, codes: s.codes})
	eilev1.RegisterUnitServiceServer(g, &units{office: s.office})
	eilev1.RegisterLeaseServiceServer(g, &leases{office: s.office})
	eilev1.RegisterPlanServiceServer(g, &plans{office: s.office})
	eilev1.RegisterOfferServiceServer(g, &offers{office: s.office})
	eilev1.RegisterTenancyServiceServer(g, &tenancies{office: s.office})
	eilev1.RegisterDecommissionServiceServer(g, &decommissions{office: s.office})
	eilev1.RegisterVacancyServiceServer(g, &vacancies{office: s.office})
	eilev1.RegisterProgrammeServiceServer(g, &programmes{office: s.office})
	eilev1.RegisterQueueServiceServer(g, &queue{office: s.office, codes: s.codes})
	eilev1.RegisterDuplicateServiceServer(g, &duplicates{office: s.office})
	eilev1.RegisterPolicyServiceServer(g, &policies{office: s.office})
	eilev1.RegisterRunServiceServer(g, &runs{office: s.office, night: s.night, dev: s.dev})
	eilev1.RegisterImportServiceServer(g, &imports{intake: s.intake})
	eilev1.RegisterStatsServiceServer(g, &stats{office: s.office})
	eilev1.RegisterAuditServiceServer(g, &audits{office: s.office})
	eilev1.RegisterDecisionServiceServer(g, deciding.New(s.office, g.Doors))
	eilev1.RegisterAdminServiceServer(g, &admin{backup: s.backup})
}

// GatewayGRPC returns the service for the gateway of the same process: it can
// ask for one place with its access code, and nothing else.
func (s *Server) GatewayGRPC() *grpc.Server {
	g := grpc.NewServer(s.chain.Options(rpc.GatewayOnly)...)
	eilev1.RegisterQueueServiceServer(g, &queue{office: s.office, codes: s.codes})
	healthv1.RegisterHealthServer(g, s.health)
	return g
}

// Drain turns health to not-serving, so that callers go elsewhere.
func (s *Server) Drain() { s.health.Shutdown() }

// WaitIdle waits until no call of our services is in flight, or the context ends.
func (s *Server) WaitIdle(ctx context.Context) { s.chain.WaitIdle(ctx) }

// Close waits for the step of a run that is under way. The run is resumed with the
// next start.
func (s *Server) Close() { s.night.Close() }
