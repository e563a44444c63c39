package advise_test

import (
	"fmt"
	"slices"
	"testing"

	"go.uber.org/goleak"
	"google.golang.org/protobuf/proto"
	"pgregory.net/rapid"

	"github.com/eile-housing/eile/internal/eiletest"
	"github.com/eile-housing/eile/internal/eiletest/nighttest"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server/casework"
	"github.com/eile-housing/eile/server/casework/home"
	"github.com/eile-housing/eile/server/night/advise"
	"github.com/eile-housing/eile/store"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func ask(t eiletest.T, w *nighttest.Nights, what advise.What) *eilev1.AdviseRentResponse {
	t.Helper()
	before := w.Bytes()
	answer, err := advise.Rent(w.Context(), w.Register, w, w.InForce(), what)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := advise.Rent(w.Context(), w.Register, w, w.InForce(), what); err != nil || !proto.Equal(again, answer) {
		t.Fatalf("asked again:\n%v\n%v, %v", answer, again, err)
	}
	if w.Bytes() != before {
		t.Fatal("the advice changed the register")
	}
	return answer
}

// What a home more of a kind is worth is what the night makes of it: the
// difference of two dry runs, on a day on which offers expire and rights end.
func TestAKindIsWorthWhatTheNightMakesOfIt(t *testing.T) {
	nighttest.EachTown(t, func(t *rapid.T, text string) {
		w := nighttest.Drawn(t, text)
		var kinds []*eilev1.RentKind
		for i := range rapid.IntRange(1, 3).Draw(t, "kinds") {
			kinds = append(kinds, &eilev1.RentKind{
				Name: fmt.Sprintf("kind %d", i), RentCents: rapid.Int64Range(1, 5).Draw(t, "rent"),
				District: rapid.SampledFrom([]string{"", "north", "south"}).Draw(t, "where"), Rooms: new(rapid.Int32Range(1, 3).Draw(t, "size")),
			})
		}
		what := advise.What{Kinds: kinds, BudgetCents: rapid.Int64Range(0, 9).Draw(t, "budget")}
		answer := ask(t, w, what)
		without := dry(t, w)
		if answer.GetRevision() != uint64(w.DB.Revision()) || answer.GetVacancies() != without.GetVacancies() || answer.GetMatched() != without.GetMatched() || len(answer.GetGains()) != len(kinds) {
			t.Fatalf("%v\nthe night: %v", answer, without)
		}
		for _, gain := range answer.GetGains() {
			with := dry(t, more(w, kinds, gain.GetKind().GetName()))
			if with.GetMatched()-without.GetMatched() != gain.GetAdditional() {
				t.Fatalf("%v, the night makes %d of %d", gain, with.GetMatched(), without.GetMatched())
			}
		}
		bought := w
		for i, purchase := range answer.GetPurchases() {
			before := dry(t, bought)
			bought = more(bought, kinds, purchase.GetKind())
			if after := dry(t, bought); after.GetMatched()-before.GetMatched() != purchase.GetAdditional() || int(purchase.GetNumber()) != i+1 {
				t.Fatalf("%v, the night makes %d of %d", purchase, after.GetMatched(), before.GetMatched())
			}
		}
		if answer.GetSpentCents() > what.BudgetCents || answer.GetAdditional() > 0 && what.BudgetCents == 0 {
			t.Fatalf("a budget of %d: %v", what.BudgetCents, answer)
		}
	})
}

func dry(t *rapid.T, w *nighttest.Nights) *eilev1.Run {
	t.Helper()
	run, err := w.Night.DryRun(w.Context(), w.Today)
	if err != nil {
		t.Fatal(err)
	}
	return run
}

// more is a copy of the world with one home more of a kind. Where two classes are
// alike to a household it takes the first, by reference: the homes stand after all
// others in the order of the kinds, as the advice has them.
func more(w *nighttest.Nights, kinds []*eilev1.RentKind, name string) *nighttest.Nights {
	w.Helper()
	at := slices.IndexFunc(kinds, func(kind *eilev1.RentKind) bool { return kind.GetName() == name })
	kind, copied := kinds[at], w.Copied()
	reference := fmt.Sprintf("ZZ-%d-%s", at, copied.NewID())
	copied.Must("unit.register", func(c casework.Change) error {
		return home.Register(c, copied.Dwelling(reference, fmt.Sprintf("rooms=%d", kind.GetRooms()), "district="+kind.GetDistrict()))
	})
	return copied
}

// The kinds of the stock are its sorts, each at the rent in the middle.
func TestKindsOfTheStock(t *testing.T) {
	w := nighttest.New(t, eiletest.Town{Mode: "fill", Districts: "rank", Approval: "none"}.Text())
	if kinds := kindsOf(w); len(kinds) != 0 {
		t.Errorf("nothing is rented in: %v", kinds)
	}
	rented := func(reference string, rent *int64, pairs ...string) {
		w.Must("unit.register", func(c casework.Change) error {
			unit := w.Dwelling(reference, append(pairs, "until=2030-01-01")...)
			unit.Lease.RentCents = rent
			return home.Register(c, unit)
		})
	}
	for i, cents := range []int64{500, 300, 900} {
		rented(fmt.Sprintf("U-%d", i), &cents, "district=north")
	}
	rented("U-8", nil, "rooms=3") // no rent on record
	rented("U-7", new(int64(100)))
	rented("U-9", new(int64(700)), "rooms=3")
	w.Home("U-6", "worn=99") // it is owned, and cannot be offered
	eiletest.MustOn(w.World, "unit.amend", store.Units, "U-9", func(c casework.Change, unit *eilev1.Unit) error {
		unit.Adapted = new(true)
		return home.Amend(c, unit, unit.GetStatus())
	})
	eiletest.MustOn(w.World, "unit.amend", store.Units, "U-7", func(c casework.Change, unit *eilev1.Unit) error {
		unit.Lease.EndsOn = eiletest.Day(t, "2025-06-01").Proto() // over, and empty: no home of ours
		return home.Amend(c, unit, unit.GetStatus())
	})
	kinds := kindsOf(w)
	var names []string
	for _, kind := range kinds {
		names = append(names, fmt.Sprintf("%s at %d", kind.GetName(), kind.GetRentCents()))
	}
	if want := []string{"no district, rooms 3, adapted at 700", "north, rooms 2 at 500"}; !slices.Equal(names, want) {
		t.Errorf("%q, want %q", names, want)
	}
	for i := range 9 {
		w.Household(fmt.Sprintf("A-%d", i), "points=1")
	}
	kinds[0].LeaseMonths = new(int32(24))
	answer := ask(t, w, advise.What{Kinds: kinds, BudgetCents: 1300, Goal: eilev1.RentGoal_RENT_GOAL_MOST_SENIOR})
	if answer.GetWaiting() != 9 || answer.GetVacancies() != 5 || answer.GetMatched() != 5 || answer.GetSpentCents() != 1000 || answer.GetAdditional() != 2 {
		t.Errorf("%v", answer)
	}
	if best := answer.GetGains()[0]; best.GetSeniorPosition() != 6 || best.GetRentCentsPerHousehold() != 500 || best.GetSeniorList() != "general" {
		t.Errorf("the best is %v", best)
	}
}

func kindsOf(w *nighttest.Nights) (kinds []*eilev1.RentKind) {
	w.Helper()
	w.View(func(v *store.View) (err error) {
		kinds, err = advise.KindsOfStock(v)
		return err
	})
	return kinds
}
