package server_test

import (
	"fmt"
	"slices"
	"testing"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/fieldmaskpb"
	"pgregory.net/rapid"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// What one home more of a kind is said to be worth is what the night is worth
// once such a home stands in the register, and asking changes nothing.
func TestAdviceIsWhatTheNightWouldDo(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		const kept = "reserves: [{code: single, title: {en: Single}, who: size == 1, strict: %s}]\n"
		rules := rapid.SampledFrom([]string{
			"mode: fill\n" + fmt.Sprintf(kept, "hard"), "mode: fill\n" + fmt.Sprintf(kept, "released"),
			"mode: choice\n" + fmt.Sprintf(kept, "soft"), "mode: choice\n" + fmt.Sprintf(kept, "released"),
		}).Draw(rt, "rules")
		w := openTown(rt, "2026-01-01", rules)
		districts := []string{"north", "south"}
		for i := range rapid.IntRange(0, 8).Draw(rt, "households") {
			wanted := rapid.Permutation(districts).Draw(rt, "wanted")
			ask(w, w.applications.RegisterApplication, &eilev1.RegisterApplicationRequest{Application: &eilev1.Application{
				Reference: fmt.Sprintf("A-%d", i), RegisteredAt: fmt.Sprintf("2020-01-%02d", i+1), Districts: wanted[:rapid.IntRange(0, 2).Draw(rt, "count")],
				Attributes: map[string]*eilev1.Fact{
					"size":          {Value: &eilev1.Fact_IntValue{IntValue: rapid.Int64Range(1, 3).Draw(rt, "size")}},
					"needs_adapted": {Value: &eilev1.Fact_BoolValue{BoolValue: rapid.Bool().Draw(rt, "needs adapted")}},
				},
			}})
		}
		for i := range rapid.IntRange(0, 4).Draw(rt, "homes") {
			w.home(fmt.Sprintf("U-%d", i), rapid.Int32Range(1, 3).Draw(rt, "rooms"), func(u *eilev1.Unit) {
				u.District, u.Adapted = rapid.SampledFrom(districts).Draw(rt, "district"), new(rapid.Bool().Draw(rt, "adapted"))
				u.Earmark = rapid.SampledFrom([]string{"", "", "single"}).Draw(rt, "earmark")
			})
		}
		if rapid.Bool().Draw(rt, "after a night") {
			for _, match := range w.night("2026-01-01").GetMatches() {
				if rapid.Bool().Draw(rt, "refuses") {
					ask(w, w.offers.RefuseOffer, &eilev1.RefuseOfferRequest{Id: w.application(match.GetApplication()).GetOpenOffer(), Reason: "location"})
				}
			}
		}
		req := &eilev1.AdviseRentRequest{BudgetCents: new(rapid.Int64Range(1, 9).Draw(rt, "budget"))}
		for i := range rapid.IntRange(1, 3).Draw(rt, "kinds") {
			req.Kinds = append(req.Kinds, &eilev1.RentKind{
				Name: fmt.Sprintf("kind %d", i), RentCents: rapid.Int64Range(1, 5).Draw(rt, "rent"), District: rapid.SampledFrom(districts).Draw(rt, "where"),
				Rooms: new(rapid.Int32Range(1, 3).Draw(rt, "size")), Adapted: new(rapid.Bool().Draw(rt, "for all")),
			})
		}
		dry := func() *eilev1.Run {
			return ask(w, w.runs.StartRun, &eilev1.StartRunRequest{On: dayOf("2026-01-02"), DryRun: true})
		}
		without := dry()
		answer := ask(w, w.leases.AdviseRent, proto.CloneOf(req))
		if again := ask(w, w.leases.AdviseRent, proto.CloneOf(req)); !proto.Equal(answer, again) {
			rt.Fatalf("asked again:\n%v\n%v", answer, again)
		}
		if len(answer.GetGains()) != len(req.GetKinds()) || answer.GetSpentCents() > req.GetBudgetCents() {
			rt.Fatalf("%v", answer)
		}
		for i, gain := range answer.GetGains() {
			kind := gain.GetKind()
			home := fmt.Sprintf("ZZ-%d", i)
			w.home(home, kind.GetRooms(), func(u *eilev1.Unit) { u.District, u.Adapted = kind.District, kind.Adapted })
			with := dry()
			if int32(len(with.GetMatches())-len(without.GetMatches())) != gain.GetAdditional() {
				rt.Fatalf("%s: %d more, the night makes %d of %d", kind.GetName(), gain.GetAdditional(), len(with.GetMatches()), len(without.GetMatches()))
			}
			if gain.GetAdditional() > 0 && gain.GetSeniorPosition() != firstNew(w, without, with) {
				rt.Fatalf("%s: position %d, the night houses %v and without %v", kind.GetName(), gain.GetSeniorPosition(), with.GetMatches(), without.GetMatches())
			}
			ask(w, w.units.AmendUnit, &eilev1.AmendUnitRequest{
				Unit:       &eilev1.Unit{Reference: home, Status: eilev1.UnitStatus_UNIT_STATUS_UNDER_REPAIR},
				UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"status"}},
			})
		}
	})
}

