package casework

import (
	"slices"
	"strings"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"

	"github.com/eile-housing/eile/policy"
	"github.com/eile-housing/eile/policy/day"
	"github.com/eile-housing/eile/store"
)

// Machine is the actor of what no person did.
const Machine = "eile"

// Rules are a policy with its draw, on one day.
type Rules struct {
	*policy.Evaluator
	Policy *policy.Policy
	Today  day.Day
}

// Refusal says why something may not be done: every reason, not the first.
type Refusal struct {
	What    string // e.g. "offer of unit U-1 to application A-7"
	Reasons []*eilev1.Reason
}

func (r Refusal) Error() string {
	details := make([]string, len(r.Reasons))
	for i, reason := range r.Reasons {
		details[i] = reason.GetDetail()
	}
	return r.What + ": " + strings.Join(details, "; ")
}

// Refuse makes a refusal for one reason.
func Refuse(what, code, detail string) error {
	return Refusal{What: what, Reasons: []*eilev1.Reason{{Code: code, Detail: detail}}}
}

// reasons collects what stands against a change.
type reasons []*eilev1.Reason

func (r *reasons) add(code, detail string) {
	*r = append(*r, &eilev1.Reason{Code: code, Detail: detail})
}

// refusal is nil when nothing stands against the change.
func (r reasons) refusal(what string) error {
	if len(r) == 0 {
		return nil
	}
	return Refusal{What: what, Reasons: r}
}

// name of an enum value as people write it.
func name(value interface{ String() string }, prefix string) string {
	return strings.TrimPrefix(value.String(), prefix)
}

// statusName is empty for an application that is not registered yet.
func statusName(status eilev1.ApplicationStatus) string {
	if status == 0 {
		return ""
	}
	return name(status, "APPLICATION_STATUS_")
}

func unitStatusName(status eilev1.UnitStatus) string { return name(status, "UNIT_STATUS_") }

func offerStatusName(status eilev1.OfferStatus) string { return name(status, "OFFER_STATUS_") }

// decide records a decision that a person took; proposal is what was proposed
// to them, if anything was.
func (r Rules) decide(tx *store.Tx, kind eilev1.DecisionKind, subject string, by *eilev1.ByDecision, proposal *eilev1.Decision) (*eilev1.Decision, error) {
	decision := &eilev1.Decision{
		Id: tx.ID(), Kind: kind, State: eilev1.DecisionState_DECISION_STATE_DECIDED, Subject: subject,
		DecidedBy: tx.Actor(), Body: by.GetBody(), Number: by.GetNumber(), DecidedOn: by.GetDecidedOn(),
		EffectiveOn: r.Today.Proto(), LegalGround: by.GetLegalGround(), Reasons: slices.Clone(proposal.GetReasons()), Policy: r.Policy.Identity(),
	}
	if proposal.GetKind() == kind {
		decision.ProposedBy, decision.ProposedAt = proposal.GetProposedBy(), proposal.GetProposedAt()
	}
	if decision.DecidedOn == nil {
		decision.DecidedOn = r.Today.Proto()
	}
	if text := by.GetReason(); text != "" {
		decision.Reasons = append(decision.Reasons, &eilev1.Reason{Code: "STATED", Detail: text})
	}
	tx.Decision(decision.GetId())
	return decision, store.Decisions.Put(tx, decision.GetId(), decision)
}

// ApproveRun records the decision that lets a run make its offers. Where the
// policy needs none, by is nil and the decision is automatic.
func (r Rules) ApproveRun(tx *store.Tx, run string, by *eilev1.ByDecision) (*eilev1.Decision, error) {
	if by != nil {
		return r.decide(tx, eilev1.DecisionKind_DECISION_KIND_APPROVE_RUN, run, by, nil)
	}
	decision := &eilev1.Decision{
		Id: tx.ID(), Kind: eilev1.DecisionKind_DECISION_KIND_APPROVE_RUN, State: eilev1.DecisionState_DECISION_STATE_DECIDED,
		Subject: run, ProposedBy: Machine, DecidedOn: r.Today.Proto(), EffectiveOn: r.Today.Proto(), Automatic: true,
		Policy: r.Policy.Identity(),
	}
	tx.Decision(decision.GetId())
	return decision, store.Decisions.Put(tx, decision.GetId(), decision)
}
