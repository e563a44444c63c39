package state

import (
	"slices"

	"github.com/eile-housing/eile/policy"
	"github.com/eile-housing/eile/policy/words"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server/casework"
	"github.com/eile-housing/eile/server/casework/decision"
)

const (
	proposeReject = eilev1.DecisionKind_DECISION_KIND_REJECT
	proposeRemove = eilev1.DecisionKind_DECISION_KIND_REMOVE
	proposeReview = eilev1.DecisionKind_DECISION_KIND_REVIEW
)

// follow takes the step that eligibility and refusals lead to. It is found anew
// from the record at each evaluation, so that no road to it can be forgotten.
// Only YES has a place; what was on the list and may not be any more waits for
// a decision at its place.
func follow(rules casework.Rules, application *eilev1.Application, verdict policy.Verdict) error {
	if until, ok := suspendedUntil(application); ok && int32(rules.Today) > until {
		if err := Step(application, runOut); err != nil {
			return err
		}
		application.Suspension = nil
	}
	if status := application.GetStatus(); Ended(status) || status == suspended || status == reserved {
		return nil
	}
	exceeded := refusals(rules, application)
	placed := application.GetPlacedOn() != nil
	switch {
	case verdict.Eligibility == eilev1.Eligibility_ELIGIBILITY_YES && exceeded == nil:
		application.ProposedDecision = nil
		if !placed {
			application.PlacedOn = rules.Today.Proto()
		}
		return Step(application, qualify)
	case placed || exceeded != nil:
		kind, why := proposeRemove, verdict.Reasons
		switch {
		case exceeded != nil:
			why = append([]*eilev1.Reason{exceeded}, why...)
		case verdict.Proposes == "review":
			kind = proposeReview
		}
		return keep(rules, application, kind, why)
	case verdict.Eligibility == eilev1.Eligibility_ELIGIBILITY_UNDETERMINED:
		application.ProposedDecision = nil
		return Step(application, lack)
	}
	return keep(rules, application, proposeReject, verdict.Reasons)
}

// refusals is the reason why counted refusals hold an application; nil: they do
// not. Those that a decision has let pass hold it only with a further one.
func refusals(rules casework.Rules, application *eilev1.Application) *eilev1.Reason {
	offers := rules.Policy.Offers
	counted := int(application.GetCountedRefusals())
	if !offers.Hold || counted <= offers.RefusalsAllowed || counted <= int(application.GetExcusedRefusals()) {
		return nil
	}
	return words.Reason("REFUSALS_EXCEEDED", words.Number("counted", counted), words.Number("allowed", offers.RefusalsAllowed))
}

// keep holds an application at its place and proposes a decision. While the same
// is proposed for the same reasons it stays proposed since when it was.
func keep(rules casework.Rules, application *eilev1.Application, kind eilev1.DecisionKind, why []*eilev1.Reason) error {
	proposal, err := decision.Propose(rules, kind, application.GetReference(), casework.Machine, why)
	if err != nil {
		return err
	}
	if former := application.GetProposedDecision(); former.GetKind() == kind && slices.EqualFunc(former.GetReasons(), why, sameReason) {
		proposal.ProposedAt = former.GetProposedAt()
	}
	application.ProposedDecision = proposal
	return Step(application, hold)
}

// suspendedUntil is the last day of a suspension, if it has one.
func suspendedUntil(application *eilev1.Application) (int32, bool) {
	if application.GetStatus() != suspended {
		return 0, false
	}
	until, ok := casework.DayOf(application.GetSuspension().GetUntil())
	return int32(until), ok
}
