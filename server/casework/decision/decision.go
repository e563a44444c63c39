package decision

import (
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server/casework"
	"github.com/eile-housing/eile/store"
)

// Record records a decision that a person took, with its reasons as they are told;
// proposal is what was proposed to them, if anything was.
func Record(c casework.Change, kind eilev1.DecisionKind, subject string, by *eilev1.ByDecision, proposal *eilev1.Decision) (*eilev1.Decision, error) {
	return record(c, decide, kind, subject, by, proposal)
}

// Reject records that a person decided against what was proposed.
func Reject(c casework.Change, kind eilev1.DecisionKind, subject string, by *eilev1.ByDecision, proposal *eilev1.Decision) (*eilev1.Decision, error) {
	return record(c, decline, kind, subject, by, proposal)
}

func record(c casework.Change, event string, kind eilev1.DecisionKind, subject string, by *eilev1.ByDecision, proposal *eilev1.Decision) (*eilev1.Decision, error) {
	decision := &eilev1.Decision{
		Id: c.Tx.ID(), Kind: kind, Subject: subject,
		DecidedBy: c.Tx.Actor(), Body: by.GetBody(), Number: by.GetNumber(), DecidedOn: by.GetDecidedOn(),
		EffectiveOn: c.Rules.Today.Proto(), LegalGround: by.GetLegalGround(), Reasons: c.Rules.Tell(proposal.GetReasons()), Policy: c.Rules.Policy.Identity(),
	}
	if proposal.GetKind() == kind {
		decision.State, decision.ProposedBy, decision.ProposedAt = proposed, proposal.GetProposedBy(), proposal.GetProposedAt()
	}
	if decision.DecidedOn == nil {
		decision.DecidedOn = c.Rules.Today.Proto()
	}
	if text := by.GetReason(); text != "" {
		decision.Reasons = append(decision.Reasons, &eilev1.Reason{Code: "STATED", Detail: text})
	}
	return decision, rest(c, decision, event)
}

// rest takes a decision, on which the change rests, one step on and writes it.
func rest(c casework.Change, decision *eilev1.Decision, event string) error {
	if err := move(decision, event); err != nil {
		return err
	}
	c.Tx.Decision(decision.GetId())
	return store.Decisions.Put(c.Tx, decision.GetId(), decision)
}

// ApproveRun records the decision that lets a run make its offers. Where the
// policy needs none, by is nil and the decision is automatic.
func ApproveRun(c casework.Change, run string, by *eilev1.ByDecision) (*eilev1.Decision, error) {
	if by != nil {
		return Record(c, eilev1.DecisionKind_DECISION_KIND_APPROVE_RUN, run, by, nil)
	}
	return Automatic(c, eilev1.DecisionKind_DECISION_KIND_APPROVE_RUN, run)
}

// Automatic records what the policy decides by itself.
func Automatic(c casework.Change, kind eilev1.DecisionKind, subject string, why ...*eilev1.Reason) (*eilev1.Decision, error) {
	decision := &eilev1.Decision{
		Id: c.Tx.ID(), Kind: kind, Subject: subject, ProposedBy: casework.Machine,
		DecidedOn: c.Rules.Today.Proto(), EffectiveOn: c.Rules.Today.Proto(), Automatic: true, Policy: c.Rules.Policy.Identity(), Reasons: c.Rules.Tell(why),
	}
	return decision, rest(c, decision, decide)
}

// Propose makes a proposal that waits for a person; it stands in the record that
// it is about. The caller says since when.
func Propose(rules casework.Rules, kind eilev1.DecisionKind, subject, by string, why []*eilev1.Reason) (*eilev1.Decision, error) {
	proposal := &eilev1.Decision{Kind: kind, Subject: subject, ProposedBy: by, Reasons: why, Policy: rules.Policy.Identity()}
	return proposal, move(proposal, propose)
}

// Decline keeps a proposal that another decision goes against. The change rests
// on that one.
func Decline(c casework.Change, proposal *eilev1.Decision) error {
	proposal.Id, proposal.Reasons = c.Tx.ID()+"-declined", c.Rules.Tell(proposal.GetReasons())
	if err := move(proposal, decline); err != nil {
		return err
	}
	return store.Decisions.Put(c.Tx, proposal.GetId(), proposal)
}

func move(decision *eilev1.Decision, event string) (err error) {
	decision.State, err = steps.Take("about "+decision.GetSubject(), decision.GetState(), event)
	return err
}
