package server_test

import (
	"context"
	"time"

	"github.com/rs/zerolog"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/genproto/googleapis/type/date"
	"google.golang.org/grpc"
	"google.golang.org/grpc/status"

	"github.com/eile-housing/eile/client"
	"github.com/eile-housing/eile/internal/eiletest"
	"github.com/eile-housing/eile/policy/day"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server"
)

// town is a service in memory with its callers, under a policy of few rules: a
// home suits who needs no more rooms than it has.
type town struct {
	*eiletest.World
	conn *grpc.ClientConn

	applications eilev1.ApplicationServiceClient
	units        eilev1.UnitServiceClient
	offers       eilev1.OfferServiceClient
	tenancies    eilev1.TenancyServiceClient
	runs         eilev1.RunServiceClient
	stats        eilev1.StatsServiceClient
	leases       eilev1.LeaseServiceClient
	policies     eilev1.PolicyServiceClient
	queue        eilev1.QueueServiceClient
}

const townPolicy = `name: town
version: "1"
title: {en: Town}
time_zone: UTC
in_force: {from: 2020-01-01}
attributes:
  application: {size: {type: int, min: 1}, needs_adapted: {type: bool, unclaimed: false}}
  unit: {heated: {type: bool}}
lists: [{code: general, title: {en: General}}]
need: {expr: size, class: "string(need) + (needs_adapted ? ' adapted' : '')"}
order: [{by: registered_at}, {by: draw}]
suitability:
  - {code: TOO_SMALL, require: unit.rooms >= need, reason: {en: "{unit.rooms} rooms, not {need}"}}
  - {code: NOT_ADAPTED, require: "!needs_adapted || unit.adapted", reason: {en: not adapted}}
districts: {use: limit}
offers: {days_to_answer: 30, refusals_allowed: 1, after: hold, last_step: acceptance, refusal_reasons: [{code: location, title: {en: Location}}]}
approval: none
`

// openTown starts a service on a day under the policy with some more rules.
func openTown(t eiletest.T, on string, more string) *town {
	t.Helper()
	world := eiletest.Bare(t, townPolicy+more)
	world.Today = eiletest.Day(t, on)
	return townOf(world, townPolicy+more, world.Now)
}

// townOf starts a service of a world by a clock, and puts a policy in force.
func townOf(world *eiletest.World, text string, now func() time.Time) *town {
	world.Helper()
	w := &town{World: world}
	w.conn = eiletest.Connect(world, startBy(world, now).GRPC(nil))
	w.applications, w.units = eilev1.NewApplicationServiceClient(w.conn), eilev1.NewUnitServiceClient(w.conn)
	w.offers, w.tenancies = eilev1.NewOfferServiceClient(w.conn), eilev1.NewTenancyServiceClient(w.conn)
	w.runs, w.stats = eilev1.NewRunServiceClient(w.conn), eilev1.NewStatsServiceClient(w.conn)
	w.leases, w.policies = eilev1.NewLeaseServiceClient(w.conn), eilev1.NewPolicyServiceClient(w.conn)
	w.queue = eilev1.NewQueueServiceClient(w.conn)
	ask(w, w.policies.ActivatePolicy, &eilev1.ActivatePolicyRequest{Source: text, Seed: eiletest.Seed})
	return w
}

// start is a service of a world. What it did not foresee fails the test.
func start(w *eiletest.World) *server.Server {
	w.Helper()
	return startBy(w, w.Now)
}

func startBy(w *eiletest.World, now func() time.Time) *server.Server {
	w.Helper()
	s, err := server.New(w.Context(), server.Options{
		Register: w.Register, Backup: w.DB, Key: make([]byte, 32), Dev: true, Log: zerolog.New(failing{w}).Level(zerolog.ErrorLevel), Now: now,
	})
	if err != nil {
		w.Fatal(err)
	}
	w.Cleanup(s.Close)
	return s
}

// failing is a log in which every line is a fault.
type failing struct{ *eiletest.World }

func (f failing) Write(line []byte) (int, error) {
	f.Errorf("logged: %s", line)
	return len(line), nil
}

