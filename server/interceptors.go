package server

import (
	"context"
	"fmt"
	"runtime/debug"
	"strings"
	"time"

	"buf.build/go/protovalidate"
	"github.com/rs/zerolog"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/peer"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// actorHeader carries the name that --as gives; it is believed under Dev only.
const actorHeader = "eile-as"

type actorKey struct{}

// actor is who calls.
func actor(ctx context.Context) string {
	name, _ := ctx.Value(actorKey{}).(string)
	return name
}

// An identifier puts the caller's name into the context, or refuses the call.
type identifier func(ctx context.Context, method string) (context.Context, error)

func (s *Server) interceptors(identify identifier) []grpc.ServerOption {
	unary := func(ctx context.Context, req any, info *grpc.UnaryServerInfo, handler grpc.UnaryHandler) (resp any, err error) {
		began := time.Now()
		defer s.count(info.FullMethod)()
		defer func() {
			if panicked := recover(); panicked != nil {
				err = fmt.Errorf("panic: %v\n%s", panicked, debug.Stack())
			}
			err = s.answered(info.FullMethod, began, actor(ctx), err)
		}()
		ctx, err = identify(ctx, info.FullMethod)
		if err != nil {
			return nil, err
		}
		if message, ok := req.(proto.Message); ok && ours(info.FullMethod) {
			if err := s.validator.Validate(message); err != nil {
				return nil, err
			}
		}
		return handler(ctx, req)
	}
	stream := func(srv any, ss grpc.ServerStream, info *grpc.StreamServerInfo, handler grpc.StreamHandler) (err error) {
		began := time.Now()
		defer s.count(info.FullMethod)()
		ctx := ss.Context()
		defer func() {
			if panicked := recover(); panicked != nil {
				err = fmt.Errorf("panic: %v\n%s", panicked, debug.Stack())
			}
			err = s.answered(info.FullMethod, began, actor(ctx), err)
		}()
		ctx, err = identify(ctx, info.FullMethod)
		if err != nil {
			return err
		}
		return handler(srv, &checkedStream{ServerStream: ss, ctx: ctx, validator: s.validator, check: ours(info.FullMethod)})
	}
	return []grpc.ServerOption{grpc.UnaryInterceptor(unary), grpc.StreamInterceptor(stream)}
}

// count counts a request of ours as in flight until the function is called that
// it returns.
func (s *Server) count(method string) func() {
	if !ours(method) {
		return func() {}
	}
	s.inFlight.Add(1)
	return func() { s.inFlight.Add(-1) }
}

// idleEvery is how often WaitIdle looks.
const idleEvery = 20 * time.Millisecond

// WaitIdle waits until no request of ours is in flight, or the context ends.
func (s *Server) WaitIdle(ctx context.Context) {
	ticker := time.NewTicker(idleEvery)
	defer ticker.Stop()
	for s.inFlight.Load() > 0 {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// checkedStream validates what comes in.
type checkedStream struct {
	grpc.ServerStream
	ctx       context.Context //nolint:containedctx // a stream is its context
	validator protovalidate.Validator
	check     bool
}

func (c *checkedStream) Context() context.Context { return c.ctx }

func (c *checkedStream) RecvMsg(m any) error {
	if err := c.ServerStream.RecvMsg(m); err != nil {
		return err
	}
	if message, ok := m.(proto.Message); ok && c.check {
		return c.validator.Validate(message)
	}
	return nil
}

// ours tells our services from health and reflection.
func ours(method string) bool { return strings.HasPrefix(method, "/eile.v1.") }

func as(ctx context.Context, name string) context.Context {
	return context.WithValue(ctx, actorKey{}, name)
}

// named believes the name that the caller gives.
func named(ctx context.Context, _ string) (context.Context, error) {
	if given := metadata.ValueFromIncomingContext(ctx, actorHeader); len(given) > 0 && given[0] != "" {
		return as(ctx, given[0]), nil
	}
	return as(ctx, "dev"), nil
}

// certified takes the name from the client's certificate.
func certified(ctx context.Context, _ string) (context.Context, error) {
	caller, _ := peer.FromContext(ctx)
	info, ok := caller.AuthInfo.(credentials.TLSInfo)
	if !ok || len(info.State.VerifiedChains) == 0 {
		return ctx, status.Error(codes.Unauthenticated, "a client certificate is needed")
	}
	name := info.State.VerifiedChains[0][0].Subject.CommonName
	if name == "" {
		return ctx, status.Error(codes.Unauthenticated, "the client certificate has no common name")
	}
	return as(ctx, name), nil
}

// gatewayOnly lets through what an applicant may ask.
func gatewayOnly(ctx context.Context, method string) (context.Context, error) {
	if ours(method) && method != eilev1.QueueService_GetOwnPosition_FullMethodName {
		return ctx, status.Error(codes.PermissionDenied, "the gateway asks for one place with its access code, and nothing else")
	}
	return as(ctx, "gateway"), nil
}

// answered logs the call and turns its error into what the caller is told. An
// error that nobody foresaw is logged with its text; others are the caller's.
func (s *Server) answered(method string, began time.Time, who string, err error) error {
	level := zerolog.DebugLevel
	told := status.New(codes.OK, "")
	if err != nil {
		told = statusOf(err)
		level = zerolog.InfoLevel
		if told.Code() == codes.Internal {
			level = zerolog.ErrorLevel
		}
	}
	if event := s.log.WithLevel(level); event != nil && s.log.GetLevel() <= level {
		event = event.Str("method", method).Str("actor", who).Stringer("code", told.Code()).Dur("took", time.Since(began))
		if told.Code() == codes.Internal {
			event = event.AnErr("cause", err)
		}
		event.Msg("answered")
	}
	return told.Err()
}
