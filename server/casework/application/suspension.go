package application

import (
	"fmt"

	"google.golang.org/genproto/googleapis/type/date"

	"github.com/eile-housing/eile/policy/day"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server/casework"
	"github.com/eile-housing/eile/server/casework/decision"
	"github.com/eile-housing/eile/server/casework/offer"
	"github.com/eile-housing/eile/server/casework/state"
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
	what := "suspend application " + application.GetReference()
	switch status := application.GetStatus(); {
	case state.Ended(status), status == suspended, status == reserved:
		return casework.Refuse(what, "WRONG_STATUS", "it is "+casework.Name(status))
	case application.GetPlacedOn() == nil:
		return casework.Refuse(what, "NO_PLACE", fmt.Sprintf("it is %s and has no place on the list yet", casework.Name(status)))
	}
	first, last, err := period(c.Rules, from, until)
	if err != nil {
		return casework.Refuse(what, "BAD_PERIOD", err.Error())
	}
	// It has effect at once, so that it cannot begin later.
	if start, _ := casework.DayOf(first); start > c.Rules.Today {
		return casework.Refuse(what, "BAD_PERIOD", fmt.Sprintf("it would begin on %s, which is to come: suspend then", start))
	}
	decided, err := decision.Record(c, eilev1.DecisionKind_DECISION_KIND_SUSPEND, application.GetReference(), by, nil)
	if err != nil {
		return err
	}
	if err := offer.Drop(c, application, "the application was suspended"); err != nil {
		return err
	}
	if err := state.Step(application, state.Suspend); err != nil {
		return err
	}
	application.ProposedDecision = nil
	application.Suspension = &eilev1.Suspension{Reason: by.GetReason(), From: first, Until: last, Decision: decided.GetId()}
	return state.Settle(c, application)
}

// period checks from and until; an unset from is today.
func period(rules casework.Rules, from, until *date.Date) (first, last *date.Date, err error) {
	start := rules.Today
	if on, ok, err := day.FromProto(from); err != nil {
		return nil, nil, err
	} else if ok {
		start = on
	}
	end, ok, err := day.FromProto(until)
	if err != nil {
		return nil, nil, err
	}
	if !ok {
		return start.Proto(), nil, nil
	}
	if end < start || end < rules.Today {
		return nil, nil, fmt.Errorf("it would end on %s, which is over", end)
	}
	return start.Proto(), end.Proto(), nil
}

// Reinstate returns an application to its former place, by decision: it ends a
// suspension, declines what is proposed, and lets the refusals counted so far
// pass. What eligibility forbids no decision of this kind brings back.
func Reinstate(c casework.Change, application *eilev1.Application, by *eilev1.ByDecision) error {
	what := "reinstate application " + application.GetReference()
	from := application.GetStatus()
	switch from {
	case suspended, onHold, rejected, withdrawn, removed:
	default:
		return casework.Refuse(what, "WRONG_STATUS", "it is "+casework.Name(from))
	}
	if proposal := application.GetProposedDecision(); proposal != nil {
		if err := decision.Decline(c, proposal); err != nil {
			return err
		}
	}
	if _, err := decision.Record(c, eilev1.DecisionKind_DECISION_KIND_REINSTATE, application.GetReference(), by, nil); err != nil {
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
		return casework.Refusal{What: what, Reasons: application.GetProposedDecision().GetReasons()}
	}
	return nil
}
