package figures_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/eile-housing/eile/internal/eiletest"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/proto/spell"
	"github.com/eile-housing/eile/server/casework"
	"github.com/eile-housing/eile/server/casework/application"
	"github.com/eile-housing/eile/server/casework/home"
	"github.com/eile-housing/eile/server/figures"
	"github.com/eile-housing/eile/store"
)

// let gives three homes to three households; then the homes are found worn.
func let(t *testing.T) *eiletest.World {
	t.Helper()
	w := eiletest.New(t, plain)
	for i := range 3 {
		w.Household(fmt.Sprintf("A-%d", i), "points=5")
		w.Home(fmt.Sprintf("U-%d", i), "district=old")
		w.Accept(w.MustOffer(fmt.Sprintf("A-%d", i), fmt.Sprintf("U-%d", i)))
	}
	for i := range 3 {
		w.Mend(fmt.Sprintf("U-%d", i), "worn=90")
	}
	w.Today += 10
	return w
}

// giveUp proposes to give homes up, and another approves it in principle.
func giveUp(w *eiletest.World, id string, homes ...string) {
	w.Helper()
	w.Must("decommission.propose", func(c casework.Change) error { return home.ProposeGivingUp(c, id, homes, "worn") })
	w.Actor = "second"
	eiletest.MustOn(w, "decommission.approve", store.Decommissions, id, func(c casework.Change, record *eilev1.Decommission) error {
		return home.ApproveGivingUp(c, record, "", true, eiletest.By("1"))
	})
	w.Actor = "tester"
	for _, unit := range homes {
		w.Must("decommission.transfer", func(c casework.Change) error { return home.SettleTransfer(c, id, unit) })
	}
	w.Must("decommission.settle", func(c casework.Change) error { return home.TransfersSettled(c, id) })
}

func decommission(w *eiletest.World, id string) *eilev1.Decommission {
	w.Helper()
	record := eiletest.Read(w, store.Decommissions, id)
	w.View(func(v *store.View) error { return figures.Decommission(v, w.Register.List(), record) })
	return record
}

func programme(w *eiletest.World, name string) *eilev1.Programme {
	w.Helper()
	record := eiletest.Read(w, store.Programmes, name)
	w.View(func(v *store.View) error { return figures.Programme(v, w.Register.List(), time.UTC, record) })
	return record
}

// A proposal is as far as the home that is least far, and its households are
// followed to where they go.
func TestHowFarAProposalHasCome(t *testing.T) {
	t.Parallel()
	w := let(t)
	giveUp(w, "estate", "U-0", "U-1")
	record := decommission(w, "estate")
	if record.GetState() != eilev1.GivingUpState_GIVING_UP_STATE_IN_PRINCIPLE || record.GetOccupied() != 2 || record.GetLeft() != 2 || record.GetRehoused() != 0 {
		t.Errorf("%v", record)
	}
	transfer := record.GetHomes()[0].GetTransfer()
	if position, ok := w.Register.List().Position(transfer); !ok || record.GetHomes()[0].GetPosition() != int32(position.Ahead)+1 {
		t.Errorf("%v", record.GetHomes()[0])
	}
	w.Home("V-1", "district=new")
	w.Today++
	w.Accept(w.MustOffer(transfer, "V-1"))
	record = decommission(w, "estate")
	moved := record.GetHomes()[0]
	if moved.GetRehousedIn() != "V-1" || moved.GetTransferStatus() != eilev1.ApplicationStatus_APPLICATION_STATUS_HOUSED || record.GetRehoused() != 1 || !proto.Equal(moved.GetRehousedOn(), w.Today.Proto()) {
		t.Errorf("%v", record)
	}
}

