package casework

import (
	"fmt"
	"slices"
	"strings"

	"google.golang.org/protobuf/proto"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/store"
)

const (
	vacant       = eilev1.UnitStatus_UNIT_STATUS_VACANT
	offered      = eilev1.UnitStatus_UNIT_STATUS_OFFERED
	reservedUnit = eilev1.UnitStatus_UNIT_STATUS_RESERVED
	let          = eilev1.UnitStatus_UNIT_STATUS_LET

	fit     = eilev1.ConditionState_CONDITION_STATE_FIT
	flagged = eilev1.ConditionState_CONDITION_STATE_FLAGGED
)

// keptInspections is how many of the latest inspections a home carries.
const keptInspections = 10

// moveUnit sets the status of a home, since when and why.
func (r Rules) moveUnit(tx *store.Tx, unit *eilev1.Unit, to eilev1.UnitStatus, why string) {
	if unit.GetStatus() != to {
		unit.StatusSince = r.Today.Proto()
	}
	unit.Status, unit.StatusReason = to, why
	r.SettleStock(unit)
	unit.Etag = tx.ID()
}

// Assess brings a home to what the unit standard of the day says of it and
// tells whether that changed. It writes nothing.
func (r Rules) Assess(unit *eilev1.Unit) bool {
	assessment := r.Evaluator.Assess(unit, unit.GetInspections(), r.Today)
	condition := &eilev1.Condition{
		State: assessment.State, Reasons: assessment.Reasons, Missing: assessment.Missing,
		Policy: r.Policy.Identity(), AssessedOn: r.Today.Proto(),
	}
	if assessment.NextDue != 0 {
		condition.NextDue = assessment.NextDue.Proto()
	}
	before := unit.GetCondition()
	r.keepFlag(unit, condition)
	if before != nil && before.GetState() == condition.GetState() && proto.Equal(before.GetPolicy(), condition.GetPolicy()) &&
		slices.EqualFunc(before.GetReasons(), condition.GetReasons(), equalReasons) && slices.Equal(before.GetMissing(), condition.GetMissing()) {
		condition.AssessedOn = before.GetAssessedOn()
	}
	unit.Condition = condition
	return !proto.Equal(before, condition)
}

// keepFlag lets a flag stay until a newer inspection has seen the home: that the
// facts on record are better is not enough. Another policy assesses anew.
func (r Rules) keepFlag(unit *eilev1.Unit, condition *eilev1.Condition) {
	before := unit.GetCondition()
	same := before.GetState() == flagged && proto.Equal(before.GetPolicy(), condition.GetPolicy())
	if same && condition.GetState() != flagged && newestInspection(unit) == before.GetFlaggedAtInspection() {
		condition.State = flagged
		condition.Reasons = []*eilev1.Reason{{
			Code:     "INSPECTION_NEEDED",
			Detail:   "by the facts on record it is no longer unfit: a new inspection must confirm it",
			DetailLt: "pagal duomenis būstas jau tinkamas: tai turi patvirtinti naujas patikrinimas",
		}}
	}
	switch {
	case condition.GetState() == flagged && same:
		condition.FlaggedOn, condition.FlaggedAtInspection = before.GetFlaggedOn(), before.GetFlaggedAtInspection()
	case condition.GetState() == flagged:
		condition.FlaggedOn, condition.FlaggedAtInspection = r.Today.Proto(), newestInspection(unit)
	}
}

// newestInspection is the id of the newest inspection of a home; empty: none.
func newestInspection(unit *eilev1.Unit) string {
	if all := unit.GetInspections(); len(all) > 0 {
		return all[0].GetId()
	}
	return ""
}

func equalReasons(a, b *eilev1.Reason) bool { return proto.Equal(a, b) }

// MustAssess tells whether the stored condition may no longer be what the rules
// of the day say: another policy, or a day on which it changes by itself. A home
// that is given up keeps its last one.
func (r Rules) MustAssess(unit *eilev1.Unit) bool {
	if unit.GetStatus() == decommissioned {
		return false
	}
	condition := unit.GetCondition()
	if condition == nil || !proto.Equal(condition.GetPolicy(), r.Policy.Identity()) {
		return true
	}
	due, ok := dayOf(condition.GetNextDue())
	return ok && due <= r.Today
}

// SettleUnit assesses a home and writes it. The open offer of a home that is
// found unfit is withdrawn; that does not count against the household.
func (r Rules) SettleUnit(tx *store.Tx, unit *eilev1.Unit) error {
	r.Assess(unit)
	r.SettleStock(unit)
	unit.Etag = tx.ID()
	tx.Subject(unit.GetReference())
	if unit.GetCondition().GetState() != flagged || unit.GetOpenOffer() == "" {
		return tx.PutUnit(unit)
	}
	offer, err := store.Offers.Get(tx, unit.GetOpenOffer())
	if err != nil {
		return err
	}
	application, err := store.Applications.Get(tx, offer.GetApplication())
	if err != nil {
		return err
	}
	return r.takeBack(tx, unit, offer, application, "the home was found unfit: "+unit.GetCondition().GetReasons()[0].GetDetail())
}

