package server_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	"github.com/eile-housing/eile/policy/day"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/proto/spell"
)

// openSlum is a town in which, of seven homes that were let on one day, five were
// found unfit; nine households wait.
func openSlum(t *testing.T, rules string) *town {
	t.Helper()
	w := openTown(t, "2026-01-01", rules)
	for i, size := range []int64{2, 2, 2, 2, 3, 1, 1} {
		w.waits(fmt.Sprintf("A-%d", i), fmt.Sprintf("2019-01-%02d", i+1), size)
		w.home(fmt.Sprintf("U-%d", i), int32(size), func(u *eilev1.Unit) {
			u.WearPercent = new(int32(10 * i))
			u.Attributes = map[string]*eilev1.Fact{"heated": {Value: &eilev1.Fact_BoolValue{BoolValue: true}}}
		})
	}
	for _, match := range w.night("2026-01-01").GetMatches() {
		w.accept(match.GetApplication())
	}
	w.setDay("2026-06-01")
	for _, unit := range []string{"U-0", "U-1", "U-2", "U-4", "U-5"} {
		chill(w, unit)
	}
	for i := range 5 {
		w.waits(fmt.Sprintf("B-%d", i), fmt.Sprintf("2020-01-%02d", i+1), 2)
	}
	for i := range 4 {
		w.waits(fmt.Sprintf("C-%d", i), fmt.Sprintf("2020-02-%02d", i+1), 3)
	}
	return w
}

func chill(w *town, unit string) {
	w.Helper()
	ask(w, w.units.AmendUnit, &eilev1.AmendUnitRequest{
		Unit:       &eilev1.Unit{Reference: unit, Attributes: map[string]*eilev1.Fact{"heated": {Value: &eilev1.Fact_BoolValue{}}}},
		UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"attributes.heated"}},
	})
}

// drawn puts a plan into lines.
func drawn(plan *eilev1.PlanDecommissionResponse) string {
	var text strings.Builder
	for _, h := range plan.GetHomes() {
		fmt.Fprintf(&text, "%d %s %s", h.GetRank(), h.GetUnit(), spell.Name(h.GetBasis()))
		if h.Month != nil {
			before, _, _ := day.FromProto(h.GetNotBefore())
			fmt.Fprintf(&text, " %d %s", h.GetMonth(), before)
		}
		if last := h.GetSpare() + h.GetObstacle().GetCode(); last != "" {
			text.WriteString(" " + last)
		}
		text.WriteByte('\n')
	}
	for _, e := range plan.GetEffects() {
		fmt.Fprintf(&text, "%s/%s: %d of %d back %d places, %d tenths\n", e.GetList(), e.GetNeedClass(), e.GetBehind(), e.GetWaiting(), e.GetPlaces(), e.GetDelayMonths().GetUnits())
	}
	return text.String()
}

// In the town four homes for two, one for three and two for one are let a year.
// The tenants of unfit homes go before those who wait; a home that nobody who
// waits takes is there at once for who has a use for it.
func TestPlanStory(t *testing.T) {
	t.Parallel()
	w := openSlum(t, unfit)
	w.home("V-1", 1, func(u *eilev1.Unit) {
		u.Attributes = map[string]*eilev1.Fact{"heated": {Value: &eilev1.Fact_BoolValue{BoolValue: true}}}
	})
	w.home("X-1", 1, func(u *eilev1.Unit) {
		u.Attributes = map[string]*eilev1.Fact{"heated": {Value: &eilev1.Fact_BoolValue{}}}
	})
	for _, status := range []eilev1.UnitStatus{eilev1.UnitStatus_UNIT_STATUS_LET, eilev1.UnitStatus_UNIT_STATUS_UNDER_REPAIR} {
		w.home("Y-"+spell.Name(status), 1, func(u *eilev1.Unit) {
			u.Status = status
			u.Attributes = map[string]*eilev1.Fact{"heated": {Value: &eilev1.Fact_BoolValue{}}}
		})
	}
	plans := eilev1.NewPlanServiceClient(w.conn)
	plan := ask(w, plans.PlanDecommission, &eilev1.PlanDecommissionRequest{})
	want := `1 U-5 SPARE_HOME 0 2026-06-01 V-1
2 U-4 LETTINGS 12 2027-06-01
3 U-2 LETTINGS 3 2026-09-01
4 U-1 LETTINGS 6 2026-12-01
5 U-0 LETTINGS 9 2027-03-01
6 X-1 EMPTY 0 2026-06-01
7 Y-LET UNSPECIFIED NO_TENANT_ON_RECORD
8 Y-UNDER_REPAIR UNSPECIFIED NOT_AT_REST
general/2: 5 of 5 back 3 places, 90 tenths
general/3: 4 of 4 back 1 places, 120 tenths
`
	if got := drawn(plan); got != want {
		t.Errorf("\n%s\nwant\n%s", got, want)
	}
	since, _, _ := day.FromProto(plan.GetLettingsSince())
	if plan.GetFlagged() != 8 || plan.GetPlanned() != 6 || since.String() != "2026-01-01" {
		t.Errorf("%v", plan)
	}
	if again := ask(w, plans.PlanDecommission, &eilev1.PlanDecommissionRequest{}); !proto.Equal(plan, again) {
		t.Errorf("asked again:\n%s", drawn(again))
	}

	half := ask(w, plans.PlanDecommission, &eilev1.PlanDecommissionRequest{SharePercent: new(int32(50))})
	if text := drawn(half); !strings.Contains(text, "3 U-2 LETTINGS 6 ") || !strings.Contains(text, "5 U-0 UNSPECIFIED AFTER_THE_PLAN") ||
		!strings.Contains(text, "general/2: 5 of 5 back 2 places, 60 tenths") || strings.Contains(text, "general/3") {
		t.Errorf("with half of the lettings\n%s", text)
	}
	now := ask(w, plans.PlanDecommission, &eilev1.PlanDecommissionRequest{Months: new(int32(0))})
	if now.GetPlanned() != 2 || len(now.GetEffects()) != 0 {
		t.Errorf("what can be done at once\n%s", drawn(now))
	}
	refusedFor(w, "INVALID", plans.PlanDecommission, &eilev1.PlanDecommissionRequest{Months: new(int32(-1))})
	refusedFor(w, "INVALID", plans.PlanDecommission, &eilev1.PlanDecommissionRequest{SharePercent: new(int32(0))})
	w.Sound()
}