// firstNew is the position of the first household that one run matches and the
// other does not.
func firstNew(w *town, without, with *eilev1.Run) int32 {
	first := int32(0)
	for _, match := range with.GetMatches() {
		same := func(m *eilev1.Run_Match) bool { return m.GetApplication() == match.GetApplication() }
		if position := w.application(match.GetApplication()).GetPosition(); !slices.ContainsFunc(without.GetMatches(), same) && (first == 0 || position < first) {
			first = position
		}
	}
	return first
}

// The kinds of the stock are its sorts, each at the rent in the middle.
func TestKindsOfTheStock(t *testing.T) {
	t.Parallel()
	w := openTown(t, "2026-01-01", "mode: fill\n")
	refusedFor(w, "NO_KINDS", w.leases.AdviseRent, &eilev1.AdviseRentRequest{})
	for i, cents := range []int64{500, 300, 900, 100} {
		w.home(fmt.Sprintf("U-%d", i), 2, func(u *eilev1.Unit) {
			u.District, u.Status = "north", eilev1.UnitStatus_UNIT_STATUS_LET
			u.Tenure, u.Lease = eilev1.Tenure_TENURE_RENTED_IN, &eilev1.Lease{RentCents: &cents}
			if i == 3 {
				u.Lease.EndsOn = dayOf("2025-12-31") // over, and empty: no home of ours
				u.Status = eilev1.UnitStatus_UNIT_STATUS_VACANT
			}
		})
	}
	w.home("U-9", 3, func(u *eilev1.Unit) {
		u.Adapted, u.Tenure, u.Lease = new(true), eilev1.Tenure_TENURE_RENTED_IN, &eilev1.Lease{RentCents: new(int64(700))}
	})
	w.home("U-8", 3, rented("2030-01-01")) // no rent on record
	w.waits("A", "2020-01-01", 2)
	w.waits("B", "2020-01-02", 2)
	w.waits("C", "2020-01-03", 2)
	answer := ask(w, w.leases.AdviseRent, &eilev1.AdviseRentRequest{})
	if answer.GetVacancies() != 2 || answer.GetMatched() != 2 || answer.GetWaiting() != 3 || len(answer.GetPurchases()) != 0 {
		t.Errorf("%v", answer)
	}
	var got []string
	for _, gain := range answer.GetGains() {
		got = append(got, fmt.Sprintf("%s at %d: %d, place %d, %d each", gain.GetKind().GetName(), gain.GetKind().GetRentCents(), gain.GetAdditional(), gain.GetSeniorPosition(), gain.GetRentCentsPerHousehold()))
	}
	want := []string{"north, rooms 2 at 500: 1, place 3, 500 each", "no district, rooms 3, adapted at 700: 1, place 3, 700 each"}
	if !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
}

func TestBadAdviceIsRefused(t *testing.T) {
	t.Parallel()
	w := openTown(t, "2026-01-02", "mode: fill\n")
	good := func() *eilev1.RentKind { return &eilev1.RentKind{Name: "k", RentCents: 1, Rooms: new(int32(1))} }
	for what, change := range map[string]func(*eilev1.AdviseRentRequest){
		"a name twice":         func(r *eilev1.AdviseRentRequest) { r.Kinds = append(r.Kinds, good()) },
		"no name":              func(r *eilev1.AdviseRentRequest) { r.Kinds[0].Name = "" },
		"no rent":              func(r *eilev1.AdviseRentRequest) { r.Kinds[0].RentCents = 0 },
		"a rent below 0":       func(r *eilev1.AdviseRentRequest) { r.Kinds[0].RentCents = -1 },
		"no rooms":             func(r *eilev1.AdviseRentRequest) { r.Kinds[0].Rooms = new(int32(0)) },
		"no area":              func(r *eilev1.AdviseRentRequest) { r.Kinds[0].AreaSqm = &eilev1.Decimal{} },
		"a budget of 0":        func(r *eilev1.AdviseRentRequest) { r.BudgetCents = new(int64(0)) },
		"no such date":         func(r *eilev1.AdviseRentRequest) { r.On = dayOf("2026-02-01"); r.On.Day = 30 },
		"an unknown attribute": func(r *eilev1.AdviseRentRequest) { r.Kinds[0].Attributes = map[string]*eilev1.Fact{"pool": {}} },
		"a wrong type": func(r *eilev1.AdviseRentRequest) {
			r.Kinds[0].Attributes = map[string]*eilev1.Fact{"heated": {Value: &eilev1.Fact_StringValue{StringValue: "warm"}}}
		},
	} {
		req := &eilev1.AdviseRentRequest{Kinds: []*eilev1.RentKind{good()}}
		change(req)
		if _, err := w.leases.AdviseRent(t.Context(), req); err == nil {
			t.Errorf("%s is taken", what)
		}
		refusedFor(w, "INVALID", w.leases.AdviseRent, req)
	}
	refusedFor(w, "IN_THE_PAST", w.leases.AdviseRent, &eilev1.AdviseRentRequest{Kinds: []*eilev1.RentKind{good()}, On: dayOf("2026-01-01")})
	typed := good()
	typed.Attributes = map[string]*eilev1.Fact{"heated": {Value: &eilev1.Fact_StringValue{StringValue: "true"}}}
	ask(w, w.leases.AdviseRent, &eilev1.AdviseRentRequest{Kinds: []*eilev1.RentKind{typed}, On: dayOf("2027-01-01")})
}
