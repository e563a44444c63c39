package e2e

import (
	"fmt"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/google/uuid"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// vilnius is applications.csv with every attribute that lt-vilnius declares.
var vilnius = []string{
	"reference", "registered_at", "register_number", "list", "members", "districts", "given_name", "family_name", "personal_code", "email",
	"phone", "address", "language", "channel", "declared_residence", "residence_register", "net_income_cents", "assets_cents", "declared_year",
	"declaration_excused", "owns_home", "home_area_sqm", "home_wear_percent", "disability", "needs_adapted", "claimed_grounds", "ground_since", "sitting_tenant",
}

// household is a row of it: an eligible person of Vilnius, but for what is given
// as NAME, VALUE, ….
func household(reference, registered string, given ...string) []string {
	cells := map[string]string{
		"reference": reference, "registered_at": registered, "members": "self/F/1985-02-03", "declared_residence": "Vilnius",
		"net_income_cents": "0", "assets_cents": "0", "declared_year": strconv.Itoa(time.Now().Year()), "owns_home": "false",
	}
	for pair := range slices.Chunk(given, 2) {
		cells[pair[0]] = pair[1]
	}
	row := make([]string, len(vilnius))
	for i, name := range vilnius {
		row[i] = cells[name]
	}
	return row
}

const fitted = "cold_water;hot_water;sewerage;toilet;bath;heating;electricity;kitchen"

func city(t *testing.T, households ...[]string) *service {
	t.Helper()
	s := serve(t)
	s.do("policy", "activate", "lt-vilnius")
	s.do("import", "applications", sheet(t, "applications.csv", slices.Concat([][]string{vilnius}, households)...))
	return s
}

func codesOf(reasons []*eilev1.Reason) []string {
	var all []string
	for _, reason := range reasons {
		all = append(all, reason.GetCode())
	}
	return all
}

func TestVilniusEligibilityAndOrder(t *testing.T) {
	t.Parallel()
	s := city(t,
		household("LATE", "2017-03-04T10:00:00.000001+02:00"),
		household("EARLY", "2017-03-04T08:00:00Z", "members", "self/F/1985-02-03;partner/M/1984-01-01;child/M/2015-05-05", "disability", "true",
			"given_name", "Ona", "family_name", "Onaitė", "email", "ona@example.org", "phone", "+370 600 00000", "address", "Gatvė 1,\nVilnius",
			"language", "lt", "channel", "post", "districts", "Šeškinė;Lazdynai", "register_number", "17", "residence_register", "true",
			"declaration_excused", "true", "owns_home", "true", "home_area_sqm", "41.99", "home_wear_percent", "20", "needs_adapted", "true",
			"claimed_grounds", "five_children;leaving_care", "ground_since", "2016-01-01", "sitting_tenant", "true"),
		household("DATE", "2017-03-05"),
		household("OLD", "2009-01-01T00:00:00+02:00"),
		household("RICH", "2005-01-01", "net_income_cents", "99999999", "assets_cents", "999999999"),
		household("UNKNOWN", "2004-01-01", "owns_home", "", "net_income_cents", ""),
	)
	if got, want := s.order(), []string{"OLD", "EARLY", "LATE", "DATE"}; !slices.Equal(got, want) {
		t.Errorf("the order is %v, want %v", got, want)
	}
	early := s.application("EARLY")
	if early.GetNeed() != 42 || early.GetNeedClass() != "42 m² adapted" || early.GetRegisteredAt() != "2017-03-04T08:00:00Z" || early.GetRegisterNumber() != "17" ||
		len(early.GetAttributes()) != 14 || len(early.GetGrounds()) != 0 {
		t.Errorf("EARLY: %v", early)
	}
	if got := s.application("DATE").GetRegisteredAt(); got != "2017-03-05" {
		t.Errorf("a date alone became %s", got)
	}
	rich := s.application("RICH")
	if rich.GetStatus() != eilev1.ApplicationStatus_APPLICATION_STATUS_ON_HOLD || rich.GetEligibility() != eilev1.Eligibility_ELIGIBILITY_NO ||
		!slices.Equal(codesOf(rich.GetReasons()), []string{"INCOME_OVER_LIMIT", "ASSETS_OVER_LIMIT"}) ||
		rich.GetProposedDecision().GetKind() != eilev1.DecisionKind_DECISION_KIND_REJECT {
		t.Errorf("RICH: %v", rich)
	}
	unknown := s.application("UNKNOWN")
	if unknown.GetStatus() != eilev1.ApplicationStatus_APPLICATION_STATUS_RECEIVED || unknown.GetEligibility() != eilev1.Eligibility_ELIGIBILITY_UNDETERMINED ||
		!slices.Equal(slices.Sorted(slices.Values(unknown.GetMissing())), []string{"net_income_cents", "owns_home"}) {
		t.Errorf("UNKNOWN: %v", unknown)
	}
	for _, reference := range []string{"RICH", "UNKNOWN"} {
		if place := s.position(reference); place.GetPosition() != 0 || place.GetWaiting() != 4 {
			t.Errorf("%s has no place: %v", reference, place)
		}
	}
	completed(s)
}

// completed goes on from there: complete papers keep the date, a right that is
// lost holds, and a rejection is a decision.
func completed(s *service) {
	s.t.Helper()
	done := read(s, &eilev1.Application{}, "application", "amend", "UNKNOWN", "--attr", "owns_home=false", "--attr", "net_income_cents=1000")
	if done.GetPosition() != 1 || done.GetRegisteredAt() != "2004-01-01" {
		s.t.Errorf("complete papers: %v", done)
	}
	lost := read(s, &eilev1.Application{}, "application", "amend", "OLD", "--attr", "declared_residence=Kaunas")
	if lost.GetStatus() != eilev1.ApplicationStatus_APPLICATION_STATUS_ON_HOLD || lost.GetProposedDecision().GetKind() != eilev1.DecisionKind_DECISION_KIND_REMOVE {
		s.t.Errorf("a right that was lost: %v", lost)
	}
	mustHold(s.t, s.refused("application", "reinstate", "OLD", "--decision", "1", "--reason", "x"), "Kaunas", "NOT_RESIDENT")
	if back := read(s, &eilev1.Application{}, "application", "amend", "OLD", "--attr", "declared_residence=Vilnius"); back.GetPosition() != 2 {
		s.t.Errorf("a right that came back: %v", back)
	}
	s.same("a date that no decision corrects", func() {
		mustHold(s.t, s.refused("application", "amend", "LATE", "--registered-at", "2001-01-01"), "DECISION_NEEDED")
	})
	if first := read(s, &eilev1.Application{}, "application", "amend", "LATE", "--registered-at", "2001-01-01", "--decision", "7", "--reason", "the old book"); first.GetPosition() != 1 {
		s.t.Errorf("a corrected date: %v", first)
	}
	s.do("application", "remove", "RICH", "--reject", "--decision", "8", "--reason", "income")
	s.is("RICH", "REJECTED")
	s.do("application", "remove", "DATE", "--decision", "9", "--reason", "died")
	s.is("DATE", "REMOVED")
	s.refused("application", "remove", "DATE", "--decision", "9", "--reason", "died")
	if back := read(s, &eilev1.Application{}, "application", "reinstate", "DATE", "--decision", "10", "--reason", "a mistake"); back.GetPosition() != 5 {
		s.t.Errorf("reinstated after removal: %v", back)
	}
	history := s.do("application", "history", "LATE")
	mustHold(s.t, history, "import", "application.amend", "the old book")
	reconciles(s)
}

func TestVilniusNightWaitsForApproval(t *testing.T) {
	t.Parallel()
	var households [][]string
	for i := range 6 {
		households = append(households, household(fmt.Sprintf("A-%d", i+1), fmt.Sprintf("2017-03-0%dT10:00:00+02:00", i+1)))
	}
	s := city(t, households...)
	s.do("import", "units", sheet(t, "units.csv",
		[]string{"reference", "area_sqm", "wear_percent", "amenities", "status", "tenure", "lease_ends_on"},
		[]string{"GOOD-1", "10", "60", fitted, "", "", ""},
		[]string{"GOOD-2", "300.5", "0", fitted + ";gas", "vacant", "owned", ""},
		[]string{"SMALL", "9.99", "0", fitted, "vacant", "", ""},
		[]string{"SHORT", "40", "0", fitted, "vacant", "rented_in", time.Now().AddDate(0, 11, 0).Format(time.DateOnly)},
		[]string{"WORN", "40", "61", fitted, "vacant", "", ""},
		[]string{"BARE", "40", "5", "none", "vacant", "", ""},
		[]string{"COLD", "40", "80", "cold_water;electricity", "let", "", ""},
		[]string{"UNSEEN", "40", "5", "", "vacant", "", ""},
		[]string{"REPAIR", "40", "5", fitted, "under_repair", "", ""},
	))
	rehearsed := &eilev1.Run{}
	s.same("a dry run", func() {
		rehearsed = s.night("--dry-run")
		s.night("--dry-run", "--on", time.Now().AddDate(1, 0, 0).Format(time.DateOnly))
	})
	run := s.night()
	if run.GetState() != eilev1.RunState_RUN_STATE_MATCHED || run.GetVacancies() != 4 || run.GetMatched() != 2 ||
		run.GetUnassessed() != 1 || run.GetFlagged() != 3 || run.GetOffersCreated() != 0 {
		t.Errorf("the run waits as %v", run)
	}
	if rehearsed.GetState() != eilev1.RunState_RUN_STATE_DRY_RUN || rehearsed.GetMatched() != 2 || rehearsed.GetFlagged() != 3 ||
		len(rehearsed.GetMatches()) != 2 || rehearsed.GetUnassessed() != 1 {
		t.Errorf("the dry run says %v", rehearsed)
	}
	s.offered()
	s.same("another night while one waits", func() {
		mustHold(t, s.refused("run", "start", "--on", on(run, 30)), run.GetId())
		s.fails(2, "run", "approve", run.GetId())
	})
	flags(s)
	approve := []string{"run", "approve", run.GetId(), "--decision", "V-1", "--reason", "checked", "--request-id", uuid.NewString()}
	approved := read(s, &eilev1.Run{}, approve...)
	if approved.GetState() != eilev1.RunState_RUN_STATE_COMMITTED || approved.GetOffersCreated() != 2 || approved.GetDecision().GetNumber() != "V-1" {
		t.Errorf("approved: %v", approved)
	}
	s.offered("A-1 GOOD-1", "A-2 GOOD-2")
	s.same("approving and cancelling again, and a day before", func() {
		s.do(approve...)
		s.refused("run", "approve", run.GetId(), "--decision", "V-2")
		s.refused("run", "cancel", run.GetId(), "--reason", "x")
		s.refused("run", "start", "--on", on(run, -1))
	})
	mustHold(t, s.do("run", "explain", run.GetId(), "--unit", "GOOD-2"), "A-2", "A-1")
	mustHold(t, s.do("run", "explain", run.GetId(), "--unit", "WORN"), "NOT_IN_RUN")
	mustHold(t, s.do("run", "explain", run.GetId(), "--application", "A-3"), "OUTRANKED")
	verified(s, run)
	reconciles(s)
}

// flags checks that the unfit are flagged with all reasons, let or not, and the
// unseen are told apart.
func flags(s *service) {
	s.t.Helper()
	want := map[string][]string{"WORN": {"WORN_OVER_LIMIT"}, "BARE": {"LACKS_AMENITIES"}, "COLD": {"WORN_OVER_LIMIT", "LACKS_AMENITIES"}}
	for _, unit := range read(s, &eilev1.ListUnitsResponse{}, "flag", "list").GetUnits() {
		if got := codesOf(unit.GetCondition().GetReasons()); !slices.Equal(got, want[unit.GetReference()]) {
			s.t.Errorf("%s is flagged for %v, want %v", unit.GetReference(), got, want[unit.GetReference()])
		}
		delete(want, unit.GetReference())
	}
	if len(want) > 0 {
		s.t.Errorf("not flagged: %v", want)
	}
	s.unitIs("COLD", "LET")
	if unseen := s.unit("UNSEEN").GetCondition(); unseen.GetState() != eilev1.ConditionState_CONDITION_STATE_UNASSESSED || !slices.Equal(unseen.GetMissing(), []string{"unit.amenities"}) {
		s.t.Errorf("UNSEEN: %v", unseen)
	}
}

// The contract houses; until then both sides are reserved, the right is tested
// again, and a letting that fails gives the place and the home back.
func TestVilniusLetting(t *testing.T) {
	t.Parallel()
	s := city(t,
		household("A-1", "2017-03-01T10:00:00+02:00"), household("A-2", "2017-03-02T10:00:00+02:00"), household("A-3", "2017-03-03T10:00:00+02:00"))
	s.do("unit", "register", "U-1", "--area-sqm", "20", "--wear-percent", "5", "--amenities", fitted)
	run := s.night()
	s.do("run", "approve", run.GetId(), "--decision", "1")
	offer := s.open("A-1").GetId()
	s.do("offer", "accept", offer)
	s.is("A-1", "RESERVED")
	s.unitIs("U-1", "RESERVED")
	if place := s.position("A-1"); place.GetPosition() != 0 || place.GetStatus() != eilev1.ApplicationStatus_APPLICATION_STATUS_RESERVED {
		t.Errorf("reserved: %v", place)
	}
	letting := read(s, &eilev1.ListTenanciesResponse{}, "tenancy", "list").GetTenancies()[0].GetId()
	s.do("tenancy", "order", letting)
	s.is("A-1", "RESERVED")
	s.do("application", "amend", "A-1", "--attr", "net_income_cents=99999999")
	s.is("A-1", "RESERVED")
	s.same("a contract without the right", func() {
		mustHold(t, s.refused("tenancy", "contract", letting), "INCOME_OVER_LIMIT")
	})
	s.do("application", "amend", "A-1", "--attr", "net_income_cents=0")
	s.do("tenancy", "fail", letting, "--reason", "the lender refused")
	s.unitIs("U-1", "VACANT")
	if back := s.application("A-1"); back.GetPosition() != 1 {
		t.Errorf("after a letting that failed: %v", back)
	}
	s.refused("tenancy", "contract", letting)

	next := s.night("--on", on(run, 1))
	s.do("run", "approve", next.GetId(), "--decision", "2")
	second := s.open("A-1").GetId()
	s.do("offer", "accept", second)
	s.do("tenancy", "contract", second)
	s.is("A-1", "HOUSED")
	s.unitIs("U-1", "LET")
	s.do("tenancy", "keys", second)
	if place := s.position("A-2"); place.GetPosition() != 1 || place.GetHousedLast_12Months() != 1 {
		t.Errorf("the next: %v", place)
	}
	s.do("tenancy", "end", second, "--reason", "moved out")
	s.unitIs("U-1", "VACANT")
	s.is("A-1", "HOUSED")
	reconciles(s)
}

// What an inspection finds counts from then on, and takes back an open offer
// without counting it against the household.
func TestAnInspectionFlags(t *testing.T) {
	t.Parallel()
	s := city(t, household("A-1", "2017-03-01T10:00:00+02:00"))
	s.do("unit", "register", "U-1", "--area-sqm", "20", "--wear-percent", "5", "--amenities", fitted)
	s.do("unit", "register", "U-2", "--area-sqm", "20", "--wear-percent", "5", "--amenities", fitted, "--status", "let")
	run := s.night()
	s.do("run", "approve", run.GetId(), "--decision", "1")
	s.offered("A-1 U-1")
	inspections := sheet(t, "inspections.csv", []string{"unit", "inspected_on", "inspector", "score", "hazards"},
		[]string{"U-1", "2020-01-01", "V. Vila", "90", ""}, []string{"U-1", "2024-01-01", "V. Vila", "20", "fire_safety;structure"},
		[]string{"U-2", "2024-01-01", "", "", "hygiene"})
	s.do("import", "inspections", inspections)
	s.unitIs("U-1", "VACANT")
	s.unitIs("U-2", "LET")
	for _, reference := range []string{"U-1", "U-2"} {
		if condition := s.unit(reference).GetCondition(); condition.GetState() != eilev1.ConditionState_CONDITION_STATE_FLAGGED ||
			!slices.Equal(codesOf(condition.GetReasons()), []string{"HAZARD_FOUND"}) {
			t.Errorf("%s: %v", reference, condition)
		}
	}
	offer := s.offers()[0]
	if offer.GetStatus() != eilev1.OfferStatus_OFFER_STATUS_WITHDRAWN || s.application("A-1").GetCountedRefusals() != 0 {
		t.Errorf("the offer of a home that is unfit is %v", offer)
	}
	s.same("the same inspections again", func() { s.do("import", "inspections", inspections) })
	s.do("unit", "inspect", "U-1", "--inspector", "V. Vila")
	if state := s.unit("U-1").GetCondition().GetState(); state != eilev1.ConditionState_CONDITION_STATE_FIT {
		t.Errorf("a later inspection without hazards leaves %v", state)
	}
	next := s.night("--on", on(run, 1))
	s.do("run", "approve", next.GetId(), "--decision", "2")
	s.offered("A-1 U-1")
	reconciles(s)
}