// Where the policy puts them behind everybody, they wait behind everybody, and
// nobody is pushed back. A class of which no home was let has no month.
func TestPlanWithoutPriority(t *testing.T) {
	t.Parallel()
	w := openSlum(t, "mode: choice\nunit_standard: [{code: COLD, require: unit.heated, reason: {en: not heated}}]\n")
	plans := eilev1.NewPlanServiceClient(w.conn)
	plan := ask(w, plans.PlanDecommission, &eilev1.PlanDecommissionRequest{Months: new(int32(60))})
	want := `1 U-5 LETTINGS 6 2026-12-01
2 U-4 LETTINGS 60 2031-06-01
3 U-2 LETTINGS 18 2027-12-01
4 U-1 LETTINGS 21 2028-03-01
5 U-0 LETTINGS 24 2028-06-01
`
	if got := drawn(plan); got != want {
		t.Errorf("\n%s\nwant\n%s", got, want)
	}
	// A year later these lettings are of another year.
	w.setDay("2027-06-01")
	plan = ask(w, plans.PlanDecommission, &eilev1.PlanDecommissionRequest{Months: new(int32(600))})
	if plan.GetPlanned() != 0 || slices.ContainsFunc(plan.GetHomes(), func(h *eilev1.PlannedHome) bool { return h.GetObstacle().GetCode() != "NO_LETTINGS" }) {
		t.Errorf("\n%s", drawn(plan))
	}
}

// A household whose transfer stands on the list already is counted once.
func TestPlanKnowsWhatIsUnderWay(t *testing.T) {
	t.Parallel()
	w := openSlum(t, unfit)
	r := &ruins{town: w, proposals: eilev1.NewDecommissionServiceClient(w.conn)}
	plans := eilev1.NewPlanServiceClient(w.conn)
	propose := &eilev1.ProposeDecommissionRequest{Units: []string{"U-0"}, Reason: "cold"}
	if _, err := r.proposals.ProposeDecommission(as(w, "Ona"), propose); err != nil {
		t.Fatal(err)
	}
	approve := &eilev1.ApproveDecommissionRequest{Subject: "U-0", InPrinciple: true, Decision: &eilev1.ByDecision{Number: "1"}}
	if _, err := r.proposals.ApproveDecommission(as(w, "Jonas"), approve); err != nil {
		t.Fatal(err)
	}
	plan := ask(w, plans.PlanDecommission, &eilev1.PlanDecommissionRequest{})
	text := drawn(plan)
	// It is the mildest of them, and the first on the list; the others come after it.
	for _, line := range []string{"5 U-0 LETTINGS 3 ", "3 U-2 LETTINGS 6 ", "4 U-1 LETTINGS 9 ", "general/2: 5 of 6 back 2 places, 60 tenths"} {
		if !strings.Contains(text, line) {
			t.Errorf("%q is not in\n%s", line, text)
		}
	}
	if home := plan.GetHomes()[4]; home.GetTransfer() != "T-U-0" || home.GetGivingUp() != eilev1.GivingUpState_GIVING_UP_STATE_IN_PRINCIPLE || home.GetOccupiedBy() != "A-0" {
		t.Errorf("%v", home)
	}
}
