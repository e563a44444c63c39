package state_test

import (
	"fmt"
	"testing"

	"google.golang.org/protobuf/proto"

	"github.com/eile-housing/eile/internal/eiletest"
	"github.com/eile-housing/eile/policy/day"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/proto/spell"
	"github.com/eile-housing/eile/server/casework"
	"github.com/eile-housing/eile/server/casework/state"
	"github.com/eile-housing/eile/store"
)

// strictOn are the rules of strict on a day.
func strictOn(t *testing.T, on string) casework.Rules {
	t.Helper()
	loaded := eiletest.Load(t, eiletest.Strict)
	return casework.Rules{Policy: loaded, Evaluator: loaded.Evaluator(eiletest.Seed), Seed: eiletest.Seed, Today: eiletest.Day(t, on)}
}

func rented(t *testing.T, until string) *eilev1.Unit {
	t.Helper()
	return &eilev1.Unit{Tenure: eilev1.Tenure_TENURE_RENTED_IN, Lease: &eilev1.Lease{EndsOn: eiletest.Day(t, until).Proto()}}
}

// A band begins on the day on which exactly its months are left, and on its last
// day a lease is over.
func TestLeaseWarnings(t *testing.T) {
	for on, want := range map[string]string{
		"2025-01-30": "NONE",
		"2025-01-31": "12_MONTHS",
		"2025-07-30": "12_MONTHS",
		"2025-07-31": "6_MONTHS",
		"2025-10-30": "6_MONTHS",
		"2025-10-31": "3_MONTHS",
		"2026-01-30": "3_MONTHS",
		"2026-01-31": "ENDED",
		"2026-02-01": "ENDED",
	} {
		if got := spell.Name(state.LeaseWarning(rented(t, "2026-01-31"), eiletest.Day(t, on))); got != want {
			t.Errorf("on %s the warning is %s, want %s", on, got, want)
		}
	}
	for name, unit := range map[string]*eilev1.Unit{
		"a home without an end on record": {Tenure: eilev1.Tenure_TENURE_RENTED_IN},
		"an owned home":                   {Tenure: eilev1.Tenure_TENURE_OWNED, Lease: rented(t, "2025-01-01").GetLease()},
	} {
		if got := spell.Name(state.LeaseWarning(unit, eiletest.Day(t, "2026-01-31"))); got != "NO_END_RECORDED" || state.LeaseOver(strictOn(t, "2026-01-31"), unit) {
			t.Errorf("%s has the warning %s", name, got)
		}
	}
}

// Nobody's home leaves the stock with its lease and comes back with a longer one;
// one that somebody lives in does neither.
func TestTheStock(t *testing.T) {
	last := strictOn(t, "2026-01-31")
	for status, leaves := range map[eilev1.UnitStatus]bool{
		eilev1.UnitStatus_UNIT_STATUS_VACANT:       true,
		eilev1.UnitStatus_UNIT_STATUS_UNDER_REPAIR: true,
		eilev1.UnitStatus_UNIT_STATUS_OFFERED:      false,
		eilev1.UnitStatus_UNIT_STATUS_RESERVED:     false,
		eilev1.UnitStatus_UNIT_STATUS_LET:          false,

		eilev1.UnitStatus_UNIT_STATUS_DECOMMISSIONED: false,
	} {
		unit := rented(t, "2026-01-31")
		unit.Status = status
		state.SettleStock(strictOn(t, "2026-01-30"), unit)
		if unit.GetLeftStockOn() != nil || unit.GetStatusReason() != "" {
			t.Errorf("%v before the end of its lease: %v", status, unit)
		}
		state.SettleStock(last, unit)
		if left := unit.GetLeftStockOn() != nil; left != leaves || left && unit.GetStatusReason() != "the lease ended on 2026-01-31" {
			t.Errorf("%v at the end of its lease: %v", status, unit)
		}
		state.SettleStock(strictOn(t, "2026-02-07"), unit)
		if left, _ := casework.DayOf(unit.GetLeftStockOn()); leaves && left != last.Today {
			t.Errorf("%v a week later left the stock on %s", status, left)
		}
		if !leaves {
			continue
		}
		prolonged, taken := proto.CloneOf(unit), proto.CloneOf(unit)
		prolonged.Lease = rented(t, "2030-01-31").GetLease()
		state.SettleStock(last, prolonged)
		if prolonged.GetLeftStockOn() != nil || prolonged.GetStatusReason() != "back in the stock: the lease goes on" {
			t.Errorf("%v with a longer lease: %v", status, prolonged)
		}
		taken.Status, taken.StatusReason = eilev1.UnitStatus_UNIT_STATUS_LET, "let"
		state.SettleStock(last, taken)
		if taken.GetLeftStockOn() != nil || taken.GetStatusReason() != "let" {
			t.Errorf("let all the same: %v", taken)
		}
	}
}

