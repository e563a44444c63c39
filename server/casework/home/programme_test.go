package home_test

import (
	"testing"

	"github.com/eile-housing/eile/internal/eiletest"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server/casework"
	"github.com/eile-housing/eile/server/casework/application"
	"github.com/eile-housing/eile/server/casework/home"
	"github.com/eile-housing/eile/store"
)

func create(w *eiletest.World, name, giveUp string, places []string, units ...string) error {
	w.Helper()
	return w.Change("programme.create", func(c casework.Change) error {
		return home.CreateProgramme(c, &eilev1.Programme{Name: name, Places: places}, units, giveUp)
	})
}

func add(w *eiletest.World, applications, units []string) error {
	w.Helper()
	return eiletest.On(w, "programme.add", store.Programmes, "P-1", func(c casework.Change, programme *eilev1.Programme) error {
		return home.AddToProgramme(c, programme, applications, units)
	})
}

// A programme is of homes or of places; with a reason to give them up, those that
// nobody proposed yet are proposed under its name.
func TestAProgramme(t *testing.T) {
	w := estate(t)
	w.Home("U-3")
	w.Refused(create(w, "P-0", "", nil), "NOTHING_NAMED")
	if err := create(w, "P-0", "", []string{"the old town"}); err != nil {
		t.Errorf("of places: %v", err)
	}
	if err := propose(w, "D-1", "U-2"); err != nil {
		t.Fatal(err)
	}
	w.Refused(create(w, "P-1", "worn out", nil, "U-2"), "NOTHING_TO_PROPOSE")
	w.Refused(create(w, "P-1", "worn out", nil, "U-3"), "NOT_FLAGGED")
	if err := create(w, "P-1", "worn out", nil, "U-1", "U-2"); err != nil {
		t.Fatal(err)
	}
	got := eiletest.Read(w, store.Programmes, "P-1")
	if got.GetCreatedBy() != "tester" || got.GetCreatedAt() == nil || len(got.GetHomes()) != 2 || !got.GetHomes()[0].GetOccupied() || got.GetHomes()[1].GetOccupied() || got.GetHomes()[0].GetAddedOn().GetDay() != int32(w.Today.Day()) {
		t.Errorf("created: %v", got)
	}
	record := eiletest.Read(w, store.Decommissions, "P-1")
	if len(record.GetHomes()) != 1 || record.GetHomes()[0].GetUnit() != "U-1" || record.GetReason() != "worn out" {
		t.Errorf("proposed: %v", record)
	}
	w.Refused(create(w, "P-2", "", nil, "U-3", "U-3"), "ALREADY_ADDED")
	eiletest.MustOn(w, "programme.amend", store.Programmes, "P-1", func(c casework.Change, programme *eilev1.Programme) error {
		programme.CaseWorker = "Jonas"
		return home.AmendProgramme(c, programme)
	})
	if amended := eiletest.Read(w, store.Programmes, "P-1"); amended.GetCaseWorker() != "Jonas" || amended.GetEtag() == got.GetEtag() {
		t.Errorf("amended: %v", amended)
	}
}

// What is added is there once: a household belongs to its home's programme by its
// transfer. What has ended is not added.
func TestWhatIsAddedToAProgramme(t *testing.T) {
	w := proposed(t)
	w.Household("A-2", "income=50")
	w.Household("A-3", "income=50")
	w.Household("A-4", "income=50")
	w.Home("U-3")
	if err := create(w, "P-1", "", nil, "U-1"); err != nil {
		t.Fatal(err)
	}
	mustDecide(w, approveFirst("U-1"))
	settle(w)
	mustDecide(w, approve("U-2"))
	eiletest.MustOn(w, "withdraw", store.Applications, "A-3", func(c casework.Change, a *eilev1.Application) error { return application.Withdraw(c, a, "moved") })
	w.Refused(add(w, nil, nil), "NOTHING_NAMED")
	if err := add(w, []string{"A-2"}, []string{"U-3"}); err != nil {
		t.Fatal(err)
	}
	got := eiletest.Read(w, store.Programmes, "P-1")
	if len(got.GetHomes()) != 2 || len(got.GetMembers()) != 1 || got.GetMembers()[0].GetApplication() != "A-2" || got.GetMembers()[0].GetAddedOn() == nil {
		t.Errorf("added: %v", got)
	}
	w.Refused(add(w, []string{"A-2", "A-3", "T-U-1"}, nil), "ALREADY_ADDED", "ALREADY_ENDED", "ALREADY_ADDED")
	w.Refused(add(w, nil, []string{"U-2", "U-1"}), "GIVEN_UP", "ALREADY_ADDED")
	// The transfer of a home of another programme, and one that its proposal does
	// not know, are added as any application.
	w.Must("application.register", func(c casework.Change) error {
		applicant := w.Applicant("A-7", "income=50")
		applicant.Transfer = &eilev1.Transfer{Unit: "U-3", Reason: application.BetterConditions}
		return application.Register(c, applicant)
	})
	if err := add(w, []string{"A-4", "A-7"}, nil); err != nil {
		t.Error(err)
	}
}
