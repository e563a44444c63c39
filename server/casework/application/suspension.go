package application

import (
	"google.golang.org/genproto/googleapis/type/date"

	"github.com/eile-housing/eile/policy/words"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/proto/spell"
	"github.com/eile-housing/eile/server/casework"
	"github.com/eile-housing/eile/server/casework/decision"
	"github.com/eile-housing/eile/server/casework/offer"
	"github.com/eile-housing/eile/server/casework/state"
	told "github.com/eile-housing/eile/server/words"
)

const (
	onHold    = eilev1.ApplicationStatus_APPLICATION_STATUS_ON_HOLD
	suspended = eilev1.ApplicationStatus_APPLICATION_STATUS_SUSPENDED
	reserved  = eilev1.ApplicationStatus_APPLICATION_STATUS_RESERVED
	rejected  = eilev1.ApplicationStatus_APPLICATION_STATUS_REJECTED
	withdrawn = eilev1.ApplicationStatus_APPLICATION_STATUS_WITHDRAWN
	removed   = eilev1.ApplicationStatus_APPLICATION_STATUS_REMOVED
)

// Suspend takes an application off the list for a time, by decision. What holds
// it before holds it afterwards.
func Suspend(c casework.Change, application *eilev1.Application, from, until *date.Date, by *eilev1.ByDecision) error {
	what := words.Say("what.suspend_application", words.Text("application", application.GetReference()))
	switch status := application.GetStatus(); {
	case state.Ended(status), status == suspended, status == reserved:
		return casework.Refuse(what, words.Reason("WRONG_STATUS", words.Term("status", spell.Name(status))))
	case application.GetPlacedOn() == nil:
		return casework.Refuse(what, words.Reason("NO_PLACE", words.Term("status", spell.Name(status))))
	}
	first, last, wrong := period(c.Rules, from, until)
	if wrong != nil {
		return casework.Refuse(what, wrong)
	}
	// It has effect at once, so that it cannot begin later.
	if start, _ := casework.DayOf(first); start > c.Rules.Today {
		return casework.Refuse(what, words.Reason("BAD_PERIOD.to_come", words.Day("from", start)))
	}
	decided, err := decision.Record(c, decision.Of(c, eilev1.DecisionKind_DECISION_KIND_SUSPEND, application, by, nil))
	if err != nil {
		return err
	}
	if err := offer.Drop(c, application, told.Note(words.Say("note.application_suspended"))); err != nil {
		return err
	}
	if err := state.Step(application, state.Suspend); err != nil {
		return err
	}
	application.ProposedDecision = nil
	application.Suspension = &eilev1.Suspension{Reason: by.GetReason(), From: first, Until: last, Decision: decided.GetId()}
	return state.Settle(c, application)
}

// period checks from and until, and says what is wrong with them; an unset from is
// today.
func period(rules casework.Rules, from, until *date.Date) (first, last *date.Date, wrong *eilev1.Reason) {
	start, given, wrong := casework.GivenDay(from)
	if wrong != nil {
		return nil, nil, words.Reason("BAD_PERIOD.no_day", words.Because("day", wrong))
	}
	if !given {
		start = rules.Today
	}
	end, given, wrong := casework.GivenDay(until)
	switch {
	case wrong != nil:
		return nil, nil, words.Reason("BAD_PERIOD.no_day", words.Because("day", wrong))
	case !given:
		return start.Proto(), nil, nil
	case end < start || end < rules.Today:
		return nil, nil, words.Reason("BAD_PERIOD.over", words.Day("until", end))
	}
	return start.Proto(), end.Proto(), nil
}

// Reinstate returns an application to its former place, by decision: it ends a
// suspension, declines what is proposed, and lets the refusals counted so far
// pass. What eligibility forbids no decision of this kind brings back.
func Reinstate(c casework.Change, application *eilev1.Application, by *eilev1.ByDecision) error {
	what := words.Say("what.reinstate_application", words.Text("application", application.GetReference()))
	from := application.GetStatus()
	switch from {
	case suspended, onHold, rejected, withdrawn, removed:
	default:
		return casework.Refuse(what, words.Reason("WRONG_STATUS", words.Term("status", spell.Name(from))))
	}
	if proposal := application.GetProposedDecision(); proposal != nil {
		if err := decision.Decline(c, proposal); err != nil {
			return err
		}
	}
	if _, err := decision.Record(c, decision.Of(c, eilev1.DecisionKind_DECISION_KIND_REINSTATE, application, by, nil)); err != nil {
		return err
	}
	if from != suspended {
		application.ExcusedRefusals = application.GetCountedRefusals()
	}
	event := state.Reinstate
	if application.GetPlacedOn() == nil {
		event = state.TakeUp
	}
	if err := state.Step(application, event); err != nil {
		return err
	}
	application.ProposedDecision, application.Suspension, application.EndedReason = nil, nil, nil
	if err := state.Settle(c, application); err != nil {
		return err
	}
	// A suspension that ends may leave what was proposed before it.
	if application.GetStatus() == onHold && from != suspended {
		return casework.Refusal{What: what, Reasons: c.Rules.Tell(application.GetProposedDecision().GetReasons())}
	}
	return nil
}
