package state_test

import (
	"testing"

	"github.com/eile-housing/eile/internal/eiletest"
	"github.com/eile-housing/eile/policy/day"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server/casework"
	"github.com/eile-housing/eile/server/casework/state"
)

const (
	fit     = eilev1.ConditionState_CONDITION_STATE_FIT
	flagged = eilev1.ConditionState_CONDITION_STATE_FLAGGED
)

// Repair clears a flag only through a new inspection: better facts alone, or
// facts that are taken back, do not.
func TestFlagStaysUntilInspected(t *testing.T) {
	loaded := eiletest.Load(t, eiletest.Shipped(t, "lt-vilnius"))
	today := eiletest.Day(t, "2026-05-05")
	rules := casework.Rules{Policy: loaded, Evaluator: loaded.Evaluator(eiletest.Seed), Seed: eiletest.Seed, Today: today}
	all := []eilev1.Amenity{1, 2, 3, 4, 5, 6, 7, 9}
	unit := &eilev1.Unit{Reference: "U-1", WearPercent: new(int32(70)), Amenities: &eilev1.Amenities{Present: all}}
	inspect := func(id string, on day.Day) {
		state.AddInspections(unit, []*eilev1.Inspection{{Id: id, Unit: "U-1", InspectedOn: on.Proto()}})
	}
	expect := func(step string, want eilev1.ConditionState, code string) {
		t.Helper()
		state.Assess(rules, unit)
		got := unit.GetCondition()
		if got.GetState() != want || code != "" && got.GetReasons()[0].GetCode() != code || (got.GetFlaggedOn() != nil) != (want == flagged) {
			t.Fatalf("%s: the condition is %v, want %v %s", step, got, want, code)
		}
	}
	expect("worn", flagged, "WORN_OVER_LIMIT")
	rules.Today++
	unit.WearPercent = new(int32(30))
	expect("facts mended", flagged, "INSPECTION_NEEDED")
	unit.WearPercent = nil
	expect("facts taken back", flagged, "INSPECTION_NEEDED")
	unit.WearPercent = new(int32(30))
	inspect("first", today)
	expect("inspected", fit, "")
	unit.WearPercent = new(int32(80))
	expect("worn again", flagged, "WORN_OVER_LIMIT")
	unit.WearPercent = new(int32(20))
	inspect("older", today-5)
	expect("an older inspection comes late", flagged, "INSPECTION_NEEDED")
	inspect("second", rules.Today)
	expect("inspected again", fit, "")
}
