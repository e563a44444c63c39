package home

import (
	"slices"

	"github.com/eile-housing/eile/policy/words"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/proto/spell"
	"github.com/eile-housing/eile/server/casework"
	"github.com/eile-housing/eile/server/casework/offer"
	"github.com/eile-housing/eile/server/casework/state"
	told "github.com/eile-housing/eile/server/words"
	"github.com/eile-housing/eile/store"
)

// Amend writes a home whose facts were corrected. A person may call a home
// vacant, let or under repair, unless an offer or a letting is under way. An
// open offer was made on the facts before: it is withdrawn when they now speak
// against the home for the household, and does not count.
func Amend(c casework.Change, unit *eilev1.Unit, before eilev1.UnitStatus) error {
	stored, err := store.Units.Get(c.Tx, unit.GetReference())
	if err != nil {
		return err
	}
	if unit.GetStatus() != before {
		if err := call(c, unit, stored); err != nil {
			return err
		}
	}
	if unit.GetOpenOffer() == "" {
		return Settle(c, unit)
	}
	open, err := store.Offers.Get(c.Tx, unit.GetOpenOffer())
	if err != nil {
		return err
	}
	application, err := store.Applications.Get(c.Tx, open.GetApplication())
	if err != nil {
		return err
	}
	if why := spoiled(c.Rules, application, stored, unit); why != nil {
		return offer.TakeBack(c, unit, open, application, takenBack(c.Rules, "taken_back.corrected", why))
	}
	return Settle(c, unit)
}

// call lets a person say where a home stands.
func call(c casework.Change, unit, stored *eilev1.Unit) error {
	what := words.Say("what.amend_unit", words.Text("unit", unit.GetReference()))
	from, to := stored.GetStatus(), unit.GetStatus()
	switch {
	case !state.Callable(from):
		return casework.Refuse(what, words.Reason("WRONG_STATUS.end_first", words.Term("status", spell.Name(from))))
	case !state.Callable(to):
		return casework.Refuse(what, words.Reason("WRONG_STATUS.by_hand", words.Term("status", spell.Name(to))))
	case unit.GetTenancy() != "":
		return casework.Refuse(what, words.Reason("HAS_TENANCY", words.Text("tenancy", unit.GetTenancy())))
	}
	if err := state.Call(unit, from, to); err != nil {
		return err
	}
	unit.StatusSince = c.Rules.Today.Proto()
	if unit.GetStatusReason() == stored.GetStatusReason() {
		unit.StatusReason = told.Note(words.Say("note.amended", words.Text("actor", c.Tx.Actor())))
	}
	amendVacancy(c.Rules, unit, stored)
	c.Tx.Status(spell.Name(from), spell.Name(to))
	return nil
}

// amendVacancy follows a status that a person set.
func amendVacancy(rules casework.Rules, unit, before *eilev1.Unit) {
	switch {
	case unit.GetStatus() == let:
		unit.Vacancy = nil
	case unit.GetStatus() != vacant || before.GetStatus() == vacant:
	case before.GetStatus() == let:
		unit.Vacancy = &eilev1.Vacancy{
			Reason: eilev1.VacancyReason_VACANCY_REASON_TENANCY_ENDED, Detail: unit.GetStatusReason(),
			Since: rules.Today.Proto(), EmptySince: rules.Today.Proto(),
		}
	default:
		empty := before.GetStatusSince()
		if former := before.GetVacancy(); former != nil {
			empty = former.GetEmptySince()
		}
		unit.Vacancy = &eilev1.Vacancy{
			Reason: eilev1.VacancyReason_VACANCY_REASON_REPAIRED, Detail: unit.GetStatusReason(),
			Since: rules.Today.Proto(), EmptySince: empty,
		}
	}
}

// spoiled is the first reason why a home no longer suits that was not there
// before: an offer may have been made in spite of others, by decision or since
// the home was released.
func spoiled(rules casework.Rules, application *eilev1.Application, before, after *eilev1.Unit) *eilev1.Reason {
	_, known := rules.Evaluator.Suitable(application, before, rules.Today)
	_, found := rules.Evaluator.Suitable(application, after, rules.Today)
	for _, reason := range found {
		if !slices.ContainsFunc(known, func(other *eilev1.Reason) bool { return other.GetCode() == reason.GetCode() }) {
			return reason
		}
	}
	return nil
}
