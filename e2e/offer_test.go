package e2e

import (
	"fmt"
	"slices"
	"strconv"
	"testing"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// ranked starts a service under taipei-points with so many applications A-1,
// A-2, … in this order on the list, and so many homes U-1, U-2, … for them.
func ranked(t *testing.T, applications, homes int) *service {
	t.Helper()
	s := serve(t)
	s.do("policy", "activate", "taipei-points")
	rankedInto(s, applications, homes)
	return s
}

func rankedInto(s *service, applications, homes int) {
	s.t.Helper()
	rows := [][]string{{"reference", "registered_at", "points", "unit_type"}}
	for i := range applications {
		rows = append(rows, []string{fmt.Sprintf("A-%d", i+1), "2025-04-01", strconv.Itoa(900 - i), "1-bedroom"})
	}
	s.do("import", "applications", sheet(s.t, "applications.csv", rows...))
	units := [][]string{{"reference", "unit_type"}}
	for i := range homes {
		units = append(units, []string{fmt.Sprintf("U-%d", i+1), "1-bedroom"})
	}
	if homes > 0 {
		s.do("import", "units", sheet(s.t, "units.csv", units...))
	}
}

// open is the open offer of an application.
func (s *service) open(application string) *eilev1.Offer {
	s.t.Helper()
	offers := s.offers("--application", application, "--status", "OPEN")
	if len(offers) != 1 {
		s.t.Fatalf("application %s has %d open offers", application, len(offers))
	}
	return offers[0]
}

// offered checks who has an open offer of what: "A-1 U-1".
func (s *service) offered(want ...string) {
	s.t.Helper()
	var got []string
	for _, offer := range s.offers("--status", "OPEN") {
		got = append(got, offer.GetApplication()+" "+offer.GetUnit())
	}
	slices.Sort(got)
	if !slices.Equal(got, want) {
		s.t.Errorf("open offers are %v, want %v", got, want)
	}
}

func TestAcceptanceHouses(t *testing.T) {
	t.Parallel()
	s := ranked(t, 3, 1)
	run := s.night()
	offer := s.open("A-1")
	s.is("A-1", "WAITING")
	s.unitIs("U-1", "OFFERED")
	accepted := read(s, &eilev1.Offer{}, "offer", "accept", offer.GetId())
	if accepted.GetStatus() != eilev1.OfferStatus_OFFER_STATUS_ACCEPTED || accepted.GetRun() != run.GetId() {
		t.Errorf("accepted: %v", accepted)
	}
	s.is("A-1", "HOUSED")
	s.unitIs("U-1", "LET")
	if got := s.order(); !slices.Equal(got, []string{"A-2", "A-3"}) {
		t.Errorf("the queue is %v", got)
	}
	if place := s.position("A-1"); place.GetPosition() != 0 || place.GetStatus() != eilev1.ApplicationStatus_APPLICATION_STATUS_HOUSED {
		t.Errorf("the housed has the place %v", place)
	}
	if place := s.position("A-2"); place.GetPosition() != 1 || place.GetHousedLast_12Months() != 1 {
		t.Errorf("the next has the place %v", place)
	}
	stats := read(s, &eilev1.GetStatsResponse{}, "stats")
	if stats.GetLettings() != 1 || stats.GetOffers() != 1 || stats.GetWaiting() != 2 {
		t.Errorf("stats: %v", stats)
	}
	reconciles(s)
	s.same("an answer to an offer that is closed", func() {
		for _, again := range [][]string{{"accept"}, {"refuse", "--reason", "location"}, {"serve"}, {"no-show"}, {"withdraw", "--reason", "x"}, {"assess", "--justified"}} {
			s.refused(slices.Concat([]string{"offer", again[0], offer.GetId()}, again[1:])...)
		}
		mustHold(t, s.refused("application", "withdraw", "A-1"), "HOUSED")
	})
	s.night("--on", on(run, 1))
	s.offered()
}

func TestARefusedHomeGoesToTheNext(t *testing.T) {
	t.Parallel()
	s := ranked(t, 3, 1)
	run := s.night()
	s.offered("A-1 U-1")
	first := s.open("A-1").GetId()
	s.same("a reason that the policy does not know", func() {
		mustHold(t, s.refused("offer", "refuse", first, "--reason", "whim"), "whim", "location")
	})
	s.do("offer", "refuse", first, "--reason", "location")
	s.is("A-1", "WAITING")
	s.unitIs("U-1", "VACANT")
	if place := s.position("A-1"); place.GetPosition() != 1 {
		t.Errorf("a refusal moved the household to place %d", place.GetPosition())
	}
	s.night("--on", on(run, 1))
	s.offered("A-2 U-1")
	s.do("offer", "refuse", s.open("A-2").GetId(), "--reason", "location")
	s.night("--on", on(run, 2))
	s.offered("A-3 U-1")
	s.do("offer", "refuse", s.open("A-3").GetId(), "--reason", "location")
	if empty := s.night("--on", on(run, 3)); empty.GetVacancies() != 1 || empty.GetOffersCreated() != 0 {
		t.Errorf("everybody refused the home: %v", empty)
	}
	mustHold(t, s.refused("offer", "create", "A-2", "U-1", "--basis", "EMERGENCY", "--decision", "1"), "ALREADY_OFFERED")
	reopened := read(s, &eilev1.Offer{}, "offer", "reopen", first, "--reason", "the noise is gone")
	if !reopened.GetReopened() || reopened.GetStatus() != eilev1.OfferStatus_OFFER_STATUS_REFUSED {
		t.Errorf("reopened: %v", reopened)
	}
	s.night("--on", on(run, 4))
	s.offered("A-1 U-1")
	refusals := read(s, &eilev1.GetStatsResponse{}, "stats").GetRefusals()
	if len(refusals) != 1 || refusals[0].GetName() != "location" || refusals[0].GetCount() != 3 {
		t.Errorf("refusals: %v", refusals)
	}
	reconciles(s)
}

// A refusal beyond the policy's number holds the application; the former place
// is there again after a decision, and what was decided does not hold it twice.
func TestUnjustifiedRefusalsHold(t *testing.T) {
	t.Parallel()
	s := ranked(t, 3, 3)
	day, run := 0, s.night()
	refuse := func(judged string) *eilev1.Offer {
		offer := s.open("A-1")
		s.do("offer", "refuse", offer.GetId(), "--reason", "location")
		assessed := read(s, &eilev1.Offer{}, "offer", "assess", offer.GetId(), judged)
		day++
		s.night("--on", on(run, day))
		return assessed
	}
	for _, other := range []string{"A-2", "A-3"} {
		s.do("application", "withdraw", other, "--reason", "makes room for the test")
	}
	if first := refuse("--unjustified"); !first.GetCounted() {
		t.Errorf("an unjustified refusal does not count: %v", first)
	}
	s.is("A-1", "WAITING")
	second := refuse("--unjustified")
	held := s.application("A-1")
	if held.GetStatus() != eilev1.ApplicationStatus_APPLICATION_STATUS_ON_HOLD || held.GetCountedRefusals() != 2 ||
		held.GetProposedDecision().GetKind() != eilev1.DecisionKind_DECISION_KIND_REMOVE ||
		held.GetProposedDecision().GetReasons()[0].GetCode() != "REFUSALS_EXCEEDED" || held.GetEligibility() != eilev1.Eligibility_ELIGIBILITY_YES {
		t.Errorf("after two unjustified refusals: %v", held)
	}
	s.offered()
	s.do("offer", "assess", second.GetId(), "--justified")
	s.is("A-1", "WAITING")
	s.do("offer", "assess", second.GetId(), "--unjustified")
	s.is("A-1", "ON_HOLD")
	s.same("a decision without a number", func() { s.fails(2, "application", "reinstate", "A-1", "--reason", "heard") })
	back := read(s, &eilev1.Application{}, "application", "reinstate", "A-1", "--decision", "D-1", "--reason", "heard")
	if back.GetStatus() != eilev1.ApplicationStatus_APPLICATION_STATUS_WAITING || back.GetPosition() != 1 || back.GetProposedDecision() != nil {
		t.Errorf("reinstated: %v", back)
	}
	s.do("offer", "reopen", second.GetId(), "--reason", "agreed")
	day++
	s.night("--on", on(run, day))
	refuse("--justified")
	s.is("A-1", "WAITING")
	// A hold is not forgotten over a suspension.
	s.do("offer", "refuse", s.open("A-1").GetId(), "--reason", "location")
	s.do("application", "suspend", "A-1", "--decision", "D-2", "--reason", "in hospital", "--until", on(run, day+1))
	s.do("offer", "assess", s.offers("--application", "A-1")[3].GetId(), "--unjustified")
	s.is("A-1", "SUSPENDED")
	s.night("--on", on(run, day+2))
	s.is("A-1", "ON_HOLD")
	reconciles(s)
}

func TestAnOfferExpiresOnceServed(t *testing.T) {
	t.Parallel()
	s := ranked(t, 2, 2)
	run := s.night()
	served, silent := s.open("A-1"), s.open("A-2")
	if served.GetRespondBy() != nil {
		t.Errorf("an offer that was not served is to be answered by %v", served.GetRespondBy())
	}
	s.same("a day of service to come", func() { s.refused("offer", "serve", served.GetId(), "--on", on(run, 1)) })
	answered := read(s, &eilev1.Offer{}, "offer", "serve", served.GetId(), "--on", on(run, 0))
	if by := dateOf(answered.GetRespondBy()); by != on(run, 14) {
		t.Errorf("respond_by is %s, want %s", by, on(run, 14))
	}
	s.refused("offer", "serve", served.GetId())
	if last := s.night("--on", on(run, 14)); last.GetExpired() != 0 {
		t.Errorf("%d offers expired on their last day", last.GetExpired())
	}
	s.offered("A-1 U-1", "A-2 U-2")
	after := s.night("--on", on(run, 15))
	if after.GetExpired() != 1 {
		t.Errorf("%d offers expired, want 1", after.GetExpired())
	}
	if got := s.offers("--application", "A-1")[0]; got.GetStatus() != eilev1.OfferStatus_OFFER_STATUS_EXPIRED {
		t.Errorf("the offer is %v", got)
	}
	// Nobody else may have U-1, and A-1 may not have it again.
	s.offered("A-2 U-2")
	s.is("A-1", "WAITING")
	if far := s.night("--on", on(run, 400)); far.GetExpired() != 0 {
		t.Errorf("an offer that was never served expired: %v", far)
	}
	s.refused("offer", "assess", silent.GetId(), "--unjustified")
	s.do("offer", "no-show", silent.GetId(), "--note", "letter came back")
	s.do("offer", "assess", served.GetId(), "--unjustified")
	if n := s.application("A-1").GetCountedRefusals(); n != 1 {
		t.Errorf("an expiry that was assessed as unjustified counts %d", n)
	}
	reconciles(s)
}

func TestAManualOfferGoesBeforeTheQueue(t *testing.T) {
	t.Parallel()
	s := ranked(t, 3, 1)
	s.same("a manual offer without its papers", func() {
		s.fails(2, "offer", "create", "A-3", "U-1", "--decision", "D-7")
		s.fails(2, "offer", "create", "A-3", "U-1", "--basis", "COURT")
		s.refused("offer", "create", "A-3", "U-9", "--basis", "COURT", "--decision", "D-7")
		s.refused("offer", "create", "A-9", "U-1", "--basis", "COURT", "--decision", "D-7")
	})
	offer := read(s, &eilev1.Offer{}, "offer", "create", "A-3", "U-1", "--basis", "COURT", "--decision", "D-7", "--reason", "order of the court")
	if offer.GetBasis() != "COURT" || offer.GetDecision() != "D-7" || offer.GetRun() != "" || offer.GetStatus() != eilev1.OfferStatus_OFFER_STATUS_OPEN {
		t.Errorf("manual offer: %v", offer)
	}
	s.same("a second offer of the home or to the household", func() {
		mustHold(t, s.refused("offer", "create", "A-1", "U-1", "--basis", "COURT", "--decision", "D-8"), "NOT_VACANT")
	})
	run := s.night()
	s.offered("A-3 U-1")
	if run.GetVacancies() != 0 || run.GetOffersCreated() != 0 {
		t.Errorf("the home is offered, yet the night saw %v", run)
	}
	s.do("offer", "accept", offer.GetId())
	s.is("A-3", "HOUSED")
	reconciles(s)
}

func TestAWithdrawalFreesTheOtherSide(t *testing.T) {
	t.Parallel()
	s := ranked(t, 2, 1)
	run := s.night()
	offer := s.open("A-1").GetId()
	s.do("offer", "withdraw", offer, "--reason", "the lift is broken")
	s.unitIs("U-1", "VACANT")
	s.is("A-1", "WAITING")
	s.refused("offer", "assess", offer, "--unjustified")
	s.night("--on", on(run, 1))
	s.offered("A-1 U-1")
	withdrawn := read(s, &eilev1.Application{}, "application", "withdraw", "A-1", "--reason", "moved to Kaunas")
	if withdrawn.GetStatus() != eilev1.ApplicationStatus_APPLICATION_STATUS_WITHDRAWN || withdrawn.GetOpenOffer() != "" {
		t.Errorf("withdrawn: %v", withdrawn)
	}
	s.unitIs("U-1", "VACANT")
	for _, offer := range s.offers("--application", "A-1") {
		if offer.GetStatus() != eilev1.OfferStatus_OFFER_STATUS_WITHDRAWN {
			t.Errorf("the offer to a household that withdrew is %v", offer)
		}
	}
	s.night("--on", on(run, 2))
	s.offered("A-2 U-1")
	back := read(s, &eilev1.Application{}, "application", "reinstate", "A-1", "--decision", "D-2", "--reason", "came back")
	if back.GetPosition() != 1 {
		t.Errorf("a reinstated application has place %d, its former one is 1", back.GetPosition())
	}
	reconciles(s)
}

// A suspension takes the place away for its time and gives it back; what was
// held before it is held after it.
func TestASuspensionEnds(t *testing.T) {
	t.Parallel()
	s := ranked(t, 2, 1)
	run := s.night()
	s.do("application", "suspend", "A-1", "--decision", "D-1", "--reason", "abroad", "--until", on(run, 3))
	s.is("A-1", "SUSPENDED")
	s.offered()
	s.unitIs("U-1", "VACANT")
	if got := s.order(); !slices.Equal(got, []string{"A-2"}) {
		t.Errorf("while one is suspended the queue is %v", got)
	}
	s.night("--on", on(run, 3))
	s.is("A-1", "SUSPENDED")
	s.offered("A-2 U-1")
	s.do("offer", "withdraw", s.open("A-2").GetId(), "--reason", "test")
	s.night("--on", on(run, 4))
	s.is("A-1", "WAITING")
	s.offered("A-1 U-1")
	s.same("a suspension that is over or has not begun", func() {
		s.refused("application", "suspend", "A-2", "--decision", "D-1", "--reason", "x", "--until", on(run, 1))
		s.refused("application", "suspend", "A-2", "--decision", "D-1", "--reason", "x", "--from", on(run, 9))
	})
	reconciles(s)
}
