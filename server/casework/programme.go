package casework

import (
	"fmt"
	"slices"

	"google.golang.org/protobuf/types/known/timestamppb"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/store"
)

// CreateProgramme notes a programme, under a name that is free, with its homes.
// With a reason to give them up, those that nobody proposed yet are proposed
// under the same name, and a second person decides.
func (r Rules) CreateProgramme(tx *store.Tx, programme *eilev1.Programme, units []string, giveUp string) error {
	what := "create programme " + programme.GetName()
	if len(units) == 0 && len(programme.GetPlaces()) == 0 {
		return Refuse(what, "NOTHING_NAMED", "a programme names homes or places")
	}
	programme.CreatedAt, programme.CreatedBy = timestamppb.New(tx.Now()), tx.Actor()
	open, err := r.addHomes(tx, what, programme, units)
	if err != nil {
		return err
	}
	if giveUp != "" {
		if len(open) == 0 {
			return Refuse(what, "NOTHING_TO_PROPOSE", "none of its homes is left to be proposed")
		}
		if err := r.ProposeDecommission(tx, programme.GetName(), open, giveUp); err != nil {
			return err
		}
	}
	return r.putProgramme(tx, programme)
}

// AddToProgramme puts further applications and homes into a programme.
func (r Rules) AddToProgramme(tx *store.Tx, programme *eilev1.Programme, applications, units []string) error {
	what := "add to programme " + programme.GetName()
	if len(applications) == 0 && len(units) == 0 {
		return Refuse(what, "NOTHING_NAMED", "name applications or homes")
	}
	if _, err := r.addHomes(tx, what, programme, units); err != nil {
		return err
	}
	var against reasons
	for _, reference := range applications {
		application, err := store.Applications.Get(tx, reference)
		if err != nil {
			return err
		}
		if ended(application.GetStatus()) {
			against.add("ALREADY_ENDED", fmt.Sprintf("application %s is %s", reference, statusName(application.GetStatus())))
		}
		known, err := belongs(tx, programme, application)
		if err != nil {
			return err
		}
		if known {
			against.add("ALREADY_ADDED", fmt.Sprintf("application %s belongs to it already", reference))
		}
		tx.Subject(reference)
		programme.Members = append(programme.Members, &eilev1.Programme_Member{Application: reference, AddedOn: r.Today.Proto()})
	}
	if err := against.refusal(what); err != nil {
		return err
	}
	return r.putProgramme(tx, programme)
}

// belongs tells whether an application is of the programme already: by name, or
// as the transfer of the household of one of its homes.
func belongs(tx *store.Tx, programme *eilev1.Programme, application *eilev1.Application) (bool, error) {
	if slices.ContainsFunc(programme.GetMembers(), func(m *eilev1.Programme_Member) bool { return m.GetApplication() == application.GetReference() }) {
		return true, nil
	}
	frees := application.GetTransfer().GetUnit()
	if frees == "" || !slices.ContainsFunc(programme.GetHomes(), func(h *eilev1.Programme_Home) bool { return h.GetUnit() == frees }) {
		return false, nil
	}
	transfer, err := TransferOf(tx, frees)
	return transfer == application.GetReference(), err
}

// TransferOf answers the transfer by which the household of a home that is given
// up is rehoused; empty: there is none.
func TransferOf(from store.Source, reference string) (string, error) {
	unit, err := store.Units.Get(from, reference)
	if err != nil || unit.GetGivingUp() == nil {
		return "", err
	}
	record, err := store.Decommissions.Get(from, unit.GetGivingUp().GetProposal())
	return homeOf(record, reference).GetTransfer(), err
}

// addHomes puts homes into a programme and answers those that nobody proposed to
// give up.
func (r Rules) addHomes(tx *store.Tx, what string, programme *eilev1.Programme, units []string) (open []string, err error) {
	var against reasons
	for _, reference := range units {
		unit, err := store.Units.Get(tx, reference)
		if err != nil {
			return nil, err
		}
		if unit.GetStatus() == decommissioned {
			against.add("GIVEN_UP", fmt.Sprintf("unit %s is given up already", reference))
		}
		if slices.ContainsFunc(programme.GetHomes(), func(h *eilev1.Programme_Home) bool { return h.GetUnit() == reference }) {
			against.add("ALREADY_ADDED", fmt.Sprintf("unit %s belongs to it already", reference))
		}
		if !undecided(unit.GetGivingUp().GetState()) {
			open = append(open, reference)
		}
		tx.Subject(reference)
		programme.Homes = append(programme.Homes, &eilev1.Programme_Home{Unit: reference, AddedOn: r.Today.Proto(), Occupied: Occupied(unit)})
	}
	return open, against.refusal(what)
}

// AmendProgramme writes a programme whose case worker or spread was changed.
func (r Rules) AmendProgramme(tx *store.Tx, programme *eilev1.Programme) error {
	return r.putProgramme(tx, programme)
}

func (r Rules) putProgramme(tx *store.Tx, programme *eilev1.Programme) error {
	programme.Etag = tx.ID()
	tx.Subject(programme.GetName())
	return store.Programmes.Put(tx, programme.GetName(), programme)
}
