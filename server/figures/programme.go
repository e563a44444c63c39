package figures

import (
	"cmp"
	"time"

	"google.golang.org/genproto/googleapis/type/date"

	"github.com/eile-housing/eile/policy/day"
	"github.com/eile-housing/eile/policy/words"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/proto/spell"
	"github.com/eile-housing/eile/server/casework/home"
	"github.com/eile-housing/eile/server/casework/state"
	"github.com/eile-housing/eile/store"
	"github.com/eile-housing/eile/store/living"
)

// Programme fills in the households of a programme as they stand, and what
// follows from them: how many are rehoused, where, since when, and how many are
// left. Nothing of it is stored: it is read from the applications and homes. Days
// begin in zone.
func Programme(v *store.View, list *living.List, zone *time.Location, programme *eilev1.Programme) error {
	s := standing{v, list, zone}
	byHome := map[string]bool{}
	for _, member := range programme.GetMembers() {
		household := &eilev1.Programme_Household{Application: member.GetApplication(), Since: member.GetAddedOn()}
		if err := s.byApplication(household); err != nil {
			return err
		}
		byHome[household.GetUnit()] = true
		programme.Households = append(programme.Households, household)
	}
	for _, home := range programme.GetHomes() {
		if byHome[home.GetUnit()] {
			continue
		}
		household, err := s.byHome(home)
		if err != nil {
			return err
		}
		if household != nil {
			programme.Households = append(programme.Households, household)
		}
	}
	sum(programme)
	return nil
}

// standing reads where households stand.
type standing struct {
	view *store.View
	list *living.List
	zone *time.Location
}

// byHome is the household of a home; nil: nobody lived there. Its transfer, once
// there is one, says where it stands.
func (s standing) byHome(named *eilev1.Programme_Home) (*eilev1.Programme_Household, error) {
	transfer, err := home.TransferOf(s.view, named.GetUnit())
	if err != nil {
		return nil, err
	}
	if transfer == "" && !named.GetOccupied() {
		return nil, nil
	}
	unit, err := store.Units.Get(s.view, named.GetUnit())
	if err != nil {
		return nil, err
	}
	household := &eilev1.Programme_Household{Unit: named.GetUnit(), Application: transfer, Since: named.GetAddedOn(), State: householdLeft}
	if transfer != "" {
		if err := s.byApplication(household); err != nil {
			return nil, err
		}
		if household.GetState() != householdGone || !state.Occupied(unit) {
			return household, nil
		}
		// The application ended and the household still lives there.
		household.State, household.Until = householdLeft, nil
	}
	if !state.Occupied(unit) {
		household.State, household.Until = householdGone, unit.GetVacancy().GetEmptySince()
		return household, nil
	}
	household.Next, err = nextStep(s.view, unit)
	return household, err
}

// nextStep says what must be done before the household of a home has a transfer.
func nextStep(v *store.View, unit *eilev1.Unit) (*eilev1.Reason, error) {
	switch unit.GetGivingUp().GetState() {
	case eilev1.GivingUpState_GIVING_UP_STATE_PROPOSED:
		return words.Then(words.Reason("PROPOSED.home"), words.Next("APPROVE_IN_PRINCIPLE", words.Text("unit", unit.GetReference()))), nil
	case eilev1.GivingUpState_GIVING_UP_STATE_IN_PRINCIPLE:
		record, err := store.Decommissions.Get(v, unit.GetGivingUp().GetProposal())
		for _, home := range record.GetHomes() {
			if home.GetUnit() == unit.GetReference() && home.GetObstacle() != nil {
				return home.GetObstacle(), err
			}
		}
		return words.Then(words.Reason("NO_TRANSFER.home"), words.Next("APPROVE_IN_PRINCIPLE", words.Text("unit", unit.GetReference()))), err
	default:
	}
	return words.Then(words.Reason("NOT_PROPOSED.home"), words.Next("PROPOSE_GIVING_UP", words.Text("unit", unit.GetReference()))), nil
}

// byApplication fills in where the application of a household stands.
func (s standing) byApplication(household *eilev1.Programme_Household) error {
	application, err := store.Applications.Get(s.view, household.GetApplication())
	if err != nil {
		return err
	}
	Place(s.list, application)
	household.Status, household.Position, household.State = application.GetStatus(), application.GetPosition(), householdLeft
	household.Unit = cmp.Or(household.GetUnit(), application.GetTransfer().GetUnit())
	switch application.GetStatus() {
	case eilev1.ApplicationStatus_APPLICATION_STATUS_HOUSED:
		household.State, household.Until = householdRehoused, application.GetHousedOn()
		return intoHome(s.view, household)
	case eilev1.ApplicationStatus_APPLICATION_STATUS_REJECTED, eilev1.ApplicationStatus_APPLICATION_STATUS_WITHDRAWN, eilev1.ApplicationStatus_APPLICATION_STATUS_REMOVED:
		household.State = householdGone
		household.Until, err = s.endedOn(application)
		return err
	case eilev1.ApplicationStatus_APPLICATION_STATUS_WAITING, eilev1.ApplicationStatus_APPLICATION_STATUS_RESERVED:
		return nil
	default:
	}
	household.Next = words.Reason(spell.Name(application.GetStatus())+".household", words.Behind("why", application.GetReasons())...)
	return nil
}

// intoHome fills in the home that a household got.
func intoHome(v *store.View, household *eilev1.Programme_Household) error {
	reference, err := housedIn(v, household.GetApplication())
	if err != nil || reference == "" {
		return err
	}
	unit, err := store.Units.Get(v, reference)
	household.RehousedIn, household.District = reference, unit.GetDistrict()
	return err
}

// endedOn reads from the history on which day an application ended.
func (s standing) endedOn(application *eilev1.Application) (on *date.Date, err error) {
	for entry, err := range s.view.History(application.GetReference()) {
		if err != nil {
			return nil, err
		}
		if entry.GetStatusTo() == spell.Name(application.GetStatus()) {
			on = day.Of(entry.GetAt().AsTime(), s.zone).Proto()
		}
	}
	return on, nil
}
