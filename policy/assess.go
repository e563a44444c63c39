package policy

import (
	"slices"

	"github.com/eile-housing/eile/policy/day"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// Assessment is what the unit standard says of a home on one day.
type Assessment struct {
	State   eilev1.ConditionState
	Reasons []*eilev1.Reason
	// Missing names the facts that the standard needs; with a reason to flag the home they do not
	// matter yet.
	Missing []string
	// NextDue is the first day after the assessed one on which the answer can change though the
	// record does not; 0: never.
	NextDue day.Day
}

// Assess tests a home against the unit standard. Where the policy has none every home is FIT. The
// inspections may stand in any order.
func (e *Evaluator) Assess(unit *eilev1.Unit, inspections []*eilev1.Inspection, on day.Day) Assessment {
	edition, f := e.ask(on)
	defer f.scope.Release()
	f.scope.Home(unit, newestFirst(inspections))
	f.test(edition.standard)
	a := Assessment{State: eilev1.ConditionState_CONDITION_STATE_FIT, Missing: f.missing(), NextDue: edition.due(&f.scope.Today)}
	switch {
	case len(f.reasons) > 0:
		a.State, a.Reasons = eilev1.ConditionState_CONDITION_STATE_FLAGGED, f.all()
	case f.open():
		a.State, a.Reasons = eilev1.ConditionState_CONDITION_STATE_UNASSESSED, f.lacking()
	}
	return a
}

// newestFirst orders inspections by their day, the later record first on one day.
func newestFirst(inspections []*eilev1.Inspection) []*eilev1.Inspection {
	if len(inspections) < 2 {
		return inspections
	}
	sorted := slices.Clone(inspections)
	slices.SortStableFunc(sorted, func(a, b *eilev1.Inspection) int {
		x, _ := day.Known(a.GetInspectedOn())
		y, _ := day.Known(b.GetInspectedOn())
		return int(y) - int(x)
	})
	return sorted
}
