package tenancy

import (
	"github.com/eile-housing/eile/policy/day"
	"github.com/eile-housing/eile/policy/words"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server/casework"
	"github.com/eile-housing/eile/server/casework/state"
	told "github.com/eile-housing/eile/server/words"
	"github.com/eile-housing/eile/store"
)

// Fail notes that a letting came to nothing: the home is free and the
// household has its former place.
func Fail(c casework.Change, tenancy *eilev1.Tenancy, reason string) error {
	if tenancy.GetHoused() || tenancy.GetEndedOn() != nil {
		return casework.Refuse(words.Say("what.fail_tenancy", words.Text("tenancy", tenancy.GetId())), words.Reason("LETTING_DONE"))
	}
	application, err := store.Applications.Get(c.Tx, tenancy.GetApplication())
	if err != nil {
		return err
	}
	return Release(c, application, reason)
}

// Release gives a reserved application its former place back and frees the home.
func Release(c casework.Change, application *eilev1.Application, why string) error {
	if err := Drop(c, application, why); err != nil {
		return err
	}
	if err := state.Step(application, state.Fail); err != nil {
		return err
	}
	return state.Settle(c, application)
}

// Drop ends the letting that a reserved application waits for, if there is one,
// and frees the home. The caller sets the application's status and writes it.
func Drop(c casework.Change, application *eilev1.Application, why string) error {
	tenancy, err := Pending(c, application)
	if err != nil || tenancy == nil {
		return err
	}
	unit, err := store.Units.Get(c.Tx, tenancy.GetUnit())
	if err != nil {
		return err
	}
	tenancy.EndedOn, tenancy.EndedReason = c.Rules.Today.Proto(), why
	failed := told.Note(words.Say("note.letting_failed", words.Text("tenancy", tenancy.GetId())))
	if err := state.Vacate(c, unit, eilev1.VacancyReason_VACANCY_REASON_LETTING_FAILED, failed, c.Rules.Today); err != nil {
		return err
	}
	c.Tx.Subject(unit.GetReference())
	application.ReservedTenancy = ""
	if err := store.Tenancies.Put(c.Tx, tenancy.GetId(), tenancy); err != nil {
		return err
	}
	return c.Tx.PutUnit(unit)
}

// Pending is the letting that a reserved application waits for; nil: it waits for
// none.
func Pending(c casework.Change, application *eilev1.Application) (*eilev1.Tenancy, error) {
	if application.GetReservedTenancy() == "" {
		return nil, nil
	}
	return store.Tenancies.Get(c.Tx, application.GetReservedTenancy())
}

// End notes that a tenancy ended; the home is vacant.
func End(c casework.Change, tenancy *eilev1.Tenancy, reason string, on day.Day) error {
	what := words.Say("what.end_tenancy", words.Text("tenancy", tenancy.GetId()))
	if !tenancy.GetHoused() || tenancy.GetEndedOn() != nil {
		return casework.Refuse(what, words.Reason("NOT_IN_FORCE.letting"))
	}
	if on > c.Rules.Today {
		return casework.Refuse(what, words.Reason("IN_THE_FUTURE.to_come", words.Day("on", on)))
	}
	unit, err := store.Units.Get(c.Tx, tenancy.GetUnit())
	if err != nil {
		return err
	}
	if since, ok := casework.DayOf(unit.GetStatusSince()); ok && on < since {
		return casework.Refuse(what, words.Reason("BEFORE_LETTING", words.Day("since", since)))
	}
	tenancy.EndedOn, tenancy.EndedReason = on.Proto(), reason
	ended := told.Note(words.Say("note.tenancy_ended", words.Text("tenancy", tenancy.GetId())))
	if err := state.Vacate(c, unit, eilev1.VacancyReason_VACANCY_REASON_TENANCY_ENDED, ended, on); err != nil {
		return err
	}
	c.Tx.Subject(tenancy.GetApplication(), unit.GetReference())
	if err := store.Tenancies.Put(c.Tx, tenancy.GetId(), tenancy); err != nil {
		return err
	}
	return c.Tx.PutUnit(unit)
}
