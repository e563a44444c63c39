package home_test

import (
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"

	"github.com/eile-housing/eile/internal/eiletest"
	"github.com/eile-housing/eile/policy"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/proto/spell"
	"github.com/eile-housing/eile/server/casework"
	"github.com/eile-housing/eile/server/casework/home"
	"github.com/eile-housing/eile/store"
)

const (
	vacant      = eilev1.UnitStatus_UNIT_STATUS_VACANT
	offered     = eilev1.UnitStatus_UNIT_STATUS_OFFERED
	let         = eilev1.UnitStatus_UNIT_STATUS_LET
	underRepair = eilev1.UnitStatus_UNIT_STATUS_UNDER_REPAIR
)

// on changes a home as the handlers do.
func on(w *eiletest.World, reference string, fn func(casework.Change, *eilev1.Unit) error) error {
	w.Helper()
	return eiletest.On(w, "unit", store.Units, reference, fn)
}

func must(w *eiletest.World, reference string, fn func(casework.Change, *eilev1.Unit) error) {
	w.Helper()
	if err := on(w, reference, fn); err != nil {
		w.Fatal(err)
	}
}

// call says where a home stands.
func call(status eilev1.UnitStatus) func(casework.Change, *eilev1.Unit) error {
	return func(c casework.Change, stored *eilev1.Unit) error {
		before := stored.GetStatus()
		stored.Status = status
		return home.Amend(c, stored, before)
	}
}

// A new home is where nobody has to be let in or out by a letting.
func TestANewHome(t *testing.T) {
	w := eiletest.New(t, eiletest.Strict)
	register := func(reference string, status eilev1.UnitStatus) error {
		return w.Change("unit.register", func(c casework.Change) error {
			dwelling := w.Dwelling(reference)
			dwelling.Status = status
			return home.Register(c, dwelling)
		})
	}
	for reference, status := range map[string]eilev1.UnitStatus{"U-0": 0, "U-1": vacant, "U-2": let, "U-3": underRepair} {
		if err := register(reference, status); err != nil {
			t.Error(err)
		}
	}
	w.HomeIs("U-0", "VACANT")
	if got := w.HomeIs("U-2", "LET"); spell.Name(got.GetCondition().GetState()) != "FIT" || got.GetVacancy() != nil {
		t.Errorf("registered: %v", got)
	}
	for _, status := range []eilev1.UnitStatus{offered, eilev1.UnitStatus_UNIT_STATUS_RESERVED, eilev1.UnitStatus_UNIT_STATUS_DECOMMISSIONED} {
		w.Refused(register("U-9", status), "WRONG_STATUS")
	}
}

// A person says where a home stands, unless an offer or a letting does.
func TestWhoSaysWhereAHomeStands(t *testing.T) {
	house := func(w *eiletest.World, id string) { w.Accept(id); w.Step(id, eilev1.TenancyStep_TENANCY_STEP_KEYS) }
	for name, test := range map[string]struct {
		before func(w *eiletest.World, offer string)
		status eilev1.UnitStatus
	}{
		"an offered home called let":         {nil, let},
		"a reserved home called vacant":      {func(w *eiletest.World, id string) { w.Accept(id) }, vacant},
		"a home called offered":              {func(w *eiletest.World, id string) { w.Refuse(id) }, offered},
		"a home called nothing":              {func(w *eiletest.World, id string) { w.Refuse(id) }, 0},
		"a let home called vacant":           {house, vacant},
		"a let home called to be in repair":  {house, underRepair},
		"a home called given up by a person": {func(w *eiletest.World, id string) { w.Refuse(id) }, eilev1.UnitStatus_UNIT_STATUS_DECOMMISSIONED},
	} {
		t.Run(name, func(t *testing.T) {
			w, id := eiletest.Opened(t, "strict")
			if test.before != nil {
				test.before(w, id)
			}
			want := "WRONG_STATUS"
			if strings.HasPrefix(name, "a let home") {
				want = "HAS_TENANCY"
			}
			w.Refused(on(w, "U-1", call(test.status)), want)
		})
	}
}

