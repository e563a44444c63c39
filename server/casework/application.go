package casework

import (
	"crypto/sha256"
	"fmt"
	"slices"

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

	// refusalsExceeded is the code of a proposed removal that rests on refusals.
	refusalsExceeded = "REFUSALS_EXCEEDED"

	proposeReject = eilev1.DecisionKind_DECISION_KIND_REJECT
	proposeRemove = eilev1.DecisionKind_DECISION_KIND_REMOVE
	proposeReview = eilev1.DecisionKind_DECISION_KIND_REVIEW
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
	return r.placement(application, verdict)
}

func (r Rules) placement(application *eilev1.Application, verdict policy.Verdict) *eilev1.Placement {
	place := &eilev1.Placement{
		Reference: application.GetReference(), List: verdict.List, NeedClass: verdict.NeedClass,
		OrderKey: verdict.OrderKey, Status: application.GetStatus(), OutOfTurn: verdict.OutOfTurn,
		OpenOffer: application.GetOpenOffer() != "", Suitability: r.suitability(application, verdict), Import: application.GetImport(),
		Placed: application.GetPlacedOn() != nil,
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

// suitability digests what decides which homes a household may be offered: what
// the rules read and, where they limit, the districts.
func (r Rules) suitability(application *eilev1.Application, verdict policy.Verdict) []byte {
	read := []byte(verdict.SuitabilityKey)
	if r.Policy.Districts().Limit {
		districts := slices.Sorted(slices.Values(application.GetDistricts()))
		read = fmt.Appendf(read, "%q", districts)
	}
	sum := sha256.Sum256(read)
	return sum[:16]
}

// follow sets the status that eligibility and refusals lead to. It is made anew
// from the record at each evaluation, so that no road to it can be forgotten.
// Only YES has a place; what was on the list and may not be any more waits for
// a decision at its place.
func (r Rules) follow(application *eilev1.Application, verdict policy.Verdict) {
	if until, ok := suspendedUntil(application); ok && int32(r.Today) > until {
		application.Suspension, application.Status = nil, waiting
	}
	status := application.GetStatus()
	if ended(status) || status == suspended || status == reserved {
		return
	}
	refusals := r.refusals(application)
	placed := application.GetPlacedOn() != nil
	switch {
	case verdict.Eligibility == eilev1.Eligibility_ELIGIBILITY_YES && refusals == nil:
		application.Status, application.ProposedDecision = waiting, nil
		if !placed {
			application.PlacedOn = r.Today.Proto()
		}
	case placed || refusals != nil:
		kind, why := proposeRemove, verdict.Reasons
		switch {
		case refusals != nil:
			why = append([]*eilev1.Reason{refusals}, why...)
		case verdict.Proposes == "review":
			kind = proposeReview
		}
		r.hold(application, kind, why)
	case verdict.Eligibility == eilev1.Eligibility_ELIGIBILITY_UNDETERMINED:
		application.Status, application.ProposedDecision = received, nil
	default:
		r.hold(application, proposeReject, verdict.Reasons)
	}
}

// refusals is the reason why counted refusals hold an application; nil: they do
// not. Those that a decision has let pass hold it only with a further one.
func (r Rules) refusals(application *eilev1.Application) *eilev1.Reason {
	rules := r.Policy.Offers()
	counted := int(application.GetCountedRefusals())
	if !rules.Hold || counted <= rules.RefusalsAllowed || counted <= int(application.GetExcusedRefusals()) {
		return nil
	}
	return &eilev1.Reason{
		Code:     refusalsExceeded,
		Detail:   fmt.Sprintf("%d offers were refused, missed or left to expire without a valid reason; the policy allows %d", counted, rules.RefusalsAllowed),
		DetailLt: fmt.Sprintf("be svarbios priežasties atsisakyta arba neatsakyta pasiūlymų: %d; tvarka leidžia %d", counted, rules.RefusalsAllowed),
	}
}

// hold keeps the place and proposes a decision. While the same is proposed for
// the same reasons it stays proposed since when it was.
func (r Rules) hold(application *eilev1.Application, kind eilev1.DecisionKind, why []*eilev1.Reason) {
	application.Status = onHold
	proposal := &eilev1.Decision{
		Kind: kind, State: eilev1.DecisionState_DECISION_STATE_PROPOSED, Subject: application.GetReference(),
		ProposedBy: Machine, Reasons: why, Policy: r.Policy.Identity(),
	}
	if former := application.GetProposedDecision(); former.GetKind() == kind && slices.EqualFunc(former.GetReasons(), why, equalReasons) {
		proposal.ProposedAt = former.GetProposedAt()
	}
	application.ProposedDecision = proposal
}

// Settle evaluates an application and writes it with its placement. The audit
// entry tells the change of status since it was last written.
func (r Rules) Settle(tx *store.Tx, application *eilev1.Application) error {
	before, _, err := store.Applications.Find(tx, application.GetReference())
	if err != nil {
		return err
	}
	place := r.Evaluate(application)
	application.Etag = tx.ID()
	tx.Subject(application.GetReference())
	if from, to := before.GetStatus(), application.GetStatus(); from != to {
		tx.Status(statusName(from), statusName(to))
	}
	if proposal := application.GetProposedDecision(); proposal != nil && proposal.GetProposedAt() == nil {
		proposal.ProposedAt = timestamppb.New(tx.Now())
	}
	if err := store.Applications.Put(tx, application.GetReference(), application); err != nil {
		return err
	}
	return tx.Place(place)
}

// Recheck evaluates a stored application again, where the day makes it
// necessary, and tells whether it did.
func (r Rules) Recheck(tx *store.Tx, reference string) (bool, error) {
	application, err := store.Applications.Get(tx, reference)
	if err != nil || !r.due(application) {
		return false, err
	}
	return true, r.Settle(tx, application)
}

// due tells whether the day can have changed what the rules say: a date that
// they read has come, or a suspension is over.
func (r Rules) due(application *eilev1.Application) bool {
	if ended(application.GetStatus()) {
		return false
	}
	if until, ok := suspendedUntil(application); ok && int32(r.Today) > until {
		return true
	}
	due, ok := dayOf(application.GetNextDue())
	return ok && due <= r.Today
}

// Register takes a new application: it has no status yet.
func (r Rules) Register(tx *store.Tx, application *eilev1.Application) error {
	application.Status, application.PlacedOn = 0, nil
	application.ReceivedAt = timestamppb.New(tx.Now())
	application.AccessGeneration = 1
	return r.Settle(tx, application)
}

// Rehearse does what Recheck does, on a copy in memory.
func (r Rules) Rehearse(application *eilev1.Application) (*eilev1.Placement, bool) {
	if !r.due(application) {
		return nil, false
	}
	return r.Evaluate(application), true
}