// A home that comes in is completed, and what it says of itself stays.
func TestANewHomeIsCompleted(t *testing.T) {
	rules := strictOn(t, "2025-06-02")
	plain := &eilev1.Unit{Reference: "U-1", WearPercent: new(int32(10)), StatusReason: "built"}
	state.Complete(rules, plain)
	if spell.Name(plain.GetStatus()) != "VACANT" || plain.GetTenure() != eilev1.Tenure_TENURE_OWNED || spell.Name(plain.GetCondition().GetState()) != "FIT" {
		t.Errorf("a home of which nothing is said: %v", plain)
	}
	if v := plain.GetVacancy(); spell.Name(v.GetReason()) != "NEW" || v.GetDetail() != "built" || !proto.Equal(v.GetSince(), rules.Today.Proto()) || !proto.Equal(v.GetEmptySince(), rules.Today.Proto()) {
		t.Errorf("its vacancy: %v", v)
	}
	since, gone := eiletest.Day(t, "2025-01-01").Proto(), rented(t, "2025-06-02")
	gone.Tenure, gone.StatusSince = 0, since
	state.Complete(rules, gone)
	if gone.GetTenure() != eilev1.Tenure_TENURE_RENTED_IN || gone.GetLeftStockOn() == nil || !proto.Equal(gone.GetVacancy().GetEmptySince(), since) {
		t.Errorf("a home with a lease that is over: %v", gone)
	}
	let := &eilev1.Unit{Status: eilev1.UnitStatus_UNIT_STATUS_LET}
	known := &eilev1.Unit{Status: eilev1.UnitStatus_UNIT_STATUS_VACANT, Vacancy: &eilev1.Vacancy{Detail: "as it was"}}
	state.Complete(rules, let)
	state.Complete(rules, known)
	if let.GetVacancy() != nil || known.GetVacancy().GetDetail() != "as it was" {
		t.Errorf("the vacancies of a let home and of one that has one: %v, %v", let.GetVacancy(), known.GetVacancy())
	}
}

// A condition is asked again under another policy and on its day, not before,
// and of a home that is given up never.
func TestWhenAConditionMustBeAskedAgain(t *testing.T) {
	rules := strictOn(t, "2025-06-02")
	unit := &eilev1.Unit{Reference: "U-1", WearPercent: new(int32(10))}
	if !state.MustAssess(rules, unit) {
		t.Error("a home that was never assessed need not be")
	}
	if !state.Assess(rules, unit) || state.Assess(rules, unit) || state.MustAssess(rules, unit) {
		t.Errorf("assessed twice it is %v", unit.GetCondition())
	}
	assessed := unit.GetCondition().GetAssessedOn()
	rules.Today++
	if state.Assess(rules, unit) || !proto.Equal(unit.GetCondition().GetAssessedOn(), assessed) {
		t.Errorf("the same found a day later: %v", unit.GetCondition())
	}
	unit.Condition.NextDue = (rules.Today + 1).Proto()
	if state.MustAssess(rules, unit) {
		t.Error("it must be assessed a day before")
	}
	rules.Today++
	if !state.MustAssess(rules, unit) {
		t.Error("it need not be assessed on its day")
	}
	unit.Condition.NextDue = nil
	unit.Condition.Policy = &eilev1.PolicyName{Name: "strict", Version: "0"}
	if !state.MustAssess(rules, unit) {
		t.Error("it need not be assessed under another policy")
	}
	unit.Status = eilev1.UnitStatus_UNIT_STATUS_DECOMMISSIONED
	if state.MustAssess(rules, unit) {
		t.Error("a home that is given up must be assessed")
	}
}

