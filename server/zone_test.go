package server_test

import (
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"google.golang.org/genproto/googleapis/type/date"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/eile-housing/eile/internal/eiletest"
	"github.com/eile-housing/eile/policy/day"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// lastMoments of a day: a change that is tried again takes effect a microsecond later.
const lastMoments = 10 * time.Microsecond

// midnight is a town at the end of a day in a zone: A was registered in the last moments of it, B
// in the first of the next, which is today.
type midnight struct {
	*town
	yesterday, today, tomorrow *date.Date
	now                        time.Time
	code                       string // of A
}

func openMidnight(t *testing.T, name string, on string) *midnight {
	t.Helper()
	zone, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	today := eiletest.Day(t, on)
	start := today.Start(zone)
	var clock atomic.Pointer[time.Time]
	set := func(at time.Time) { clock.Store(&at) }
	set(start.Add(-time.Hour))
	text := strings.Replace(townPolicy, "time_zone: UTC", "time_zone: "+name, 1) + "mode: fill\n"
	w := &midnight{
		town:      townOf(eiletest.Bare(t, text), text, func() time.Time { return *clock.Load() }),
		yesterday: (today - 1).Proto(), today: today.Proto(), tomorrow: (today + 1).Proto(), now: start.Add(time.Hour),
	}
	set(start.Add(-lastMoments))
	w.code = w.registers("A", *clock.Load())
	set(start)
	w.registers("B", start)
	set(w.now)
	return w
}

// registers an application now, and says so in UTC; its access code.
func (w *midnight) registers(reference string, now time.Time) string {
	w.Helper()
	return ask(w.town, w.applications.RegisterApplication, &eilev1.RegisterApplicationRequest{Application: &eilev1.Application{
		Reference: reference, RegisteredAt: now.UTC().Format(time.RFC3339Nano),
		Attributes: map[string]*eilev1.Fact{"size": {Value: &eilev1.Fact_IntValue{IntValue: 2}}},
	}}).GetAccessCode()
}

// TestDaysAreThoseOfThePolicysZone holds for zones to both sides of UTC, and for one in which the
// day has no midnight.
func TestDaysAreThoseOfThePolicysZone(t *testing.T) {
	t.Parallel()
	for name, on := range map[string]string{
		"UTC": "2026-01-02", "Europe/Vilnius": "2026-11-28", "Pacific/Auckland": "2026-07-01", "America/Los_Angeles": "2026-03-08",
		"America/Santiago": "2026-09-06",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := openMidnight(t, name, on)
			w.places()
			w.audit()
			w.lists()
		})
	}
}

// places: a past day is over at its end, today is now, tomorrow is to come.
func (w *midnight) places() {
	list := func(req *eilev1.ListPositionsRequest) string {
		return order(ask(w.town, w.queue.ListPositions, req).GetPositions())
	}
	for want, req := range map[string]*eilev1.ListPositionsRequest{
		"A": {AsOfDate: w.yesterday}, "A B": {AsOfDate: w.today}, "A B ": {AsOf: timestamppb.New(w.now.Add(day.Ahead))},
	} {
		if got := list(req); got != strings.TrimSpace(want) {
			w.Errorf("%v: %q", req, got)
		}
	}
	past := ask(w.town, w.queue.GetPosition, &eilev1.GetPositionRequest{Reference: "A", AsOfDate: w.yesterday})
	if at := past.GetAsOf().AsTime(); past.GetWaiting() != 1 || !at.Equal(w.now.Add(-time.Hour-time.Nanosecond)) {
		w.Errorf("yesterday %v", past)
	}
	today := ask(w.town, w.queue.GetPosition, &eilev1.GetPositionRequest{Reference: "B", AsOfDate: w.today})
	if today.GetPosition() != 2 || !today.GetAsOf().AsTime().Equal(w.now) {
		w.Errorf("today %v", today)
	}
	refusedFor(w.town, "NOT_FOUND", w.queue.GetPosition, &eilev1.GetPositionRequest{Reference: "B", AsOfDate: w.yesterday})
	for _, req := range []*eilev1.GetPositionRequest{
		{AsOfDate: w.tomorrow}, {AsOf: timestamppb.New(w.now.Add(day.Ahead + 1))}, {AsOfDate: w.today, AsOf: timestamppb.New(w.now)},
		{AsOfDate: &date.Date{Year: 2026, Month: 2, Day: 29}}, {AsOf: &timestamppb.Timestamp{Nanos: -1}},
	} {
		req.Reference = "A"
		refusedFor(w.town, "INVALID", w.queue.GetPosition, req)
	}
	own := ask(w.town, w.queue.GetOwnPosition, &eilev1.GetOwnPositionRequest{Reference: "A", AccessCode: w.code})
	if own.GetTimeZone() != w.InForce().Policy.Location.String() {
		w.Errorf("the applicant is told the zone %q", own.GetTimeZone())
	}
}