// RegisterUnit takes a new home.
func (r Rules) RegisterUnit(tx *store.Tx, unit *eilev1.Unit) error {
	if unit.GetStatus() == 0 {
		unit.Status = vacant
	}
	if !byHand(unit.GetStatus()) {
		return Refuse("register unit "+unit.GetReference(), "WRONG_STATUS",
			fmt.Sprintf("a new home is VACANT, LET or UNDER_REPAIR, not %s", unitStatusName(unit.GetStatus())))
	}
	r.Complete(unit)
	return r.SettleUnit(tx, unit)
}

// Complete gives a new home what every home has, and assesses it.
func (r Rules) Complete(unit *eilev1.Unit) {
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
		unit.StatusSince = r.Today.Proto()
	}
	beginVacancy(unit)
	r.Assess(unit)
	r.SettleStock(unit)
}

// Inspect records an inspection, the latest first, and assesses the home.
func (r Rules) Inspect(tx *store.Tx, unit *eilev1.Unit, inspection *eilev1.Inspection) error {
	if err := store.Inspections.Put(tx, inspection.GetUnit()+"/"+inspection.GetId(), inspection); err != nil {
		return err
	}
	AddInspections(unit, []*eilev1.Inspection{inspection})
	return r.SettleUnit(tx, unit)
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
		first, _ := dayOf(b.GetInspectedOn())
		second, _ := dayOf(a.GetInspectedOn())
		if first != second {
			return int(first - second)
		}
		return strings.Compare(b.GetId(), a.GetId())
	})
	unit.Inspections = all[:min(len(all), keptInspections)]
}

// AmendUnit writes a home whose facts were corrected. A person may call a home
// vacant, let or under repair, unless an offer or a letting is under way. An
// open offer was made on the facts before: it is withdrawn when they now speak
// against the home for the household, and does not count.
func (r Rules) AmendUnit(tx *store.Tx, unit *eilev1.Unit, before eilev1.UnitStatus) error {
	stored, err := store.Units.Get(tx, unit.GetReference())
	if err != nil {
		return err
	}
	if unit.GetStatus() != before {
		if err := r.callUnit(tx, unit, stored); err != nil {
			return err
		}
	}
	if unit.GetOpenOffer() == "" {
		return r.SettleUnit(tx, unit)
	}
	offer, err := store.Offers.Get(tx, unit.GetOpenOffer())
	if err != nil {
		return err
	}
	application, err := store.Applications.Get(tx, offer.GetApplication())
	if err != nil {
		return err
	}
	if why := r.spoiled(application, stored, unit); why != nil {
		return r.takeBack(tx, unit, offer, application, "the facts of the home were corrected: "+why.GetDetail())
	}
	return r.SettleUnit(tx, unit)
}

// callUnit lets a person say where a home stands.
func (r Rules) callUnit(tx *store.Tx, unit, stored *eilev1.Unit) error {
	what := "amend unit " + unit.GetReference()
	from, to := stored.GetStatus(), unit.GetStatus()
	switch {
	case !byHand(from):
		return Refuse(what, "WRONG_STATUS", fmt.Sprintf("it is %s: end that first", unitStatusName(from)))
	case !byHand(to):
		return Refuse(what, "WRONG_STATUS", fmt.Sprintf("a person sets VACANT, LET or UNDER_REPAIR, not %s", unitStatusName(to)))
	case unit.GetTenancy() != "":
		return Refuse(what, "HAS_TENANCY", fmt.Sprintf("tenancy %s is in force: end it first", unit.GetTenancy()))
	}
	unit.StatusSince = r.Today.Proto()
	if unit.GetStatusReason() == stored.GetStatusReason() {
		unit.StatusReason = "amended by " + tx.Actor()
	}
	r.amendVacancy(unit, stored)
	tx.Status(unitStatusName(from), unitStatusName(to))
	return nil
}

// byHand are the states that a person may say a home is in.
func byHand(status eilev1.UnitStatus) bool {
	return status == vacant || status == let || status == eilev1.UnitStatus_UNIT_STATUS_UNDER_REPAIR
}

// spoiled is the first reason why a home no longer suits that was not there
// before: an offer may have been made in spite of others, by decision or since
// the home was released.
func (r Rules) spoiled(application *eilev1.Application, before, after *eilev1.Unit) *eilev1.Reason {
	_, known := r.Suitable(application, before, r.Today)
	_, found := r.Suitable(application, after, r.Today)
	for _, reason := range found {
		if !slices.ContainsFunc(known, func(other *eilev1.Reason) bool { return other.GetCode() == reason.GetCode() }) {
			return reason
		}
	}
	return nil
}

// takeBack withdraws the open offer of a home; the household has its former
// place.
func (r Rules) takeBack(tx *store.Tx, unit *eilev1.Unit, offer *eilev1.Offer, application *eilev1.Application, why string) error {
	offer.Status, offer.Note = withdrawnOffer, why
	if err := r.putOffer(tx, offer); err != nil {
		return err
	}
	application.OpenOffer, unit.OpenOffer = "", ""
	r.vacate(tx, unit, vacatedBy(withdrawnOffer), "offer "+offer.GetId()+" withdrawn", r.Today)
	if err := r.Settle(tx, application); err != nil {
		return err
	}
	return r.SettleUnit(tx, unit)
}
