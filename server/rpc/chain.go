package rpc

import (
	"context"
	"fmt"
	"runtime/debug"

	"buf.build/go/protovalidate"
	"github.com/grpc-ecosystem/go-grpc-middleware/v2/interceptors"
	"github.com/grpc-ecosystem/go-grpc-middleware/v2/interceptors/auth"
	"github.com/grpc-ecosystem/go-grpc-middleware/v2/interceptors/recovery"
	"github.com/grpc-ecosystem/go-grpc-middleware/v2/interceptors/selector"
	"github.com/rs/zerolog"
	"google.golang.org/grpc"

	"github.com/eile-housing/eile/policy/words"
	"github.com/eile-housing/eile/store"
)

// Chain is what every call goes through before and after its handler.
type Chain struct {
	calls     calls
	revisions revisions
	metrics   *Metrics // nil: nothing is counted
	rules     rules
}

// NewChain returns the chain of a register's service, whose reasons are in the words of these
// policies. Metrics may be nil.
func NewChain(register *store.Register, policies words.Policies, log zerolog.Logger, metrics *Metrics) (*Chain, error) {
	validator, err := protovalidate.New()
	if err != nil {
		return nil, err
	}
	return &Chain{
		calls: calls{log: log, shows: shows{policies, &routes{}}}, revisions: revisions{register.List()}, metrics: metrics, rules: rules{validator},
	}, nil
}

// Options makes a server of the chain, for callers that are identified so.
func (c *Chain) Options(as Identify) []grpc.ServerOption {
	report := interceptors.CommonReportableFunc(c.calls.begin)
	known := identify(as)
	recovered := recovery.WithRecoveryHandler(func(p any) error { return fmt.Errorf("panic: %v\n%s", p, debug.Stack()) })
	checked := selector.MatchFunc(func(_ context.Context, call interceptors.CallMeta) bool { return ours(call.Service) })
	unary := []grpc.UnaryServerInterceptor{
		interceptors.UnaryServerInterceptor(report), c.revisions.answer, recovery.UnaryServerInterceptor(recovered), auth.UnaryServerInterceptor(known),
		limit, selector.UnaryServerInterceptor(c.rules.unary, checked), refuseOutputs, c.revisions.wait, c.calls.shows.unary, proposes,
	}
	stream := []grpc.StreamServerInterceptor{
		interceptors.StreamServerInterceptor(report), c.revisions.answerStream, recovery.StreamServerInterceptor(recovered), auth.StreamServerInterceptor(known),
		selector.StreamServerInterceptor(c.rules.stream, checked), c.revisions.waitStream, c.calls.shows.stream,
	}
	if c.metrics != nil {
		unary = append([]grpc.UnaryServerInterceptor{c.metrics.calls.UnaryServerInterceptor()}, unary...)
		stream = append([]grpc.StreamServerInterceptor{c.metrics.calls.StreamServerInterceptor()}, stream...)
	}
	return []grpc.ServerOption{grpc.ChainUnaryInterceptor(unary...), grpc.ChainStreamInterceptor(stream...)}
}

// WaitIdle waits until no call of our services is in flight, or the context ends.
func (c *Chain) WaitIdle(ctx context.Context) { c.calls.waitIdle(ctx) }