// A programme counts its households from the day on which each was added.
func TestTheFiguresOfAProgramme(t *testing.T) {
	t.Parallel()
	w := let(t)
	w.Household("B-1", "points=1")
	w.Household("B-2", "points=2")
	w.Must("programme.create", func(c casework.Change) error {
		wanted := &eilev1.Programme{Name: "slums", Places: []string{"old"}, SpreadDistricts: 2}
		return home.CreateProgramme(c, wanted, []string{"U-0"}, "worn")
	})
	w.Today++
	eiletest.MustOn(w, "programme.add", store.Programmes, "slums", func(c casework.Change, stored *eilev1.Programme) error {
		return home.AddToProgramme(c, stored, []string{"B-1", "B-2"}, []string{"U-1"})
	})
	w.Home("V-1", "district=new")
	w.Home("V-2", "district=new")
	w.Today++
	w.Accept(w.MustOffer("B-1", "V-1"))
	eiletest.MustOn(w, "application.withdraw", store.Applications, "B-2", func(c casework.Change, stored *eilev1.Application) error {
		return application.Withdraw(c, stored, "moved away")
	})
	got := programme(w, "slums")
	if got.GetTotal() != 4 || got.GetLeft() != 2 || got.GetRehoused() != 1 || got.GetGone() != 1 || len(got.GetWarnings()) != 0 {
		t.Errorf("%v", got)
	}
	var lines []string
	for _, figure := range got.GetFigures() {
		lines = append(lines, fmt.Sprintf("%d: %d = %d left, %d rehoused, %d gone", figure.GetOn().GetDay(), figure.GetTotal(), figure.GetLeft(), figure.GetRehoused(), figure.GetGone()))
	}
	if want := []string{"12: 1 = 1 left, 0 rehoused, 0 gone", "13: 4 = 4 left, 0 rehoused, 0 gone", "14: 4 = 2 left, 1 rehoused, 1 gone"}; !slices.Equal(lines, want) {
		t.Errorf("%q, want %q", lines, want)
	}
	var next []string
	for _, household := range got.GetHouseholds() {
		next = append(next, household.GetUnit()+household.GetApplication()+" "+household.GetNext().GetCode())
	}
	if want := []string{"B-1 ", "B-2 ", "U-0 PROPOSED", "U-1 NOT_PROPOSED"}; !slices.Equal(next, want) {
		t.Errorf("%q, want %q", next, want)
	}
	// A second household in the same district of two is more than its share of four.
	w.Household("B-3", "points=1")
	w.Household("B-4", "points=1")
	w.Home("V-3", "district=new")
	eiletest.MustOn(w, "programme.add", store.Programmes, "slums", func(c casework.Change, stored *eilev1.Programme) error {
		return home.AddToProgramme(c, stored, []string{"B-3", "B-4"}, nil)
	})
	for reference, unit := range map[string]string{"B-3": "V-2", "B-4": "V-3"} {
		w.Accept(w.MustOffer(reference, unit))
	}
	got = programme(w, "slums")
	if got.GetRehoused() != 3 || len(got.GetWarnings()) != 0 {
		t.Errorf("three of six in one of two districts: %v", got.GetWarnings())
	}
	got.SpreadDistricts = 3
	got.Households, got.Figures, got.Districts, got.Total, got.Left, got.Rehoused, got.Gone = nil, nil, nil, 0, 0, 0, 0
	w.View(func(v *store.View) error { return figures.Programme(v, w.Register.List(), time.UTC, got) })
	if len(got.GetWarnings()) != 1 || got.GetWarnings()[0].GetCode() != "SPREAD_EXCEEDED" || !strings.Contains(eiletest.Says("en", got.GetWarnings()[0]), "3 of 6") {
		t.Errorf("three of six in one of three districts: %v", got.GetWarnings())
	}
}

// One person who applies twice is found; a household that was housed and asks
// for nothing is not.
func TestDuplicates(t *testing.T) {
	t.Parallel()
	w := eiletest.New(t, plain)
	person := func(reference, given, family, code string) {
		w.Household(reference, "points=3")
		w.Must("person", func(c casework.Change) error {
			return store.Persons.Put(c.Tx, reference, &eilev1.Person{GivenName: given, FamilyName: family, PersonalCode: code})
		})
	}
	person("A-1", "Ona", "Onaitė", "48001010001")
	person("A-2", "ONA", "Onaite", "48001010001")
	person("A-3", "Jonas", "Jonaitis", "38001010001")
	person("A-4", "Jonas", "Jonaitis", "38001010001")
	w.Household("A-5", "points=3")
	for _, gone := range []string{"A-3"} {
		eiletest.MustOn(w, "application.withdraw", store.Applications, gone, func(c casework.Change, stored *eilev1.Application) error {
			return application.Withdraw(c, stored, "moved away")
		})
	}
	w.View(func(v *store.View) error {
		groups, err := figures.Duplicates(v)
		if err != nil {
			return err
		}
		var got []string
		for _, group := range groups {
			names := []string{}
			for _, member := range group.GetApplications() {
				names = append(names, member.GetReference()+spell.Name(member.GetStatus()))
			}
			got = append(got, strings.Join(names, " "))
		}
		if want := []string{"A-1WAITING A-2WAITING"}; !slices.Equal(got, want) {
			t.Errorf("%q, want %q", got, want)
		}
		return nil
	})
}
