package casework

import (
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/eile-housing/eile/policy"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/store"
)

const (
	received  = eilev1.ApplicationStatus_APPLICATION_STATUS_RECEIVED
	waiting   = eilev1.ApplicationStatus_APPLICATION_STATUS_WAITING
	onHold    = eilev1.ApplicationStatus_APPLICATION_STATUS_ON_HOLD
	suspended = eilev1.ApplicationStatus_APPLICATION_STATUS_SUSPENDED
	reserved  = eilev1.ApplicationStatus_APPLICATION_STATUS_RESERVED
	housed    = eilev1.ApplicationStatus_APPLICATION_STATUS_HOUSED
	rejected  = eilev1.ApplicationStatus_APPLICATION_STATUS_REJECTED
	withdrawn = eilev1.ApplicationStatus_APPLICATION_STATUS_WITHDRAWN
	removed   = eilev1.ApplicationStatus_APPLICATION_STATUS_REMOVED
)

// ended tells whether a status is one from which only reinstatement leads back.
func ended(status eilev1.ApplicationStatus) bool {
	return status == housed || status == rejected || status == withdrawn || status == removed
}

// Evaluate brings an application to what the rules of the day say of it: its
// eligibility with reasons, need and place, and the status that follows. It
// writes nothing.
func (r Rules) Evaluate(application *eilev1.Application) *eilev1.Placement {
	verdict := r.Evaluator.Evaluate(application, r.Today)
	r.follow(application, verdict)
	application.List = verdict.List
	application.Eligibility = verdict.Eligibility
	application.Reasons = verdict.Reasons
	application.Missing = verdict.Missing
	application.Need = verdict.Need
	application.NeedClass = verdict.NeedClass
	application.Policy = r.Policy.Identity()
	application.NextDue = nil
	if verdict.NextDue != 0 {
		application.NextDue = verdict.NextDue.Proto()
	}
	return placement(application, verdict)
}

func placement(application *eilev1.Application, verdict policy.Verdict) *eilev1.Placement {
	place := &eilev1.Placement{
		Reference: application.GetReference(), List: verdict.List, NeedClass: verdict.NeedClass,
		OrderKey: verdict.OrderKey, Status: application.GetStatus(), OutOfTurn: verdict.OutOfTurn,
		OpenOffer: application.GetOpenOffer() != "", Suitability: []byte(verdict.SuitabilityKey), Import: application.GetImport(),
	}
	if !ended(application.GetStatus()) {
		place.NextDue = int32(verdict.NextDue)
		if until, ok := suspendedUntil(application); ok && (place.NextDue == 0 || until+1 < place.NextDue) {
			place.NextDue = until + 1
		}
	}
	if on, ok := dayOf(application.GetHousedOn()); ok {
		place.HousedOn = int32(on)
	}
	return place
}

// follow sets the status that eligibility leads to. Only YES has a place; what
// was on the list and no longer is YES waits for a decision at its place.
func (r Rules) follow(application *eilev1.Application, verdict policy.Verdict) {
	status := application.GetStatus()
	if ended(status) || status == suspended || status == reserved {
		return
	}
	pending := application.GetProposedDecision()
	byRefusals := status == onHold && hasReason(pending.GetReasons(), RefusalsExceeded)
	switch verdict.Eligibility {
	case eilev1.Eligibility_ELIGIBILITY_YES:
		if byRefusals {
			return
		}
		application.Status, application.ProposedDecision = waiting, nil
	case eilev1.Eligibility_ELIGIBILITY_UNDETERMINED:
		if status == 0 || status == received {
			application.Status = received
			return
		}
		r.hold(application, eilev1.DecisionKind_DECISION_KIND_REMOVE, verdict.Reasons, byRefusals)
	default:
		kind := eilev1.DecisionKind_DECISION_KIND_REMOVE
		if status == 0 || status == received || (pending.GetKind() == eilev1.DecisionKind_DECISION_KIND_REJECT) {
			kind = eilev1.DecisionKind_DECISION_KIND_REJECT
		}
		r.hold(application, kind, verdict.Reasons, byRefusals)
	}
}

// hold keeps the place and proposes a decision. A proposal that rests on
// refusals stands; one that rests on eligibility follows the reasons of the day.
func (r Rules) hold(application *eilev1.Application, kind eilev1.DecisionKind, why []*eilev1.Reason, keep bool) {
	application.Status = onHold
	if keep {
		return
	}
	application.ProposedDecision = &eilev1.Decision{
		Kind: kind, State: eilev1.DecisionState_DECISION_STATE_PROPOSED, Subject: application.GetReference(),
		ProposedBy: Machine, Reasons: why, Policy: r.Policy.Identity(),
	}
}

// Settle evaluates an application and writes it with its placement.
func (r Rules) Settle(tx *store.Tx, application *eilev1.Application) error {
	before := application.GetStatus()
	place := r.Evaluate(application)
	application.Etag = tx.ID()
	tx.Subject(application.GetReference())
	if before != application.GetStatus() {
		tx.Status(statusName(before), statusName(application.GetStatus()))
		if decision := application.GetProposedDecision(); decision != nil && decision.GetProposedAt() == nil {
			decision.ProposedAt = timestamppb.New(tx.Now())
		}
	}
	if err := store.Applications.Put(tx, application.GetReference(), application); err != nil {
		return err
	}
	return tx.Place(place)
}

// Recheck evaluates a stored application again and tells whether anything
// changed. A suspension whose time is over ends.
func (r Rules) Recheck(tx *store.Tx, reference string) (bool, error) {
	application, err := store.Applications.Get(tx, reference)
	if err != nil {
		return false, err
	}
	before := application.GetStatus()
	if !r.refresh(application) {
		return false, nil
	}
	err = r.Settle(tx, application)
	if after := application.GetStatus(); after != before {
		tx.Status(statusName(before), statusName(after))
	}
	return true, err
}

// refresh ends a suspension that is over and tells whether an evaluation of
// today is needed at all.
func (r Rules) refresh(application *eilev1.Application) bool {
	if ended(application.GetStatus()) {
		return false
	}
	if until, ok := suspendedUntil(application); ok && int32(r.Today) > until {
		application.Suspension = nil
		application.Status = waiting
		if application.GetProposedDecision() != nil {
			application.Status = onHold
		}
		return true
	}
	due, ok := dayOf(application.GetNextDue())
	return ok && due <= r.Today
}

// Register takes a new application: it has no status yet.
func (r Rules) Register(tx *store.Tx, application *eilev1.Application) error {
	application.Status = 0
	application.ReceivedAt = timestamppb.New(tx.Now())
	application.AccessGeneration = 1
	return r.Settle(tx, application)
}

// Rehearse does what Recheck does, on a copy in memory.
func (r Rules) Rehearse(application *eilev1.Application) (*eilev1.Placement, bool) {
	if !r.refresh(application) {
		return nil, false
	}
	return r.Evaluate(application), true
}
