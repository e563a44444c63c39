package home

import (
	"slices"

	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/eile-housing/eile/policy/words"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/proto/spell"
	"github.com/eile-housing/eile/server/casework"
	"github.com/eile-housing/eile/server/casework/state"
	"github.com/eile-housing/eile/store"
)

// CreateProgramme notes a programme, under a name that is free, with its homes.
// With a reason to give them up, those that nobody proposed yet are proposed
// under the same name, and a second person decides.
func CreateProgramme(c casework.Change, programme *eilev1.Programme, units []string, giveUp string) error {
	what := words.Say("what.create_programme", words.Text("programme", programme.GetName()))
	if len(units) == 0 && len(programme.GetPlaces()) == 0 {
		return casework.Refuse(what, words.Reason("NOTHING_NAMED.new"))
	}
	programme.CreatedAt, programme.CreatedBy = timestamppb.New(c.Tx.Now()), c.Tx.Actor()
	open, err := addHomes(c, what, programme, units)
	if err != nil {
		return err
	}
	if giveUp != "" {
		if len(open) == 0 {
			return casework.Refuse(what, words.Reason("NOTHING_TO_PROPOSE"))
		}
		if err := ProposeGivingUp(c, programme.GetName(), open, giveUp); err != nil {
			return err
		}
	}
	return putProgramme(c, programme)
}

// AddToProgramme puts further applications and homes into a programme.
func AddToProgramme(c casework.Change, programme *eilev1.Programme, applications, units []string) error {
	what := words.Say("what.add_to_programme", words.Text("programme", programme.GetName()))
	if len(applications) == 0 && len(units) == 0 {
		return casework.Refuse(what, words.Reason("NOTHING_NAMED.more"))
	}
	if _, err := addHomes(c, what, programme, units); err != nil {
		return err
	}
	var against casework.Reasons
	for _, reference := range applications {
		application, err := store.Applications.Get(c.Tx, reference)
		if err != nil {
			return err
		}
		if state.Ended(application.GetStatus()) {
			against.Add(words.Reason("ALREADY_ENDED.member", words.Text("application", reference), words.Term("status", spell.Name(application.GetStatus()))))
		}
		known, err := belongs(c, programme, application)
		if err != nil {
			return err
		}
		if known {
			against.Add(words.Reason("ALREADY_ADDED.application", words.Text("application", reference)))
		}
		c.Tx.Subject(reference)
		programme.Members = append(programme.Members, &eilev1.Programme_Member{Application: reference, AddedOn: c.Rules.Today.Proto()})
	}
	if err := against.Refusal(what); err != nil {
		return err
	}
	return putProgramme(c, programme)
}

// belongs tells whether an application is of the programme already: by name, or
// as the transfer of the household of one of its homes.
func belongs(c casework.Change, programme *eilev1.Programme, application *eilev1.Application) (bool, error) {
	if slices.ContainsFunc(programme.GetMembers(), func(m *eilev1.Programme_Member) bool { return m.GetApplication() == application.GetReference() }) {
		return true, nil
	}
	frees := application.GetTransfer().GetUnit()
	if frees == "" || !slices.ContainsFunc(programme.GetHomes(), func(h *eilev1.Programme_Home) bool { return h.GetUnit() == frees }) {
		return false, nil
	}
	transfer, err := TransferOf(c.Tx, frees)
	return transfer == application.GetReference(), err
}

// addHomes puts homes into a programme and answers those that nobody proposed to
// give up.
func addHomes(c casework.Change, what words.Phrase, programme *eilev1.Programme, units []string) (open []string, err error) {
	var against casework.Reasons
	for _, reference := range units {
		unit, err := store.Units.Get(c.Tx, reference)
		if err != nil {
			return nil, err
		}
		if unit.GetStatus() == decommissioned {
			against.Add(words.Reason("GIVEN_UP", words.Text("unit", reference)))
		}
		if slices.ContainsFunc(programme.GetHomes(), func(h *eilev1.Programme_Home) bool { return h.GetUnit() == reference }) {
			against.Add(words.Reason("ALREADY_ADDED.unit", words.Text("unit", reference)))
		}
		if !state.Undecided(unit.GetGivingUp().GetState()) {
			open = append(open, reference)
		}
		c.Tx.Subject(reference)
		programme.Homes = append(programme.Homes, &eilev1.Programme_Home{Unit: reference, AddedOn: c.Rules.Today.Proto(), Occupied: state.Occupied(unit)})
	}
	return open, against.Refusal(what)
}

// AmendProgramme writes a programme whose case worker or spread was changed.
func AmendProgramme(c casework.Change, programme *eilev1.Programme) error {
	return putProgramme(c, programme)
}

func putProgramme(c casework.Change, programme *eilev1.Programme) error {
	c.Tx.Subject(programme.GetName())
	return store.Programmes.Put(c.Tx, programme.GetName(), programme)
}
