package allocation

import (
	"cmp"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

var choiceShapes = []shape{choiceShape, commonShape, plainShape}

func everyChoice(t *testing.T, property func(*rapid.T, Instance)) {
	for _, s := range choiceShapes {
		rapid.Check(t, func(t *rapid.T) { property(t, draw(t, s)) })
	}
}

// No household prefers a class in which somebody sits who comes after it in the order of that very seat.
func TestNoJustifiedEnvy(t *testing.T) {
	everyChoice(t, func(t *rapid.T, in Instance) {
		r, err := Run(Market{Mode: in.Mode, Classes: in.Classes, Groups: in.Groups, Households: slices.Values(in.Households)})
		if err != nil {
			t.Fatal(err)
		}
		b := newBook(in, r.Seats)
		at := placed(t, in)
		for h, household := range in.Households {
			for _, s := range r.Seats {
				if worth(household.Accepts, s.Class) >= worth(household.Accepts, at[h]) || b.rank(s.Class, int32(h)) < 0 {
					continue
				}
				if b.key(Seat{Household: int32(h), Class: s.Class, Slot: s.Slot}) < b.key(s) {
					t.Fatalf("%s envies %s with reason\n%s\n%s", household.ID, in.Households[s.Household].ID, in.Marshal(), Solve(in).Marshal())
				}
			}
		}
	})
}

// The cutoffs alone tell everybody what they get: the best class with a slot that is not full, or whose cutoff they meet.
func TestCutoffsTellTheOutcome(t *testing.T) {
	everyChoice(t, func(t *rapid.T, in Instance) {
		out := Solve(in)
		b := newBook(in, nil)
		index := map[string]int32{}
		for h, household := range in.Households {
			index[household.ID] = int32(h)
		}
		type place struct {
			class string
			slot  int
		}
		cutoff := map[place]int32{}
		for _, k := range out.Cutoffs {
			cutoff[place{k.Class, k.Slot}] = index[k.Household]
		}
		meets := func(h, c int32) bool {
			for i := range in.Classes[c].Slots {
				last, full := cutoff[place{in.Classes[c].ID, i}]
				if !full || b.key(Seat{h, c, int32(i)}) <= b.key(Seat{last, c, int32(i)}) {
					return true
				}
			}
			return false
		}
		got := map[string]string{}
		for h, household := range in.Households {
			for _, c := range household.Accepts {
				if b.rank(c, int32(h)) >= 0 && meets(int32(h), c) {
					got[household.ID] = in.Classes[c].ID
					break
				}
			}
		}
		if len(got) != len(out.Assignments) {
			t.Fatalf("cutoffs house %v\n%s\n%s", got, in.Marshal(), out.Marshal())
		}
		for _, a := range out.Assignments {
			if got[a.Household] != a.Class {
				t.Fatalf("cutoffs give %s %q\n%s\n%s", a.Household, got[a.Household], in.Marshal(), out.Marshal())
			}
		}
	})
}

func TestDictatorshipIsDeferredAcceptance(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := draw(t, plainShape)
		want, read := deferredAcceptance(in.Classes, in.Groups, slices.Values(in.Households), nil)
		got, short := dictate(in.Classes, slices.Values(in.Households), nil)
		slices.SortFunc(want, func(a, b Seat) int { return cmp.Compare(a.Household, b.Household) })
		if !slices.Equal(got, want) || read != short {
			t.Fatalf("dictatorship gives %v after %d, deferred acceptance %v after %d", got, short, want, read)
		}
	})
}

// Of all outcomes without a blocking pair everybody likes this one best. All of them are tried.
func TestBestStableOutcome(t *testing.T) {
	tiny := shape{mode: Choice, households: 4, classes: 3, groups: 2, slots: 2, count: 1, reserves: true, orders: true}
	rapid.Check(t, func(t *rapid.T) {
		in := draw(t, tiny)
		best := placed(t, in)
		at := make([]int32, len(in.Households))
		var try func(h int)
		try = func(h int) {
			if h < len(at) {
				at[h] = -1
				try(h + 1)
				for _, c := range in.Households[h].Accepts {
					at[h] = c
					try(h + 1)
				}
				return
			}
			if !stable(in, at) {
				return
			}
			for h, household := range in.Households {
				if worth(household.Accepts, at[h]) < worth(household.Accepts, best[h]) {
					t.Fatalf("%v is stable and better for %s than %v", at, household.ID, best)
				}
			}
		}
		try(0)
		if !stable(in, best) {
			t.Fatalf("%v is not stable", best)
		}
	})
}

