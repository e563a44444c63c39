package application

import (
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/eile-housing/eile/policy/words"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/proto/spell"
	"github.com/eile-housing/eile/server/casework"
	"github.com/eile-housing/eile/server/casework/decision"
	"github.com/eile-housing/eile/server/casework/offer"
	"github.com/eile-housing/eile/server/casework/state"
	"github.com/eile-housing/eile/server/casework/tenancy"
	told "github.com/eile-housing/eile/server/words"
	"github.com/eile-housing/eile/store"
)

// Register takes a new application: it has no status yet.
func Register(c casework.Change, application *eilev1.Application) error {
	application.Status, application.PlacedOn = 0, nil
	application.ReceivedAt = timestamppb.New(c.Tx.Now())
	application.AccessGeneration = 1
	return state.Settle(c, application)
}

// Withdraw ends an application at the applicant's wish. An open offer and a
// letting that is not done go with it.
func Withdraw(c casework.Change, application *eilev1.Application, reason string) error {
	what := words.Say("what.withdraw_application", words.Text("application", application.GetReference()))
	if state.Ended(application.GetStatus()) {
		return casework.Refuse(what, words.Reason("ALREADY_ENDED", words.Term("status", spell.Name(application.GetStatus()))))
	}
	return end(c, application, state.Withdraw, reason)
}

// Remove ends an application by decision: as REJECTED where it never had a
// place, as REMOVED else. A rejection of one that had a place is refused.
func Remove(c casework.Change, application *eilev1.Application, reject bool, by *eilev1.ByDecision) error {
	what := words.Say("what.remove_application", words.Text("application", application.GetReference()))
	if state.Ended(application.GetStatus()) {
		return casework.Refuse(what, words.Reason("ALREADY_ENDED", words.Term("status", spell.Name(application.GetStatus()))))
	}
	kind, event := eilev1.DecisionKind_DECISION_KIND_REMOVE, state.Remove
	placed, ok := casework.DayOf(application.GetPlacedOn())
	switch {
	case !ok:
		kind, event = eilev1.DecisionKind_DECISION_KIND_REJECT, state.Reject
	case reject:
		return casework.Refuse(what, words.Reason("HAD_PLACE", words.Day("placed", placed)))
	}
	if _, err := decision.Record(c, decision.Of(c, kind, application, by, application.GetProposedDecision())); err != nil {
		return err
	}
	return end(c, application, event, by.GetReason())
}

// end leaves nothing behind that waits for the application.
func end(c casework.Change, application *eilev1.Application, event, reason string) error {
	if err := state.Step(application, event); err != nil {
		return err
	}
	to := spell.Name(application.GetStatus())
	why := told.Note(words.Say("note.application_ended", words.Text("status", to)))
	if err := offer.Drop(c, application, why); err != nil {
		return err
	}
	if err := tenancy.Drop(c, application, why); err != nil {
		return err
	}
	application.ProposedDecision, application.Suspension = nil, nil
	application.EndedReason = &eilev1.Reason{Code: to, Detail: reason}
	return state.Settle(c, application)
}

// Erase deletes the personal data of an application that has ended, also from what
// the audit keeps of it: Register.Forget does the rest.
func Erase(c casework.Change, application *eilev1.Application) error {
	if !state.Ended(application.GetStatus()) {
		return casework.Refuse(words.Say("what.erase_person", words.Text("application", application.GetReference())),
			words.Reason("NOT_ENDED", words.Term("status", spell.Name(application.GetStatus()))))
	}
	if err := c.Tx.Forget(application.GetReference()); err != nil {
		return err
	}
	for _, member := range application.GetHousehold().GetMembers() {
		member.BirthDate, member.Attributes = nil, nil
	}
	if err := decision.Lapse(c, application.GetReference()); err != nil {
		return err
	}
	// The digest of the imported row covers personal data.
	application.ImportDigest = nil
	if err := store.Persons.Delete(c.Tx, application.GetReference()); err != nil {
		return err
	}
	c.Tx.Subject(application.GetReference())
	return store.Applications.Put(c.Tx, application.GetReference(), application)
}