// What a person says of a home is kept with its day, who said it, and since when
// nobody lives there.
func TestWhatAPersonSaysOfAHome(t *testing.T) {
	w := eiletest.New(t, eiletest.Strict)
	w.Home("U-1")
	began := w.Today
	w.Today++
	must(w, "U-1", call(underRepair))
	got := w.HomeIs("U-1", "UNDER_REPAIR")
	if got.GetStatusReason() != "amended by tester" || !proto.Equal(got.GetStatusSince(), w.Today.Proto()) {
		t.Errorf("in repair: %v", got)
	}
	w.Today++
	must(w, "U-1", func(c casework.Change, stored *eilev1.Unit) error {
		stored.StatusReason = "new floor"
		return call(vacant)(c, stored)
	})
	got = w.HomeIs("U-1", "VACANT")
	if v := got.GetVacancy(); got.GetStatusReason() != "new floor" || spell.Name(v.GetReason()) != "REPAIRED" || v.GetDetail() != "new floor" ||
		!proto.Equal(v.GetSince(), w.Today.Proto()) || !proto.Equal(v.GetEmptySince(), began.Proto()) {
		t.Errorf("repaired: %v", got)
	}
	w.Today++
	must(w, "U-1", call(let))
	if got = w.HomeIs("U-1", "LET"); got.GetVacancy() != nil {
		t.Errorf("let: %v", got)
	}
	w.Today++
	must(w, "U-1", call(vacant))
	if v := w.HomeIs("U-1", "VACANT").GetVacancy(); spell.Name(v.GetReason()) != "TENANCY_ENDED" || !proto.Equal(v.GetEmptySince(), w.Today.Proto()) {
		t.Errorf("vacant again: %v", v)
	}
	w.Must("unit.register", func(c casework.Change) error {
		dwelling := w.Dwelling("U-2")
		dwelling.Status = underRepair
		return home.Register(c, dwelling)
	})
	since := w.Today
	w.Today++
	must(w, "U-2", call(vacant))
	if v := w.HomeIs("U-2", "VACANT").GetVacancy(); !proto.Equal(v.GetEmptySince(), since.Proto()) {
		t.Errorf("empty since it was in repair: %v", v)
	}
	w.View(func(v *store.View) error {
		told := ""
		for entry, err := range v.History("U-1") {
			if err != nil {
				return err
			}
			if entry.GetStatusFrom() != entry.GetStatusTo() {
				told += entry.GetStatusFrom() + ">" + entry.GetStatusTo() + " "
			}
		}
		if told != "VACANT>UNDER_REPAIR UNDER_REPAIR>VACANT VACANT>LET LET>VACANT " {
			t.Errorf("the history tells %q", told)
		}
		return nil
	})
}

// A vacancy stays what it was while a home stays vacant.
func TestACorrectionLeavesTheVacancy(t *testing.T) {
	w := eiletest.New(t, eiletest.Strict)
	w.Home("U-1")
	before := w.HomeIs("U-1", "VACANT").GetVacancy()
	w.Today++
	w.Mend("U-1", "worn=20")
	if after := w.HomeIs("U-1", "VACANT").GetVacancy(); !proto.Equal(before, after) {
		t.Errorf("its vacancy was %v, is %v", before, after)
	}
}

// A correction of a home takes back an offer that it speaks against, not one
// that was made in spite of the rules.
func TestACorrectionTakesBackWhatItSpoils(t *testing.T) {
	w, first := eiletest.Opened(t, "taipei-points")
	w.Mend("U-1", "unit_type=1-bedroom")
	w.HomeIs("U-1", "OFFERED")
	w.Mend("U-1", "unit_type=2-bedroom")
	w.HomeIs("U-1", "VACANT")
	if got := w.OfferIs(first, "WITHDRAWN"); got.GetCounted() || !strings.HasPrefix(got.GetNote(), "the facts of the home were corrected: ") {
		t.Errorf("the offer is %v", got)
	}
	w.Manual("A-2", "U-1")
	w.Mend("U-1", "unit_type=2-bedroom")
	w.HomeIs("U-1", "OFFERED")
}

