package state

import (
	"google.golang.org/protobuf/types/known/timestamppb"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/proto/spell"
	"github.com/eile-housing/eile/server/casework"
	"github.com/eile-housing/eile/store"
)

// Settle evaluates an application and writes it with its placement. The audit
// entry tells the change of status since it was last written.
func Settle(c casework.Change, application *eilev1.Application) error {
	before, _, err := store.Applications.Find(c.Tx, application.GetReference())
	if err != nil {
		return err
	}
	place, err := evaluate(c.Rules, application)
	if err != nil {
		return err
	}
	c.Tx.Subject(application.GetReference())
	if from, to := before.GetStatus(), application.GetStatus(); from != to {
		c.Tx.Status(statusName(from), spell.Name(to))
	}
	if proposal := application.GetProposedDecision(); proposal != nil && proposal.GetProposedAt() == nil {
		proposal.ProposedAt = timestamppb.New(c.Tx.Now())
	}
	if err := store.Applications.Put(c.Tx, application.GetReference(), application); err != nil {
		return err
	}
	return c.Tx.Place(place)
}

// statusName is empty for an application that is not registered yet.
func statusName(status eilev1.ApplicationStatus) string {
	if status == 0 {
		return ""
	}
	return spell.Name(status)
}

// Recheck evaluates a stored application again, where the day makes it
// necessary, and tells whether it did.
func Recheck(c casework.Change, reference string) (bool, error) {
	application, err := store.Applications.Get(c.Tx, reference)
	if err != nil || !due(c.Rules, application) {
		return false, err
	}
	return true, Settle(c, application)
}

// due tells whether the day can have changed what the rules say: a date that
// they read has come, or a suspension is over.
func due(rules casework.Rules, application *eilev1.Application) bool {
	if Ended(application.GetStatus()) {
		return false
	}
	if until, ok := suspendedUntil(application); ok && int32(rules.Today) > until {
		return true
	}
	next, ok := casework.DayOf(application.GetNextDue())
	return ok && next <= rules.Today
}