// audit: a first and a last day hold all of their entries.
func (w *midnight) audit() {
	audits := eilev1.NewAuditServiceClient(w.conn)
	for want, req := range map[string]*eilev1.ListAuditEntriesRequest{
		"A": {UntilDate: w.yesterday, FromDate: w.yesterday}, "B": {FromDate: w.today}, "A B": {FromDate: w.yesterday, UntilDate: w.today},
		"": {FromDate: w.tomorrow}, "A ": {Until: timestamppb.New(w.now.Add(-time.Hour))}, "B ": {From: timestamppb.New(w.now.Add(-time.Hour))},
	} {
		for _, subject := range []string{"", "A", "B"} {
			req.Action, req.Subject = "application.register", subject
			var got []string
			for _, entry := range ask(w.town, audits.ListAuditEntries, req).GetEntries() {
				got = append(got, entry.GetSubjects()[0])
			}
			about := slices.DeleteFunc(strings.Fields(want), func(one string) bool { return subject != "" && one != subject })
			if !slices.Equal(got, about) {
				w.Errorf("%v: %v", req, got)
			}
		}
	}
	for _, req := range []*eilev1.ListAuditEntriesRequest{
		{From: timestamppb.New(w.now), FromDate: w.today}, {Until: timestamppb.New(w.now), UntilDate: w.today}, {UntilDate: &date.Date{Year: 2026}},
	} {
		refusedFor(w.town, "INVALID", audits.ListAuditEntries, req)
	}
}

// lists: a day on record, and one that nobody gave.
func (w *midnight) lists() {
	for want, req := range map[string]*eilev1.ListApplicationsRequest{
		"A": {RegisteredUntil: w.yesterday}, "B": {RegisteredFrom: w.today},
	} {
		got := ask(w.town, w.applications.ListApplications, req).GetApplications()
		if len(got) != 1 || got[0].GetReference() != want {
			w.Errorf("%v: %v", req, got)
		}
	}
	w.home("U-1", 2, nil)
	unit := ask(w.town, w.units.InspectUnit, &eilev1.InspectUnitRequest{Inspection: &eilev1.Inspection{Unit: "U-1"}})
	if got := unit.GetInspections()[0].GetInspectedOn(); !proto.Equal(got, w.today) {
		w.Errorf("inspected on %v", got)
	}
	refusedFor(w.town, "INVALID", w.units.InspectUnit, &eilev1.InspectUnitRequest{Inspection: &eilev1.Inspection{Unit: "U-1", InspectedOn: w.tomorrow}})
	for _, on := range []*date.Date{w.yesterday, w.today} {
		stats := ask(w.town, w.stats.GetStats, &eilev1.GetStatsRequest{From: on, To: on})
		if came := stats.GetLists()[0].GetCame(); len(came) != 1 || came[0].GetCount() != 1 {
			w.Errorf("came on %v: %v", on, came)
		}
	}
}
