package rpc

import (
	"context"
	"errors"
	"regexp"
	"strings"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"github.com/grpc-ecosystem/go-grpc-middleware/v2/interceptors"
	"github.com/rs/zerolog"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
)

// requestHeader carries the name of a call in the logs of caller and service.
// It is no request_id: the same call sent again may have another.
const requestHeader = "x-request-id"

// sane is a request id that may be written into a log.
var sane = regexp.MustCompile(`^[A-Za-z0-9._-]{1,64}$`)

// calls are those of a service. They are reported by the hooks of the library:
// its logging interceptor builds its fields, 45 allocations a call, before it
// knows whether anybody reads them.
type calls struct {
	log      zerolog.Logger
	shows    shows
	inFlight atomic.Int64 // of our services
}

// call is one call under way. It reports itself when it ends.
type call struct {
	interceptors.NoopReporter
	meta  interceptors.CallMeta
	of    *calls
	id    string // empty until it is asked for; see name
	actor string // empty until the caller is known
}

type callKey struct{}

// callOf is the call in whose context something is done; nil: none.
func callOf(ctx context.Context) *call {
	c, _ := ctx.Value(callKey{}).(*call)
	return c
}

// ours tells our services, and their methods, from health and reflection.
func ours(name string) bool { return strings.HasPrefix(strings.TrimPrefix(name, "/"), "eile.v1.") }

// begin counts a call, if it is one of ours: a watch of the health never ends.
func (c *calls) begin(ctx context.Context, meta interceptors.CallMeta) (interceptors.Reporter, context.Context) {
	begun := &call{meta: meta, of: c}
	if given := metadata.ValueFromIncomingContext(ctx, requestHeader); len(given) == 1 && sane.MatchString(given[0]) {
		begun.id = given[0]
	}
	if ours(meta.Service) {
		c.inFlight.Add(1)
	}
	return begun, context.WithValue(ctx, callKey{}, begun)
}

// name is the request id that the caller gave, or else one that is made.
func (c *call) name() string {
	if c.id == "" {
		c.id = uuid.NewString()
	}
	return c.id
}

// PostCall logs the call that ended. An error that nobody foresaw is logged with
// its cause; others are the caller's.
func (c *call) PostCall(err error, took time.Duration) {
	if ours(c.meta.Service) {
		defer c.of.inFlight.Add(-1)
	}
	level, code := zerolog.DebugLevel, codes.OK
	var told heard
	if errors.As(err, &told) {
		level, code = zerolog.InfoLevel, told.status.Code()
	}
	if code == codes.Internal {
		level = zerolog.ErrorLevel
	}
	event := c.of.log.WithLevel(level)
	if !event.Enabled() {
		return
	}
	event = event.Str("method", c.meta.FullMethod()).Str("actor", c.actor).Str("request", c.name()).Stringer("code", code).Dur("took", took)
	if code == codes.Internal {
		event = event.AnErr("cause", told.cause)
	}
	event.Msg("answered")
}

// actor is who calls; empty where no call is under way.
func actor(ctx context.Context) string {
	if c := callOf(ctx); c != nil {
		return c.actor
	}
	return ""
}

// idleEvery is how often waitIdle looks.
const idleEvery = 20 * time.Millisecond

// waitIdle waits until no call of our services is in flight, or the context ends.
func (c *calls) waitIdle(ctx context.Context) {
	ticker := time.NewTicker(idleEvery)
	defer ticker.Stop()
	for c.inFlight.Load() > 0 {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}