// A home carries the latest ten inspections, the newest first, each once.
func TestInspectionsAreKeptInOrder(t *testing.T) {
	unit := &eilev1.Unit{}
	first := eiletest.Day(t, "2025-06-02")
	inspection := func(id string, on day.Day) *eilev1.Inspection {
		return &eilev1.Inspection{Id: id, InspectedOn: on.Proto()}
	}
	state.AddInspections(unit, []*eilev1.Inspection{inspection("b", first), inspection("c", first-1), inspection("a", first)})
	state.AddInspections(unit, []*eilev1.Inspection{inspection("b", first+9)})
	order := ""
	for _, known := range unit.GetInspections() {
		order += known.GetId()
	}
	if order != "bac" {
		t.Errorf("the order is %s", order)
	}
	for i := range 12 {
		state.AddInspections(unit, []*eilev1.Inspection{inspection(fmt.Sprint("later ", i), first+1+day.Day(i))})
	}
	if all := unit.GetInspections(); len(all) != 10 || all[0].GetId() != "later 11" || all[9].GetId() != "later 2" {
		t.Errorf("kept: %v", all)
	}
}

// A home that is vacant again knows since when nobody lives there: offers and
// lettings that come to nothing do not change it.
func TestAHomeKnowsHowLongItIsEmpty(t *testing.T) {
	w := eiletest.Waiting(t, "strict")
	vacancy := func(reason string, since, empty string) {
		t.Helper()
		got := w.HomeIs("U-1", "VACANT")
		v := got.GetVacancy()
		if spell.Name(v.GetReason()) != reason || !proto.Equal(v.GetSince(), eiletest.Day(t, since).Proto()) || !proto.Equal(v.GetEmptySince(), eiletest.Day(t, empty).Proto()) ||
			!proto.Equal(got.GetStatusSince(), v.GetSince()) || v.GetDetail() != got.GetStatusReason() {
			t.Errorf("its vacancy is %v, want %s since %s, empty since %s", v, reason, since, empty)
		}
	}
	w.Today++
	id := w.MustOffer("A-1", "U-1")
	w.Today++
	w.Refuse(id)
	vacancy("OFFER_REFUSED", "2025-06-04", "2025-06-02")
	id = w.MustOffer("A-2", "U-1")
	w.Today++
	w.Accept(id)
	if got := w.HomeIs("U-1", "RESERVED"); got.GetTenancy() != id {
		t.Errorf("reserved for %s", got.GetTenancy())
	}
	eiletest.MustOn(w, "application.withdraw", store.Applications, "A-2", withdraw)
	vacancy("LETTING_FAILED", "2025-06-05", "2025-06-02")
	if got := w.HomeIs("U-1", "VACANT"); got.GetTenancy() != "" || got.GetFormerTenancy() != id {
		t.Errorf("it has the tenancy %q, and had %q", got.GetTenancy(), got.GetFormerTenancy())
	}
}

// What nobody lives in is not occupied; what is decided is not undecided.
func TestWhatAPersonMustDecide(t *testing.T) {
	for name, want := range map[string]bool{"VACANT": false, "OFFERED": true, "RESERVED": true, "LET": true, "UNDER_REPAIR": false, "DECOMMISSIONED": false} {
		unit := &eilev1.Unit{Status: eilev1.UnitStatus(eilev1.UnitStatus_value["UNIT_STATUS_"+name])}
		if got := state.Occupied(unit); got != want {
			t.Errorf("a home that is %s is occupied: %t", name, got)
		}
	}
	for name, want := range map[string]bool{"UNSPECIFIED": false, "PROPOSED": true, "IN_PRINCIPLE": true, "DECOMMISSIONED": false, "REJECTED": false} {
		value := eilev1.GivingUpState(eilev1.GivingUpState_value["GIVING_UP_STATE_"+name])
		if got := state.Undecided(value); got != want {
			t.Errorf("%s is undecided: %t", name, got)
		}
		if got := state.GivingUp(&eilev1.Unit{GivingUp: &eilev1.GivingUp{State: value}}); got != (name == "IN_PRINCIPLE") {
			t.Errorf("%s keeps a home from offers: %t", name, got)
		}
	}
	record := &eilev1.Decommission{Homes: []*eilev1.Decommission_Home{{Unit: "U-1"}, {Unit: "U-2"}}}
	if state.HomeOf(record, "U-2") != record.GetHomes()[1] || state.HomeOf(record, "U-3") != nil {
		t.Error("a proposal does not find its homes")
	}
}
