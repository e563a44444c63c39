package decision

import (
	"errors"

	"github.com/eile-housing/eile/policy"
	"github.com/eile-housing/eile/policy/day"
	"github.com/eile-housing/eile/policy/words"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/proto/spell"
	"github.com/eile-housing/eile/server/casework"
	"github.com/eile-housing/eile/store"
)

// TurnDown ends a proposal of another person, or takes one's own back: nothing changes.
func TurnDown(c casework.Change, proposal *eilev1.Decision, number, reason string) error {
	if err := waits(proposal, ""); err != nil {
		return err
	}
	if err := c.Tx.EndProposal(proposal); err != nil {
		return err
	}
	event := decline
	if casework.SamePerson(proposal.GetProposedBy(), c.Tx.Actor()) {
		event = withdraw
	}
	proposal.DecidedBy, proposal.DecidedOn = c.Tx.Actor(), c.Rules.Today.Proto()
	var err error
	if proposal.Number, err = oneNumber(proposal, number); err != nil {
		return err
	}
	state(proposal, reason)
	c.Tx.Subject(append([]string{proposal.GetSubject()}, proposal.GetAbout()...)...)
	return rest(c, proposal, event)
}

// Lapse ends what is proposed about a household that is to be forgotten: a proposal holds its
// record.
func Lapse(c casework.Change, subject string) error {
	kinds := eilev1.DecisionKind(0).Descriptor().Values()
	for i := 1; i < kinds.Len(); i++ {
		id, err := store.OpenProposal(c.Tx, eilev1.DecisionKind(kinds.Get(i).Number()), subject)
		if err != nil {
			return err
		}
		if id == "" {
			continue
		}
		proposal, err := store.Decisions.Get(c.Tx, id)
		if err != nil {
			return err
		}
		if err := c.Tx.EndProposal(proposal); err != nil {
			return err
		}
		if err := move(proposal, withdraw); err != nil {
			return err
		}
		if err := c.Tx.PutDecision(proposal); err != nil {
			return err
		}
	}
	return nil
}

// Serve records that the person was told of a decision, and until when they may appeal: so many
// days after what counts as served as the policy says, or the working day after these.
func Serve(c casework.Change, decision *eilev1.Decision, on day.Day, how string) error {
	var against casework.Reasons
	served, err := c.Rules.Policy.Served(how, on)
	var unknown policy.Violation
	if errors.As(err, &unknown) {
		against.Add(unknown.Reason)
	}
	taken, known := casework.DayOf(decision.GetDecidedOn())
	switch {
	case decision.GetState() != decided:
		against.Add(words.Reason("WRONG_STATE.decision", words.Term("state", spell.Name(decision.GetState()))))
	case decision.GetServedOn() != nil:
		was, _ := casework.DayOf(decision.GetServedOn())
		against.Add(words.Reason("ALREADY_SERVED", words.Day("served", was)))
	case known && on < taken:
		against.Add(words.Reason("SERVED_TOO_EARLY", words.Day("on", on), words.Day("decided", taken)))
	}
	if on > c.Rules.Today {
		against.Add(words.Reason("IN_THE_FUTURE.to_come", words.Day("on", on)))
	}
	if err := against.Refusal(named(decision)); err != nil {
		return err
	}
	decision.ServedOn, decision.ServedHow = on.Proto(), how
	if days := c.Rules.Policy.Deciding(decision.GetKind()).AppealDays; days > 0 {
		decision.AppealUntil = c.Rules.Policy.Working(served.AddDays(days)).Proto()
	}
	c.Tx.Subject(append([]string{decision.GetSubject()}, decision.GetAbout()...)...)
	c.Tx.Decision(decision.GetId())
	return c.Tx.PutDecision(decision)
}

// Named returns the decision of an id or of a number; several of one number are not told apart.
func Named(v *store.View, name string) (*eilev1.Decision, error) {
	if decision, ok, err := store.Decisions.Find(v, name); ok || err != nil {
		return decision, err
	}
	var ids []string
	for id, err := range v.DecisionsNumbered(name, "") {
		if err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	switch len(ids) {
	case 0:
		return nil, store.Missing{Noun: store.Decisions.Noun, ID: name}
	case 1:
		return store.Decisions.Get(v, ids[0])
	}
	return nil, casework.Refuse(words.Say("what.record", words.Term("noun", store.Decisions.Noun), words.Text("id", name)),
		words.Reason("SEVERAL_DECISIONS", words.Items("decisions", ids...)))
}
