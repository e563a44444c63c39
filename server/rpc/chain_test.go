package rpc

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	healthv1 "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/store"
)

func with(t *testing.T, pairs ...string) context.Context {
	return metadata.AppendToOutgoingContext(t.Context(), pairs...)
}

func TestAPanicIsOneFailedCall(t *testing.T) {
	t.Parallel()
	s := serve(t, Named, zerolog.InfoLevel)
	s.get = func(context.Context) error { panic("a secret") }
	_, err := s.ask(with(t, "x-request-id", "call-7", "eile-as", "Ona"))
	if told := status.Convert(err); told.Code() != codes.Internal || strings.Contains(told.Message(), "secret") {
		t.Errorf("told %v", err)
	}
	for _, part := range []string{`"level":"error"`, `"method":"/eile.v1.QueueService/GetPosition"`, `"actor":"ona"`, `"request":"call-7"`, `"code":"Internal"`, `"cause":"panic: a secret`, "TestAPanicIsOneFailedCall"} {
		if !strings.Contains(s.log.String(), part) {
			t.Errorf("%s is not in the log: %s", part, s.log)
		}
	}
	s.stream = func(context.Context) error { panic("another secret") }
	if err := s.evidence(t.Context()); status.Code(err) != codes.Internal || !strings.Contains(s.log.String(), "another secret") {
		t.Errorf("a stream that panics: %v", err)
	}
	s.get = func(context.Context) error { return nil }
	if _, err := s.ask(t.Context()); err != nil {
		t.Errorf("the call after it: %v", err)
	}
}

// evidence reads a stream to its end.
func (s *served) evidence(ctx context.Context, options ...grpc.CallOption) error {
	stream, err := s.runs.GetEvidence(ctx, &eilev1.GetEvidenceRequest{Id: "2026-01-01"}, options...)
	if err != nil {
		return err
	}
	_, err = stream.Recv()
	if errors.Is(err, io.EOF) {
		return nil
	}
	return err
}

// A call has one name in the log and, where it failed, in the trailer: that of
// the caller, if it may be written into a log.
func TestCallsAreNamed(t *testing.T) {
	t.Parallel()
	s := serve(t, Named, zerolog.DebugLevel)
	s.get = func(context.Context) error { return store.Missing{Noun: "application", ID: "A-1"} }
	s.stream = s.get
	for _, given := range []string{"abc-1.2_Z", "", "two words", "a/b", strings.Repeat("a", 65)} {
		ctx := t.Context()
		if given != "" {
			ctx = with(t, "x-request-id", given)
		}
		var unary, stream metadata.MD
		if _, err := s.ask(ctx, grpc.Trailer(&unary)); err == nil {
			t.Fatal("found")
		}
		if err := s.evidence(ctx, grpc.Trailer(&stream)); err == nil {
			t.Fatal("found")
		}
		for _, trailer := range []metadata.MD{unary, stream} {
			got := trailer.Get("x-request-id")
			if taken := len(got) == 1 && got[0] == given; len(got) != 1 || taken != sane.MatchString(given) || !sane.MatchString(got[0]) {
				t.Errorf("%q is answered as %q", given, got)
				continue
			}
			if !strings.Contains(s.log.String(), `"request":"`+got[0]+`"`) {
				t.Errorf("%s is not in the log: %s", got[0], s.log)
			}
		}
	}
	s.get = func(context.Context) error { return nil }
	var trailer metadata.MD
	if _, err := s.ask(with(t, "x-request-id", "well-1"), grpc.Trailer(&trailer)); err != nil || len(trailer.Get("x-request-id")) != 0 || !strings.Contains(s.log.String(), "well-1") {
		t.Errorf("%v, trailer %v, logged %s", err, trailer, s.log)
	}
}

// What went well is logged only on demand, what the caller did wrong without its
// text.
func TestWhatIsLogged(t *testing.T) {
	t.Parallel()
	s := serve(t, Named, zerolog.InfoLevel)
	if _, err := s.ask(t.Context()); err != nil || s.log.String() != "" {
		t.Errorf("%v, logged %s", err, s.log)
	}
	s.get = func(context.Context) error {
		return store.Missing{Noun: "application", ID: "application of Ona Onaitė"}
	}
	_, err := s.ask(t.Context())
	if status.Code(err) != codes.NotFound || !strings.Contains(s.log.String(), `"level":"info"`) || strings.Contains(s.log.String(), "Onaitė") {
		t.Errorf("%v, logged %s", err, s.log)
	}
}

