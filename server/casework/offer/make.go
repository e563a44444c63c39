package offer

import (
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/eile-housing/eile/policy/words"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/proto/spell"
	"github.com/eile-housing/eile/server/casework"
	"github.com/eile-housing/eile/server/casework/decision"
	"github.com/eile-housing/eile/server/casework/state"
	told "github.com/eile-housing/eile/server/words"
	"github.com/eile-housing/eile/store"
)

const (
	received  = eilev1.ApplicationStatus_APPLICATION_STATUS_RECEIVED
	waiting   = eilev1.ApplicationStatus_APPLICATION_STATUS_WAITING
	onHold    = eilev1.ApplicationStatus_APPLICATION_STATUS_ON_HOLD
	suspended = eilev1.ApplicationStatus_APPLICATION_STATUS_SUSPENDED
)

// Fit says what speaks against a home for a household, beside their states. It
// must only read.
type Fit func(application *eilev1.Application, unit *eilev1.Unit) []*eilev1.Reason

// Make offers a home to a household. Both are brought to the day first.
// Everything that stands against it is in the refusal: state of either, an open
// offer, a home that the household has refused before, and what fit finds.
func Make(c casework.Change, offer *eilev1.Offer, fit Fit) error {
	application, unit, err := parties(c, offer)
	if err != nil {
		return err
	}
	against, err := standsAgainst(c, application, unit)
	if err != nil {
		return err
	}
	against = append(against, c.Rules.Tell(fit(application, unit))...)
	what := words.Say("what.make_offer", words.Text("unit", unit.GetReference()), words.Text("application", application.GetReference()))
	if err := against.Refusal(what); err != nil {
		return err
	}
	offer.CreatedAt = timestamppb.New(c.Tx.Now())
	application.OpenOffer, unit.OpenOffer = offer.GetId(), offer.GetId()
	if err := state.Move(c, unit, state.Offer, told.Note(words.Say("note.offered", words.Text("offer", offer.GetId())))); err != nil {
		return err
	}
	if err := move(c, offer, opened); err != nil {
		return err
	}
	if err := c.Tx.PutUnit(unit); err != nil {
		return err
	}
	return state.Settle(c, application)
}

// MakeManual makes an offer outside a run, by decision, which may give a home
// that the rules would not: what an emergency or a court orders.
func MakeManual(c casework.Change, offer *eilev1.Offer, by *eilev1.ByDecision) error {
	household, err := store.Applications.Get(c.Tx, offer.GetApplication())
	if err != nil {
		return err
	}
	act := decision.Of(c, eilev1.DecisionKind_DECISION_KIND_MANUAL_OFFER, household, by, nil)
	act.Subject, act.Reserves, act.About = offer.GetId(), offer.GetApplication(), []string{offer.GetApplication(), offer.GetUnit()}
	decided, err := decision.Record(c, act)
	if err != nil {
		return err
	}
	offer.Decision = decided.GetNumber()
	return Make(c, offer, func(*eilev1.Application, *eilev1.Unit) []*eilev1.Reason { return nil })
}

// standsAgainst lists what the states of a household and a home have against an offer.
func standsAgainst(c casework.Change, application *eilev1.Application, unit *eilev1.Unit) (casework.Reasons, error) {
	household, home := words.Text("application", application.GetReference()), words.Text("unit", unit.GetReference())
	against := notWaiting(c.Rules, application)
	if id := application.GetOpenOffer(); id != "" {
		against.Add(words.Reason("HAS_OPEN_OFFER", household, words.Text("offer", id)))
	}
	if status := unit.GetStatus(); status != eilev1.UnitStatus_UNIT_STATUS_VACANT {
		against.Add(words.Reason("NOT_VACANT", home, words.Term("status", spell.Name(status))))
	}
	if state.GivingUp(unit) {
		against.Add(words.Reason("GIVING_UP.approved", home, words.Text("proposal", unit.GetGivingUp().GetProposal())))
	}
	state.Assess(c.Rules, unit)
	if state.LeaseOver(c.Rules, unit) {
		ends, _ := state.LeaseEnds(unit)
		against.Add(words.Reason("LEASE_ENDED.offer", home, words.Day("ends", ends)))
	}
	if condition := unit.GetCondition().GetState(); condition != eilev1.ConditionState_CONDITION_STATE_FIT {
		against.Add(words.Reason("NOT_FIT.offer", home, words.Term("condition", spell.Name(condition))))
		against = append(against, c.Rules.Tell(unit.GetCondition().GetReasons())...)
	}
	barred, err := store.Barred(c.Tx, application.GetReference(), unit.GetReference())
	if barred != "" {
		against.Add(words.Reason("ALREADY_OFFERED.barred", home, household, words.Text("offer", barred)))
	}
	return against, err
}

// notWaiting brings an application to the day and lists why it does not wait.
func notWaiting(rules casework.Rules, application *eilev1.Application) casework.Reasons {
	state.Evaluate(rules, application)
	var against casework.Reasons
	household, status := words.Text("application", application.GetReference()), words.Term("status", spell.Name(application.GetStatus()))
	switch application.GetStatus() {
	case waiting:
		return nil
	case onHold:
		against.Add(words.Reason("ON_HOLD.application", household, status))
		return append(against, rules.Tell(application.GetProposedDecision().GetReasons())...)
	case suspended:
		against.Add(words.Reason("SUSPENDED.application", household, status))
	case received:
		against.Add(words.Reason("NOT_WAITING.application", household, status))
		return append(against, rules.Tell(application.GetReasons())...)
	default:
		against.Add(words.Reason("NOT_WAITING.application", household, status))
	}
	return against
}
