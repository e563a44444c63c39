package decision

import (
	"cmp"
	"strings"

	"github.com/eile-housing/eile/policy/words"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server/casework"
)

// wantsSecond tells whether a second person must approve what one asks for. Who approves what
// another person proposed is the second.
func (a Act) wantsSecond(c casework.Change) bool {
	if c.Persons == nil || c.Persons.Approves != nil || a.Kind == eilev1.DecisionKind_DECISION_KIND_APPROVE_RUN {
		return false
	}
	if by := a.Proposal.GetProposedBy(); casework.IsPerson(by) && !casework.SamePerson(by, c.Tx.Actor()) {
		return false
	}
	return a.rule(c).NeedsTwo(a.Application, c.Rules.Today)
}

// approved makes a decision that of the two persons: the first proposed it, the second asks now.
func (a Act) approved(c casework.Change, decision *eilev1.Decision) error {
	first := c.Persons.Approves
	var err error
	if decision.Number, err = oneNumber(decision, c.Persons.Number); err != nil {
		return err
	}
	decision.Id, decision.State, decision.ProposedBy, decision.ProposedAt = first.GetId(), first.GetState(), first.GetProposedBy(), first.GetProposedAt()
	state(decision, c.Persons.Reason)
	c.Persons.Taken = true
	return c.Tx.EndProposal(first)
}

// oneNumber is the number of a decision to which another person gives one too, if any.
func oneNumber(decision *eilev1.Decision, given string) (string, error) {
	first, second := decision.GetNumber(), strings.TrimSpace(given)
	if first != "" && second != "" && first != second {
		return "", casework.Refuse(named(decision), words.Reason("TWO_NUMBERS", words.Text("first", first), words.Text("second", second)))
	}
	return cmp.Or(first, second), nil
}

// otherPerson refuses that who proposed a decision approves it, or that the machine does.
func otherPerson(c casework.Change, proposal *eilev1.Decision) error {
	switch actor := words.Text("person", c.Tx.Actor()); {
	case !casework.IsPerson(c.Tx.Actor()):
		return casework.Refuse(named(proposal), words.Reason("NO_PERSON", actor))
	case casework.SamePerson(proposal.GetProposedBy(), c.Tx.Actor()):
		return casework.Refuse(named(proposal), words.Reason("SAME_PERSON", actor))
	}
	return nil
}