// setDay moves the clock to a day; it never runs back.
func (w *town) setDay(on string) { w.Today = max(w.Today, eiletest.Day(w, on)) }

// ask makes a call that must succeed.
func ask[Req, Resp any](w *town, call func(context.Context, Req, ...grpc.CallOption) (Resp, error), req Req) Resp {
	w.Helper()
	answer, err := call(w.Context(), req)
	if err != nil {
		w.Fatalf("%T: %v", req, err)
	}
	return answer
}

// refusedFor makes a call that must be refused, and checks the reason.
func refusedFor[Req, Resp any](w *town, reason string, call func(context.Context, Req, ...grpc.CallOption) (Resp, error), req Req) {
	w.Helper()
	_, err := call(w.Context(), req)
	for _, detail := range status.Convert(err).Details() {
		if info, ok := detail.(*errdetails.ErrorInfo); ok && info.GetReason() == reason {
			return
		}
	}
	w.Errorf("%T: %v, want it refused for %s", req, err, reason)
}

// waits registers a household that needs a number of rooms, on a day.
func (w *town) waits(reference, on string, size int64) {
	w.Helper()
	ask(w, w.applications.RegisterApplication, &eilev1.RegisterApplicationRequest{Application: &eilev1.Application{
		Reference: reference, RegisteredAt: on,
		Attributes: map[string]*eilev1.Fact{"size": {Value: &eilev1.Fact_IntValue{IntValue: size}}},
	}})
}

// home registers a home of some rooms; more sets the rest.
func (w *town) home(reference string, rooms int32, more func(*eilev1.Unit)) {
	w.Helper()
	unit := &eilev1.Unit{Reference: reference, Rooms: &rooms}
	if more != nil {
		more(unit)
	}
	ask(w, w.units.RegisterUnit, &eilev1.RegisterUnitRequest{Unit: unit})
}

// rented makes a home rented in until a day.
func rented(until string) func(*eilev1.Unit) {
	return func(unit *eilev1.Unit) {
		unit.Tenure, unit.Lease = eilev1.Tenure_TENURE_RENTED_IN, &eilev1.Lease{EndsOn: dayOf(until)}
	}
}

func dayOf(text string) *date.Date {
	on, err := day.Parse(text)
	if err != nil {
		panic(err)
	}
	return on.Proto()
}

// night runs the night of a day.
func (w *town) night(on string) *eilev1.Run {
	w.Helper()
	w.setDay(on)
	return w.rested(ask(w, w.runs.StartRun, &eilev1.StartRunRequest{On: dayOf(on)}))
}

// rested waits until a run rests and answers it with its matches.
func (w *town) rested(run *eilev1.Run) *eilev1.Run {
	w.Helper()
	for client.Moving(run) && run.GetFailure() == "" {
		time.Sleep(time.Millisecond)
		run = ask(w, w.runs.GetRun, &eilev1.GetRunRequest{Id: run.GetId()})
	}
	req := &eilev1.ListRunMatchesRequest{Run: run.GetId()}
	for {
		page := ask(w, w.runs.ListRunMatches, req)
		for _, match := range page.GetMatches() {
			run.Matches = append(run.Matches, &eilev1.Run_Match{Application: match.GetApplication(), Unit: match.GetUnit(), Released: match.GetReleased()})
		}
		if req.PageToken = page.GetNextPageToken(); req.PageToken == "" {
			return run
		}
	}
}

// accept lets a household accept its open offer.
func (w *town) accept(reference string) {
	w.Helper()
	ask(w, w.offers.AcceptOffer, &eilev1.AcceptOfferRequest{Id: w.application(reference).GetOpenOffer()})
}

func (w *town) application(reference string) *eilev1.Application {
	w.Helper()
	return ask(w, w.applications.GetApplication, &eilev1.GetApplicationRequest{Reference: reference})
}

func (w *town) unit(reference string) *eilev1.Unit {
	w.Helper()
	return ask(w, w.units.GetUnit, &eilev1.GetUnitRequest{Reference: reference})
}