func TestDeadlines(t *testing.T) {
	t.Parallel()
	s := serve(t, Named, zerolog.InfoLevel)
	var left atomic.Int64
	s.get = func(ctx context.Context) error {
		at, has := ctx.Deadline()
		if !has {
			return errors.New("no deadline")
		}
		left.Store(int64(time.Until(at)))
		return nil
	}
	within := func(what string, least, most time.Duration, err error) {
		t.Helper()
		if got := time.Duration(left.Load()); err != nil || got < least || got > most {
			t.Errorf("%s: %v left, want %v to %v: %v", what, got, least, most, err)
		}
	}
	_, err := s.runs.GetRun(t.Context(), &eilev1.GetRunRequest{Id: "2026-01-01"})
	within("a call without one", ordinary-10*time.Second, ordinary, err)
	_, err = s.queue.ListPositions(t.Context(), &eilev1.ListPositionsRequest{})
	within("a call that works", lengthy-10*time.Second, lengthy, err)
	for _, own := range []time.Duration{20 * time.Second, time.Hour} {
		ctx, cancel := context.WithTimeout(t.Context(), own)
		defer cancel()
		_, err = s.runs.GetRun(ctx, &eilev1.GetRunRequest{Id: "2026-01-01"})
		within("a call with its own", own-10*time.Second, own, err)
	}
	s.stream = func(ctx context.Context) error {
		if _, has := ctx.Deadline(); has {
			return errors.New("a deadline")
		}
		return nil
	}
	if err := s.evidence(t.Context()); err != nil {
		t.Errorf("a stream: %v", err)
	}
	s.get = func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if _, err := s.ask(ctx); status.Code(err) != codes.DeadlineExceeded {
		t.Errorf("a call that runs out of time: %v", err)
	}
}

// advance makes one change of the register and answers its revision.
func (s *served) advance(t *testing.T) uint64 {
	t.Helper()
	stamp, err := s.office.Stamp(t.Context(), nil, "test", "")
	if err != nil {
		t.Fatal(err)
	}
	revision, _, err := s.office.Register.Update(t.Context(), stamp, func(tx *store.Tx) error {
		return store.Programmes.Put(tx, "P", &eilev1.Programme{Name: "P"})
	})
	if err != nil {
		t.Fatal(err)
	}
	return revision
}

func TestRevisions(t *testing.T) {
	t.Parallel()
	s := serve(t, Named, zerolog.InfoLevel)
	told := func(trailer metadata.MD) string { return strings.Join(trailer.Get("eile-revision"), "|") }
	revision := s.advance(t)
	var trailer metadata.MD
	if _, err := s.ask(t.Context(), grpc.Trailer(&trailer)); err != nil || told(trailer) != text(revision) {
		t.Errorf("a call at %d tells %q: %v", revision, told(trailer), err)
	}
	if err := s.evidence(t.Context(), grpc.Trailer(&trailer)); err != nil || told(trailer) != text(revision) {
		t.Errorf("a stream at %d tells %q: %v", revision, told(trailer), err)
	}
	s.get = func(context.Context) error { return store.Missing{Noun: "application", ID: "it"} }
	if _, err := s.ask(t.Context(), grpc.Trailer(&trailer)); status.Code(err) != codes.NotFound || told(trailer) != text(revision) {
		t.Errorf("a refusal at %d tells %q: %v", revision, told(trailer), err)
	}
	if _, err := s.health.Check(t.Context(), &healthv1.HealthCheckRequest{}, grpc.Trailer(&trailer)); err != nil || told(trailer) != text(revision) {
		t.Errorf("the health tells %q: %v", told(trailer), err)
	}

	s.get = func(context.Context) error { return nil }
	answered := make(chan string, 2)
	go func() {
		var trailer metadata.MD
		_, err := s.ask(with(t, "eile-min-revision", text(revision+1)), grpc.Trailer(&trailer))
		answered <- told(trailer) + status.Code(err).String()
	}()
	go func() {
		var trailer metadata.MD
		err := s.evidence(with(t, "eile-min-revision", text(revision+1)), grpc.Trailer(&trailer))
		answered <- told(trailer) + status.Code(err).String()
	}()
	select {
	case early := <-answered:
		t.Errorf("answered before its revision: %s", early)
	case <-time.After(50 * time.Millisecond):
	}
	next := s.advance(t)
	for range 2 {
		if got := <-answered; got != text(next)+"OK" {
			t.Errorf("answered %s, want %d", got, next)
		}
	}
	ctx, cancel := context.WithTimeout(with(t, "eile-min-revision", text(next+1000)), 20*time.Millisecond)
	defer cancel()
	if _, err := s.ask(ctx); status.Code(err) != codes.DeadlineExceeded {
		t.Errorf("a revision that does not come: %v", err)
	}
}