// An inspection stands with the home, and what it finds ends an open offer.
func TestAnInspection(t *testing.T) {
	w, id := eiletest.Opened(t, "lt-vilnius")
	inspect := func(id string, hazards ...string) {
		t.Helper()
		must(w, "U-1", func(c casework.Change, stored *eilev1.Unit) error {
			found := &eilev1.Inspection{Id: id, Unit: "U-1", InspectedOn: c.Rules.Today.Proto(), Hazards: hazards, Attributes: w.Facts(policy.InspectionKind)}
			return home.Inspect(c, stored, found)
		})
	}
	inspect("I-1")
	w.HomeIs("U-1", "OFFERED")
	must(w, "U-1", func(c casework.Change, stored *eilev1.Unit) error {
		stored.WearPercent = new(int32(99))
		return home.Inspect(c, stored, &eilev1.Inspection{Id: "I-2", Unit: "U-1", InspectedOn: c.Rules.Today.Proto()})
	})
	got := w.HomeIs("U-1", "VACANT")
	if spell.Name(got.GetCondition().GetState()) != "FLAGGED" || len(got.GetInspections()) != 2 || len(eiletest.All(w, store.Inspections)) != 2 {
		t.Errorf("inspected: %v", got)
	}
	if note := w.OfferIs(id, "WITHDRAWN").GetNote(); !strings.HasPrefix(note, "the home was found unfit: ") {
		t.Errorf("its offer ended for %q", note)
	}
	w.Is("A-1", "WAITING")
}

// The last day of a lease ends what the home was offered or reserved for, and
// takes the home out of the stock; before, nothing is due.
func TestTheLastDayOfALease(t *testing.T) {
	until := eiletest.Day(t, "2025-06-20")
	due := func(w *eiletest.World) (due bool) {
		w.View(func(v *store.View) error {
			unit, err := store.Units.Get(v, "U-3")
			if err != nil {
				return err
			}
			due, err = home.LeaseDue(w.InForce(), v, unit)
			return err
		})
		return due
	}
	for name, test := range map[string]struct {
		before func(w *eiletest.World)
		offer  string
	}{
		"vacant":   {func(*eiletest.World) {}, ""},
		"offered":  {func(w *eiletest.World) { w.MustOffer("A-1", "U-3") }, "WITHDRAWN"},
		"reserved": {func(w *eiletest.World) { w.Accept(w.MustOffer("A-1", "U-3")) }, "WITHDRAWN"},
	} {
		t.Run(name, func(t *testing.T) {
			w := eiletest.Waiting(t, "strict")
			w.Home("U-3", "until="+until.String())
			test.before(w)
			w.Today = until - 1
			must(w, "U-3", home.SettleLease)
			if due(w) || w.HomeIs("U-3", strings.ToUpper(name)).GetLeftStockOn() != nil {
				t.Error("it left the stock a day before")
			}
			w.Today = until
			if !due(w) {
				t.Error("nothing is due on the last day")
			}
			must(w, "U-3", home.SettleLease)
			got := w.HomeIs("U-3", "VACANT")
			if left, _ := casework.DayOf(got.GetLeftStockOn()); left != until || due(w) {
				t.Errorf("the home is %v, and more is due: %t", got, due(w))
			}
			for _, made := range eiletest.All(w, store.Offers) {
				if spell.Name(made.GetStatus()) != test.offer || made.GetNote() != "the lease of the home ended on 2025-06-20" || made.GetCounted() {
					t.Errorf("the offer is %v", made)
				}
			}
			w.Is("A-1", "WAITING")
			before := got.GetEtag()
			must(w, "U-3", home.SettleLease)
			if w.HomeIs("U-3", "VACANT").GetEtag() != before {
				t.Error("it was written again")
			}
		})
	}
}

// Who lives in a home becomes a transfer in the months before the end of its
// lease; what is given up waits for nothing.
func TestWhoLivesInARentedHome(t *testing.T) {
	w := eiletest.Tenanted(t, "until=2025-09-30")
	due := func() (due bool) {
		w.View(func(v *store.View) error {
			unit, err := store.Units.Get(v, "U-1")
			if err != nil {
				return err
			}
			due, err = home.LeaseDue(w.InForce(), v, unit)
			return err
		})
		return due
	}
	w.Today = eiletest.Day(t, "2025-06-29")
	if due() {
		t.Error("it is due a day before the months begin")
	}
	w.Today++
	if !due() {
		t.Error("it is not due when the months begin")
	}
	must(w, "U-1", home.SettleLease)
	w.Is("T-U-1", "WAITING")
	if due() {
		t.Error("it is due again")
	}
	w.View(func(v *store.View) error {
		unit, err := store.Units.Get(v, "U-1")
		if err != nil {
			return err
		}
		unit.Status = eilev1.UnitStatus_UNIT_STATUS_DECOMMISSIONED
		due, err := home.LeaseDue(w.InForce(), v, unit)
		if due {
			t.Error("a home that is given up waits for the end of its lease")
		}
		return err
	})
}