// stable tells whether each class would choose exactly those it has, and nobody whom it would choose likes it better.
func stable(in Instance, at []int32) bool {
	for c := range int32(len(in.Classes)) {
		var has []int32
		for h, own := range at {
			if own == c {
				has = append(has, int32(h))
			}
		}
		if chosen := chooseByTrial(in, c, has); len(chosen) < len(has) {
			return false
		}
		for h, household := range in.Households {
			if worth(household.Accepts, c) >= worth(household.Accepts, at[h]) {
				continue
			}
			with := append(slices.Clone(has), int32(h))
			if _, wanted := chooseByTrial(in, c, with)[int32(h)]; wanted {
				return false
			}
		}
	}
	return true
}

// Every stable outcome houses the same households and fills the same homes; here the one that is best for the homes, where
// slots are no more than a number.
func TestRuralHospitals(t *testing.T) {
	s := shape{mode: Choice, households: 10, classes: 4, slots: 2, count: 2, orders: true}
	rapid.Check(t, func(t *rapid.T) {
		in := draw(t, s)
		want, got := placed(t, in), unitsPropose(in)
		filled := make([]int, len(in.Classes))
		for h := range want {
			if (want[h] < 0) != (got[h] < 0) {
				t.Fatalf("households propose: %v, homes propose: %v", want, got)
			}
			if want[h] >= 0 {
				filled[want[h]]++
				filled[got[h]]--
			}
		}
		if slices.ContainsFunc(filled, func(n int) bool { return n != 0 }) {
			t.Fatalf("households propose: %v, homes propose: %v", want, got)
		}
	})
}

// unitsPropose is deferred acceptance with the classes proposing, each down its own order.
func unitsPropose(in Instance) []int32 {
	at := make([]int32, len(in.Households))
	for h := range at {
		at[h] = -1
	}
	next := make([]int, len(in.Classes))
	for changed := true; changed; {
		changed = false
		for c, class := range in.Classes {
			order := class.Order
			if order == nil {
				for h := range int32(len(at)) {
					order = append(order, h)
				}
			}
			has := 0
			for _, own := range at {
				if own == int32(c) {
					has++
				}
			}
			if has < class.homes() && next[c] < len(order) {
				h := order[next[c]]
				next[c]++
				changed = true
				if accepts := in.Households[h].Accepts; worth(accepts, int32(c)) < worth(accepts, at[h]) {
					at[h] = int32(c)
				}
			}
		}
	}
	return at
}

// One class, one group, one order: the sooner the open seats are given out, the more members of the group get one.
func TestPrecedence(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		slots := []Slot{{Count: rapid.IntRange(1, 4).Draw(t, "open")}, {Count: rapid.IntRange(1, 4).Draw(t, "reserved"), ReservedFor: "g"}}
		mixed := []Slot{}
		for i, s := range slots {
			for range s.Count {
				mixed = slices.Insert(mixed, rapid.IntRange(0, len(mixed)).Draw(t, "at"), Slot{Count: 1, ReservedFor: slots[i].ReservedFor})
			}
		}
		in := Instance{Mode: Choice, Groups: []string{"g"}, Classes: []Class{{ID: "c"}}}
		for _, member := range rapid.SliceOfN(rapid.Bool(), 0, 16).Draw(t, "member") {
			h := Household{Accepts: []int32{0}}
			if member {
				h.Groups = []int32{0}
			}
			in.Households = append(in.Households, h)
		}
		var members []int
		for _, slots := range [][]Slot{{slots[1], slots[0]}, mixed, {slots[0], slots[1]}} {
			in.Classes[0].Slots = slots
			n := 0
			for h, c := range placed(t, in) {
				if c == 0 {
					n += len(in.Households[h].Groups)
				}
			}
			members = append(members, n)
		}
		if !slices.IsSorted(members) {
			t.Fatalf("members housed, reserved first, mixed, open first: %v", members)
		}
	})
}