func text(revision uint64) string { return strconv.FormatUint(revision, 10) }

func TestBadRevisions(t *testing.T) {
	t.Parallel()
	s := serve(t, Named, zerolog.InfoLevel)
	for _, given := range [][]string{{"-1"}, {"x"}, {""}, {"1.5"}, {"99999999999999999999"}, {"1", "2"}} {
		ctx := t.Context()
		for _, one := range given {
			ctx = metadata.AppendToOutgoingContext(ctx, "eile-min-revision", one)
		}
		_, unary := s.ask(ctx)
		for _, err := range []error{unary, s.evidence(ctx)} {
			if status.Code(err) != codes.InvalidArgument || fields(err) != "eile-min-revision" {
				t.Errorf("%q: %v of %q", given, err, fields(err))
			}
		}
	}
}

// fields are those that an error finds fault with.
func fields(err error) string {
	var names []string
	for _, detail := range status.Convert(err).Details() {
		if bad, ok := detail.(*errdetails.BadRequest); ok {
			for _, violation := range bad.GetFieldViolations() {
				names = append(names, violation.GetField())
			}
		}
	}
	return strings.Join(names, " ")
}

func TestRequestsAreValidated(t *testing.T) {
	t.Parallel()
	s := serve(t, Named, zerolog.InfoLevel)
	s.get = func(context.Context) error { return errors.New("the handler ran") }
	_, err := s.queue.ListPositions(t.Context(), &eilev1.ListPositionsRequest{PageSize: -1})
	if status.Code(err) != codes.InvalidArgument || fields(err) != "page_size" || !strings.HasPrefix(status.Convert(err).Message(), "page_size: ") {
		t.Errorf("%v of %q", err, fields(err))
	}
	if reason := reasonOf(err); reason != "INVALID" {
		t.Errorf("reason %s", reason)
	}
	s.stream = func(context.Context) error { return nil }
	stream, err := s.runs.GetEvidence(t.Context(), &eilev1.GetEvidenceRequest{})
	if err == nil {
		_, err = stream.Recv()
	}
	if status.Code(err) != codes.InvalidArgument || fields(err) != "id" {
		t.Errorf("a stream: %v of %q", err, fields(err))
	}
	if _, err := s.health.Check(t.Context(), &healthv1.HealthCheckRequest{}); err != nil {
		t.Errorf("health: %v", err)
	}
}

func TestIdleIsWhenNoCallOfOursIsInFlight(t *testing.T) {
	t.Parallel()
	s := serve(t, Named, zerolog.InfoLevel)
	watch, err := s.health.Watch(t.Context(), &healthv1.HealthCheckRequest{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := watch.Recv(); err != nil {
		t.Fatal(err)
	}
	begun, finish := make(chan struct{}), make(chan struct{})
	s.get = func(context.Context) error { close(begun); <-finish; return nil }
	go func() { _, _ = s.ask(t.Context()) }()
	<-begun
	short, cancel := context.WithTimeout(t.Context(), 3*idleEvery)
	defer cancel()
	if s.chain.WaitIdle(short); short.Err() == nil {
		t.Error("idle while a call is in flight")
	}
	close(finish)
	s.chain.WaitIdle(t.Context()) // the watch goes on
}

func TestMetrics(t *testing.T) {
	t.Parallel()
	s := serve(t, Named, zerolog.InfoLevel)
	revision := s.advance(t)
	for range 3 {
		if _, err := s.ask(with(t, "eile-as", "Ona")); err != nil {
			t.Fatal(err)
		}
	}
	s.get = func(context.Context) error { return store.Missing{Noun: "application", ID: "A-1"} }
	if _, err := s.ask(t.Context()); err == nil {
		t.Fatal("found")
	}
	answer := httptest.NewRecorder()
	s.metrics.Handler().ServeHTTP(answer, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	page := answer.Body.String()
	for _, line := range []string{
		`grpc_server_handled_total{grpc_code="OK",grpc_method="GetPosition",grpc_service="eile.v1.QueueService",grpc_type="unary"} 3`,
		`grpc_server_handled_total{grpc_code="NotFound",grpc_method="GetPosition",grpc_service="eile.v1.QueueService",grpc_type="unary"} 1`,
		"eile_revision " + text(revision), "go_build_info{", "go_goroutines ",
	} {
		if !strings.Contains(page, "\n"+line) {
			t.Errorf("%s is not in\n%s", line, page)
		}
	}
	for _, private := range []string{"Ona", "A-1"} {
		if strings.Contains(page, private) {
			t.Errorf("%s is in the metrics", private)
		}
	}
}
