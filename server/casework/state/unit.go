package state

import (
	"slices"
	"strings"

	"google.golang.org/protobuf/proto"

	"github.com/eile-housing/eile/policy/words"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server/casework"
)

const flagged = eilev1.ConditionState_CONDITION_STATE_FLAGGED

// keptInspections is how many of the latest inspections a home carries.
const keptInspections = 10

// Move takes a home one step on, and says since when and why. The caller writes
// it.
func Move(c casework.Change, unit *eilev1.Unit, event, why string) error {
	to, err := units.Take(unit.GetReference(), unit.GetStatus(), event)
	if err != nil {
		return err
	}
	unit.Status, unit.StatusSince, unit.StatusReason = to, c.Rules.Today.Proto(), why
	SettleStock(c.Rules, unit)
	return nil
}

// call is the event of a person who says that a home is in a state; empty where only the program
// may say so.
func call(status eilev1.UnitStatus) string {
	switch status {
	case vacant:
		return callVacant
	case let:
		return callLet
	case underRepair:
		return callUnderRepair
	default:
		return ""
	}
}

// Callable tells whether a person may say that a home is in a state.
func Callable(status eilev1.UnitStatus) bool { return call(status) != "" }

// Call takes a home to the state in which a person says that it is. The caller
// says why, and writes it.
func Call(unit *eilev1.Unit, from, to eilev1.UnitStatus) (err error) {
	unit.Status, err = units.Take(unit.GetReference(), from, call(to))
	return err
}

// Complete gives a new home what every home has, and assesses it.
func Complete(rules casework.Rules, unit *eilev1.Unit) {
	if unit.GetStatus() == 0 {
		unit.Status = vacant
	}
	if unit.GetTenure() == 0 {
		unit.Tenure = eilev1.Tenure_TENURE_OWNED
		if unit.GetLease() != nil {
			unit.Tenure = eilev1.Tenure_TENURE_RENTED_IN
		}
	}
	if unit.GetStatusSince() == nil {
		unit.StatusSince = rules.Today.Proto()
	}
	beginVacancy(unit)
	Assess(rules, unit)
	SettleStock(rules, unit)
}

// beginVacancy says of a new home that is vacant why and since when.
func beginVacancy(unit *eilev1.Unit) {
	if unit.GetStatus() != vacant || unit.GetVacancy() != nil {
		return
	}
	unit.Vacancy = &eilev1.Vacancy{
		Reason: eilev1.VacancyReason_VACANCY_REASON_NEW, Detail: unit.GetStatusReason(),
		Since: unit.GetStatusSince(), EmptySince: unit.GetStatusSince(),
	}
}

// Assess brings a home to what the unit standard of the day says of it and
// tells whether that changed. It writes nothing.
func Assess(rules casework.Rules, unit *eilev1.Unit) bool {
	assessment := rules.Evaluator.Assess(unit, unit.GetInspections(), rules.Today)
	condition := &eilev1.Condition{
		State: assessment.State, Reasons: assessment.Reasons, Missing: assessment.Missing,
		Policy: rules.Policy.Identity(), AssessedOn: rules.Today.Proto(),
	}
	if assessment.NextDue != 0 {
		condition.NextDue = assessment.NextDue.Proto()
	}
	before := unit.GetCondition()
	keepFlag(rules, unit, condition)
	if before != nil && before.GetState() == condition.GetState() && proto.Equal(before.GetPolicy(), condition.GetPolicy()) &&
		slices.EqualFunc(before.GetReasons(), condition.GetReasons(), sameReason) && slices.Equal(before.GetMissing(), condition.GetMissing()) {
		condition.AssessedOn = before.GetAssessedOn()
	}
	unit.Condition = condition
	return !proto.Equal(before, condition)
}

// keepFlag lets a flag stay until a newer inspection has seen the home: that the
// facts on record are better is not enough. Another policy assesses anew.
func keepFlag(rules casework.Rules, unit *eilev1.Unit, condition *eilev1.Condition) {
	before := unit.GetCondition()
	same := before.GetState() == flagged && proto.Equal(before.GetPolicy(), condition.GetPolicy())
	if same && condition.GetState() != flagged && newestInspection(unit) == before.GetFlaggedAtInspection() {
		condition.State = flagged
		condition.Reasons = []*eilev1.Reason{words.Reason("INSPECTION_NEEDED")}
	}
	switch {
	case condition.GetState() == flagged && same:
		condition.FlaggedOn, condition.FlaggedAtInspection = before.GetFlaggedOn(), before.GetFlaggedAtInspection()
	case condition.GetState() == flagged:
		condition.FlaggedOn, condition.FlaggedAtInspection = rules.Today.Proto(), newestInspection(unit)
	}
}

// newestInspection is the id of the newest inspection of a home; empty: none.
func newestInspection(unit *eilev1.Unit) string {
	if all := unit.GetInspections(); len(all) > 0 {
		return all[0].GetId()
	}
	return ""
}

// sameReason tells whether a reason on record says what one that is found anew
// says. An older register kept only sentences: of its reasons the code counts.
func sameReason(kept, found *eilev1.Reason) bool {
	return kept.GetCode() == found.GetCode() && (kept.GetDetail() != "" && found.GetDetail() == "" || proto.Equal(kept, found))
}

// MustAssess tells whether the stored condition may no longer be what the rules
// of the day say: another policy, or a day on which it changes by itself. A home
// that is given up keeps its last one.
func MustAssess(rules casework.Rules, unit *eilev1.Unit) bool {
	if unit.GetStatus() == decommissioned {
		return false
	}
	condition := unit.GetCondition()
	if condition == nil || !proto.Equal(condition.GetPolicy(), rules.Policy.Identity()) {
		return true
	}
	next, ok := casework.DayOf(condition.GetNextDue())
	return ok && next <= rules.Today
}

// AddInspections puts inspections among the latest of their home, newest first.
// One that is there already is not added again.
func AddInspections(unit *eilev1.Unit, inspections []*eilev1.Inspection) {
	all := slices.Clone(unit.GetInspections())
	for _, inspection := range inspections {
		if !slices.ContainsFunc(all, func(known *eilev1.Inspection) bool { return known.GetId() == inspection.GetId() }) {
			all = append(all, inspection)
		}
	}
	slices.SortStableFunc(all, func(a, b *eilev1.Inspection) int {
		first, _ := casework.DayOf(b.GetInspectedOn())
		second, _ := casework.DayOf(a.GetInspectedOn())
		if first != second {
			return int(first - second)
		}
		return strings.Compare(b.GetId(), a.GetId())
	})
	unit.Inspections = all[:min(len(all), keptInspections)]
}

// SettleUnit assesses a home without an open offer and writes it.
func SettleUnit(c casework.Change, unit *eilev1.Unit) error {
	Assess(c.Rules, unit)
	SettleStock(c.Rules, unit)
	c.Tx.Subject(unit.GetReference())
	return c.Tx.PutUnit(unit)
}
