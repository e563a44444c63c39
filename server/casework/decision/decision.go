package decision

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/eile-housing/eile/policy/day"
	"github.com/eile-housing/eile/policy/words"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server/casework"
)

// Act is what is decided, about whom, and by what.
type Act struct {
	Kind eilev1.DecisionKind
	// Subject is the reference of the application, home, offer or run. Where the change makes it,
	// Reserves names what the decision is about while it is only proposed.
	Subject, Reserves string
	// About are the applications and homes besides the subject.
	About []string
	By    *eilev1.ByDecision
	// Proposal is what was proposed before, by the machine or by a person; nil: nothing.
	Proposal *eilev1.Decision
	// Since is the day before which it cannot have been decided; 0: any.
	Since day.Day
	// Application is whose facts the policy may ask for; nil: none.
	Application *eilev1.Application
}

// Of is a decision about an application, which cannot be older than its registration.
func Of(c casework.Change, kind eilev1.DecisionKind, application *eilev1.Application, by *eilev1.ByDecision, proposal *eilev1.Decision) Act {
	act := Act{Kind: kind, Subject: application.GetReference(), By: by, Proposal: proposal, Application: application}
	if registered, ok := day.KeptMoment(application.GetRegisteredAt()); ok {
		act.Since = registered.Day(c.Rules.Policy.Location)
	}
	return act
}

// Record records a decision that a person took, with its reasons as they are told. Where the
// policy wants a second person and there was none, nothing is recorded: the decision that is
// returned is only proposed, and [Change] keeps it instead of the change.
func Record(c casework.Change, act Act) (*eilev1.Decision, error) {
	if c.Persons != nil && !slices.Contains(c.Persons.Kinds, act.Kind) {
		return nil, fmt.Errorf("decision %s about %s: the method does not say that it takes one", nameOf(act.Kind), act.Subject)
	}
	if err := act.check(c); err != nil {
		return nil, err
	}
	decision := act.written(c)
	switch persons := c.Persons; {
	case persons != nil && persons.Approves.GetKind() == act.Kind:
		if err := act.approved(c, decision); err != nil {
			return nil, err
		}
	case act.wantsSecond(c):
		decision.State, decision.Subject = proposed, cmp.Or(act.Reserves, act.Subject)
		decision.ProposedBy, decision.ProposedAt, decision.DecidedBy = c.Tx.Actor(), timestamppb.New(c.Tx.Now()), ""
		decision.DecidedOn, decision.EffectiveOn = act.By.GetDecidedOn(), nil
		if persons.Proposed == nil {
			persons.Proposed = decision
		}
		return decision, nil
	}
	return decision, rest(c, decision, decide)
}

// Reject records that a person decided against what was proposed.
func Reject(c casework.Change, act Act) (*eilev1.Decision, error) {
	decision := act.written(c)
	return decision, rest(c, decision, decline)
}

// written is the decision as the one who asks takes it.
func (a Act) written(c casework.Change) *eilev1.Decision {
	decision := &eilev1.Decision{
		Id: c.Tx.ID(), Kind: a.Kind, Subject: a.Subject, About: a.About,
		DecidedBy: c.Tx.Actor(), Body: a.By.GetBody(), Number: strings.TrimSpace(a.By.GetNumber()), DecidedOn: a.By.GetDecidedOn(),
		EffectiveOn: c.Rules.Today.Proto(), LegalGround: a.By.GetLegalGround(), Reasons: c.Rules.Tell(a.Proposal.GetReasons()), Policy: c.Rules.Policy.Identity(),
	}
	if a.Proposal.GetKind() == a.Kind {
		decision.State, decision.ProposedBy, decision.ProposedAt = proposed, a.Proposal.GetProposedBy(), a.Proposal.GetProposedAt()
	}
	if decision.DecidedOn == nil {
		decision.DecidedOn = c.Rules.Today.Proto()
	}
	state(decision, a.By.GetReason())
	return decision
}

// state adds what a person says to the reasons.
func state(decision *eilev1.Decision, text string) {
	if strings.TrimSpace(text) != "" {
		decision.Reasons = append(decision.Reasons, &eilev1.Reason{Code: "STATED", Detail: text})
	}
}

// rest takes a decision, on which the change rests, one step on and writes it.
func rest(c casework.Change, decision *eilev1.Decision, event string) error {
	if err := move(decision, event); err != nil {
		return err
	}
	c.Tx.Decision(decision.GetId())
	return c.Tx.PutDecision(decision)
}

// ApproveRun records the decision that lets a run make its offers. Where the
// policy needs none, by is nil and the decision is automatic.
func ApproveRun(c casework.Change, run string, by *eilev1.ByDecision) (*eilev1.Decision, error) {
	const kind = eilev1.DecisionKind_DECISION_KIND_APPROVE_RUN
	if by != nil {
		return Record(c, Act{Kind: kind, Subject: run, By: by})
	}
	return Automatic(c, kind, run)
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
	return c.Tx.PutDecision(proposal)
}

func move(decision *eilev1.Decision, event string) (err error) {
	decision.State, err = steps.Take("about "+decision.GetSubject(), decision.GetState(), event)
	return err
}

// named is the decision as refusals speak of it.
func named(decision *eilev1.Decision) words.Phrase {
	return words.Say("what.decision", words.Term("kind", nameOf(decision.GetKind())), words.Text("subject", decision.GetSubject()))
}
