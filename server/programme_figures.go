package server

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"google.golang.org/genproto/googleapis/type/date"

	"github.com/eile-housing/eile/policy/day"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server/casework/home"
	"github.com/eile-housing/eile/server/casework/state"
	"github.com/eile-housing/eile/store"
)

const (
	householdLeft     = eilev1.RehousingState_REHOUSING_STATE_LEFT
	householdRehoused = eilev1.RehousingState_REHOUSING_STATE_REHOUSED
	householdGone     = eilev1.RehousingState_REHOUSING_STATE_GONE
)

// figures fills in the households of a programme as they stand, and what follows
// from them: how many are rehoused, where, since when, and how many are left.
// Nothing of it is stored: it is read from the applications and homes.
func (s *Server) figures(v *store.View, programme *eilev1.Programme) error {
	byHome := map[string]bool{}
	for _, member := range programme.GetMembers() {
		household := &eilev1.Programme_Household{Application: member.GetApplication(), Since: member.GetAddedOn()}
		if err := s.byApplication(v, household); err != nil {
			return err
		}
		byHome[household.GetUnit()] = true
		programme.Households = append(programme.Households, household)
	}
	for _, home := range programme.GetHomes() {
		if byHome[home.GetUnit()] {
			continue
		}
		household, err := s.byHome(v, home)
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

// byHome is the household of a home; nil: nobody lived there. Its transfer, once
// there is one, says where it stands.
func (s *Server) byHome(v *store.View, named *eilev1.Programme_Home) (*eilev1.Programme_Household, error) {
	transfer, err := home.TransferOf(v, named.GetUnit())
	if err != nil {
		return nil, err
	}
	if transfer == "" && !named.GetOccupied() {
		return nil, nil
	}
	unit, err := store.Units.Get(v, named.GetUnit())
	if err != nil {
		return nil, err
	}
	household := &eilev1.Programme_Household{Unit: named.GetUnit(), Application: transfer, Since: named.GetAddedOn(), State: householdLeft}
	if transfer != "" {
		if err := s.byApplication(v, household); err != nil {
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
	household.Next, err = nextStep(v, unit)
	return household, err
}

// nextStep says what must be done before the household of a home has a transfer.
func nextStep(v *store.View, unit *eilev1.Unit) (*eilev1.Reason, error) {
	reference := unit.GetReference()
	switch unit.GetGivingUp().GetState() {
	case eilev1.GivingUpState_GIVING_UP_STATE_PROPOSED:
		return &eilev1.Reason{Code: "PROPOSED", Detail: "a second person decides: eile decommission approve " + reference + " --in-principle"}, nil
	case eilev1.GivingUpState_GIVING_UP_STATE_IN_PRINCIPLE:
		record, err := store.Decommissions.Get(v, unit.GetGivingUp().GetProposal())
		for _, home := range record.GetHomes() {
			if home.GetUnit() == reference && home.GetObstacle() != nil {
				return home.GetObstacle(), err
			}
		}
		return &eilev1.Reason{Code: "NO_TRANSFER", Detail: "its transfer is not there or has ended: eile decommission approve " + reference + " --in-principle makes another"}, err
	}
	return &eilev1.Reason{Code: "NOT_PROPOSED", Detail: "nobody proposed to give the home up: eile decommission propose " + reference + " --reason TEXT"}, nil
}

// byApplication fills in where the application of a household stands.
func (s *Server) byApplication(v *store.View, household *eilev1.Programme_Household) error {
	application, err := store.Applications.Get(v, household.GetApplication())
	if err != nil {
		return err
	}
	s.place(application)
	household.Status, household.Position, household.State = application.GetStatus(), application.GetPosition(), householdLeft
	household.Unit = cmp.Or(household.GetUnit(), application.GetTransfer().GetUnit())
	switch application.GetStatus() {
	case eilev1.ApplicationStatus_APPLICATION_STATUS_HOUSED:
		household.State, household.Until = householdRehoused, application.GetHousedOn()
		return intoHome(v, household)
	case eilev1.ApplicationStatus_APPLICATION_STATUS_REJECTED, eilev1.ApplicationStatus_APPLICATION_STATUS_WITHDRAWN, eilev1.ApplicationStatus_APPLICATION_STATUS_REMOVED:
		household.State = householdGone
		household.Until, err = s.endedOn(v, application)
		return err
	case eilev1.ApplicationStatus_APPLICATION_STATUS_WAITING, eilev1.ApplicationStatus_APPLICATION_STATUS_RESERVED:
		return nil
	}
	details := []string{}
	for _, reason := range application.GetReasons() {
		details = append(details, reason.GetDetail())
	}
	household.Next = &eilev1.Reason{Code: statusText(application.GetStatus()), Detail: strings.Join(details, "; ")}
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
func (s *Server) endedOn(v *store.View, application *eilev1.Application) (*date.Date, error) {
	in, err := s.inForce()
	if err != nil {
		return nil, err
	}
	var on *date.Date
	for entry, err := range v.History(application.GetReference()) {
		if err != nil {
			return nil, err
		}
		if entry.GetStatusTo() == statusText(application.GetStatus()) {
			on = day.Of(entry.GetAt().AsTime(), in.policy.Location()).Proto()
		}
	}
	return on, nil
}

// sum counts the households of a programme: in all, by district and by day.
func sum(programme *eilev1.Programme) {
	districts := map[string]int32{}
	days := map[day.Day]bool{}
	for _, household := range programme.GetHouseholds() {
		programme.Total++
		switch household.GetState() {
		case householdRehoused:
			programme.Rehoused++
			districts[household.GetDistrict()]++
		case householdGone:
			programme.Gone++
		default:
			programme.Left++
		}
		since, until := stay(household)
		days[since] = true
		if until != 0 {
			days[until] = true
		}
	}
	for _, district := range slices.Sorted(maps.Keys(districts)) {
		programme.Districts = append(programme.Districts, &eilev1.Programme_DistrictCount{District: district, Rehoused: districts[district]})
	}
	slices.SortStableFunc(programme.Districts, func(a, b *eilev1.Programme_DistrictCount) int { return int(b.GetRehoused() - a.GetRehoused()) })
	for _, on := range slices.Sorted(maps.Keys(days)) {
		programme.Figures = append(programme.Figures, figureOf(programme.GetHouseholds(), on))
	}
	programme.Warnings = spreadWarnings(programme)
}

// stay is since and until when a household belonged to the programme; until is 0
// while it is left. One that was rehoused before it was added counts from then.
func stay(household *eilev1.Programme_Household) (since, until day.Day) {
	since, _, _ = day.FromProto(household.GetSince())
	if household.GetState() == householdLeft {
		return since, 0
	}
	until, _, _ = day.FromProto(household.GetUntil())
	return since, max(since, until)
}

// figureOf counts at the end of a day.
func figureOf(households []*eilev1.Programme_Household, on day.Day) *eilev1.Programme_Figure {
	figure := &eilev1.Programme_Figure{On: on.Proto()}
	for _, household := range households {
		since, until := stay(household)
		if since > on {
			continue
		}
		figure.Total++
		switch {
		case until == 0 || until > on:
			figure.Left++
		case household.GetState() == householdRehoused:
			figure.Rehoused++
		default:
			figure.Gone++
		}
	}
	return figure
}

// spreadWarnings tell where more households went to one district than its share:
// spread over N districts, no more than one in N goes to each.
func spreadWarnings(programme *eilev1.Programme) []*eilev1.Reason {
	agreed := programme.GetSpreadDistricts()
	if agreed == 0 {
		return nil
	}
	share := (programme.GetTotal() + agreed - 1) / agreed
	var warnings []*eilev1.Reason
	for _, count := range programme.GetDistricts() {
		if count.GetRehoused() > share {
			warnings = append(warnings, &eilev1.Reason{
				Code:     "SPREAD_EXCEEDED",
				Detail:   fmt.Sprintf("%d of %d households were rehoused in district %s: spread over %d districts, %d are its share", count.GetRehoused(), programme.GetTotal(), cmp.Or(count.GetDistrict(), "unknown"), agreed, share),
				DetailLt: fmt.Sprintf("rajone %s apgyvendinta šeimų: %d iš %d; paskirsčius %d rajonams, jam tenka %d", cmp.Or(count.GetDistrict(), "(nenurodyta)"), count.GetRehoused(), programme.GetTotal(), agreed, share),
			})
		}
	}
	return warnings
}
