package market

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/eile-housing/eile/allocation"
)

// drawScenarios makes a small market: classes of which some have no homes
// tonight and some are released to others, and households of a few patterns, of
// which some have an open offer.
func drawScenarios(t *rapid.T) *Scenarios {
	mode := rapid.SampledFrom([]allocation.Mode{allocation.Choice, allocation.Fill}).Draw(t, "mode")
	s := &Scenarios{mode: mode, groups: []string{"g"}, lists: []string{"general"}}
	patterns := rapid.IntRange(1, 4).Draw(t, "patterns")
	for i := range rapid.IntRange(0, 12).Draw(t, "households") {
		s.waiting = append(s.waiting, spot{
			reference: fmt.Sprintf("A-%d", i), position: int32(i + 1), pattern: uint32(rapid.IntRange(0, patterns-1).Draw(t, "pattern")),
			engaged: rapid.IntRange(0, 7).Draw(t, "engaged") == 0,
		})
	}
	s.drawClasses(t, rapid.IntRange(1, 5).Draw(t, "classes"), patterns)
	for c := range s.classes {
		s.vacant[c] = rapid.IntRange(0, 2).Draw(t, "vacant")
		if rapid.IntRange(0, 5).Draw(t, "released") == 0 {
			s.from = append(s.from, c)
		}
	}
	if len(s.from) > 0 {
		s.then = &Scenarios{mode: mode, groups: s.groups, waiting: s.waiting}
		s.then.drawClasses(t, len(s.from), patterns)
	}
	return s
}

// drawClasses makes classes, whom they suit, and what the households wish.
func (s *Scenarios) drawClasses(t *rapid.T, classes, patterns int) {
	s.vacant = make([]int, classes)
	for c := range classes {
		reserved := ""
		if s.mode == allocation.Choice && rapid.IntRange(0, 2).Draw(t, "reserved") == 0 {
			reserved = "g"
		}
		s.classes = append(s.classes, allocation.Class{ID: fmt.Sprint(c), Slots: []allocation.Slot{{Count: 1, ReservedFor: reserved}}})
	}
	kins := make([]looked, patterns)
	for i := range kins {
		for c := range classes {
			if rapid.Bool().Draw(t, "suits") {
				kins[i].suits = append(kins[i].suits, int32(c))
			}
		}
		if rapid.Bool().Draw(t, "in group") {
			kins[i].groups = []int32{0}
		}
	}
	wishes := map[string]looked{}
	for _, at := range s.waiting {
		kin := kins[at.pattern]
		kin.accepts = rapid.Permutation(kin.suits).Draw(t, "accepts")
		kin.accepts = kin.accepts[:rapid.IntRange(0, len(kin.accepts)).Draw(t, "accepted")]
		wishes[at.reference] = kin
	}
	s.look = func(p spot) (looked, error) { return wishes[p.reference], nil }
}

// plainly solves a scenario as one or two written instances, without passing
// over anybody and without anything kept from another scenario.
func plainly(t *rapid.T, s *Scenarios, extra []int) Solution {
	found := plainRound(t, s, extra, nil)
	if s.then == nil {
		return found
	}
	var left []int
	for _, c := range s.from {
		left = append(left, s.vacant[c]+extra[c]-found.given[c])
	}
	second := plainRound(t, s.then, left, found.housed)
	for i, c := range s.from {
		found.given[c] += second.given[i]
	}
	found.housed = append(found.housed, second.housed...)
	slices.Sort(found.housed)
	return found
}

func plainRound(t *rapid.T, s *Scenarios, extra []int, housed []int32) Solution {
	in := allocation.Instance{Mode: s.mode, Groups: s.groups}
	number := map[int32]int32{}
	var class []int
	for c := range s.classes {
		if count := s.vacant[c] + extra[c]; count > 0 {
			number[int32(c)] = int32(len(in.Classes))
			class = append(class, c)
			in.Classes = append(in.Classes, allocation.Class{ID: s.classes[c].ID, Slots: []allocation.Slot{{Count: count, ReservedFor: s.classes[c].Slots[0].ReservedFor}}})
		}
	}
	var who []int32
	for i, p := range s.waiting {
		if p.engaged || slices.Contains(housed, int32(i)) {
			continue
		}
		known, _ := s.look(p)
		h := allocation.Household{ID: p.reference, Groups: known.groups}
		for _, c := range known.accepts {
			if at, there := number[c]; there {
				h.Accepts = append(h.Accepts, at)
			}
		}
		in.Households = append(in.Households, h)
		who = append(who, int32(i))
	}
	result, err := allocation.Run(allocation.Market{Mode: in.Mode, Classes: in.Classes, Groups: in.Groups, Households: slices.Values(in.Households)})
	if err != nil {
		t.Fatal(err)
	}
	found := Solution{given: make([]int, len(s.classes))}
	for _, seat := range result.Seats {
		found.housed = append(found.housed, who[seat.Household])
		found.given[class[seat.Class]]++
	}
	return found
}

func equalSolutions(a, b Solution) bool {
	return slices.Equal(a.housed, b.housed) && slices.Equal(a.given, b.given)
}

func mustSolve(t *rapid.T, s *Scenarios, extra []int) Solution {
	found, err := s.Solve(context.Background(), extra)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// Whatever was solved before, a scenario comes out as if it were the only one.
func TestScenariosAreSolvedAsIfAlone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawScenarios(t)
		for range rapid.IntRange(1, 5).Draw(t, "scenarios") {
			extra := make([]int, len(s.classes))
			for c := range extra {
				extra[c] = rapid.IntRange(0, 2).Draw(t, "extra")
			}
			if got, want := mustSolve(t, s, extra), plainly(t, s, extra); !equalSolutions(got, want) {
				t.Fatalf("with %v more: %v, alone %v", extra, got, want)
			}
		}
		if got, want := mustSolve(t, s, nil), plainly(t, s, make([]int, len(s.classes))); !equalSolutions(got, want) {
			t.Fatalf("tonight: %v, alone %v", got, want)
		}
	})
}

func drawOfferings(t *rapid.T, s *Scenarios) []Offering {
	var all []Offering
	for i := range rapid.IntRange(1, 4).Draw(t, "kinds") {
		all = append(all, Offering{
			Name: fmt.Sprintf("k%d", i), Class: rapid.IntRange(0, len(s.classes)-1).Draw(t, "class"), Cents: rapid.Int64Range(1, 5).Draw(t, "cents"),
		})
	}
	return all
}

// The gain of one home more is the difference of two nights, and of the most
// senior who is housed in the one and not in the other.
func TestGainIsTheDifferenceOfTwoNights(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawScenarios(t)
		none := make([]int, len(s.classes))
		now := plainly(t, s, none)
		offerings := drawOfferings(t, s)
		values, err := s.Value(context.Background(), mustSolve(t, s, nil), nil, offerings)
		if err != nil {
			t.Fatal(err)
		}
		for i, v := range values {
			more := slices.Clone(none)
			more[offerings[i].Class]++
			with := plainly(t, s, more)
			senior := slices.IndexFunc(with.housed, func(h int32) bool { return !slices.Contains(now.housed, h) })
			want := Gain{Households: len(with.housed) - len(now.housed)}
			if senior >= 0 {
				position := int(with.housed[senior]) + 1
				want.Senior = Seniority{List: "general", Position: position, rank: position}
			}
			if v.Gain != want {
				t.Fatalf("%v is worth %+v, want %+v", offerings[i], v.Gain, want)
			}
			nobody := !slices.ContainsFunc(s.waiting, func(p spot) bool {
				known, _ := s.look(p)
				return !p.engaged && slices.Contains(known.accepts, int32(offerings[i].Class))
			})
			if nobody && !slices.Contains(s.from, offerings[i].Class) && v.Gain != (Gain{}) {
				t.Fatalf("nobody wants %v, and it is worth %+v", offerings[i], v.Gain)
			}
		}
	})
}

// plainList buys home by home and solves everything anew each time.
func plainList(t *rapid.T, s *Scenarios, offerings []Offering, budget int64, goal Goal) []Purchase {
	var list []Purchase
	extra := make([]int, len(s.classes))
	for spent := int64(0); ; {
		now := plainly(t, s, extra)
		var values []Valued
		for _, o := range offerings {
			more := slices.Clone(extra)
			more[o.Class]++
			with := plainly(t, s, more)
			if gain := s.gain(now, with); gain.Households > 0 && spent+o.Cents <= budget {
				values = append(values, Valued{Offering: o, Gain: gain, with: with})
			}
		}
		if len(values) == 0 {
			return list
		}
		slices.SortFunc(values, func(a, b Valued) int {
			byCents := cmp.Compare(float64(b.Gain.Households)/float64(b.Cents), float64(a.Gain.Households)/float64(a.Cents))
			byPlace := cmp.Compare(a.Gain.Senior.rank, b.Gain.Senior.rank)
			if goal == MostSenior {
				byCents, byPlace = byPlace, byCents
			}
			return cmp.Or(byCents, byPlace, strings.Compare(a.Name, b.Name))
		})
		best := values[0]
		extra[best.Class]++
		spent += best.Cents
		list = append(list, Purchase{Offering: best.Offering, Gain: best.Gain, Spent: spent})
	}
}

// The list is that of the plain greedy rule, in whatever order the kinds come;
// no budget is exceeded, and every home houses somebody more.
func TestShoppingList(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawScenarios(t)
		offerings := drawOfferings(t, s)
		budget := rapid.Int64Range(0, 15).Draw(t, "budget")
		goal := Goal(rapid.IntRange(0, 1).Draw(t, "goal"))
		want := plainList(t, s, offerings, budget, goal)
		for _, order := range [][]Offering{offerings, rapid.Permutation(offerings).Draw(t, "order")} {
			got, err := s.Shop(context.Background(), mustSolve(t, s, nil), order, budget, goal)
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(got, want) {
				t.Fatalf("list %+v, want %+v", got, want)
			}
		}
		spent, extra := int64(0), make([]int, len(s.classes))
		for _, p := range want {
			spent += p.Cents
			at := slices.IndexFunc(offerings, func(o Offering) bool { return o.Name == p.Name })
			extra[offerings[at].Class]++
			if p.Gain.Households < 1 || p.Spent != spent || spent > budget {
				t.Fatalf("purchase %+v of %d", p, budget)
			}
		}
		gained := 0
		for _, p := range want {
			gained += p.Gain.Households
		}
		if with, now := plainly(t, s, extra), plainly(t, s, make([]int, len(extra))); len(with.housed)-len(now.housed) != gained {
			t.Fatalf("the list houses %d more, its homes add up to %d", len(with.housed)-len(now.housed), gained)
		}
	})
}

// What stops the reading of the list, or the caller, stops everything.
func TestScenariosStop(t *testing.T) {
	broken := errors.New("broken")
	s := &Scenarios{
		mode: allocation.Fill, classes: []allocation.Class{{ID: "c", Slots: []allocation.Slot{{Count: 1}}}}, vacant: []int{1},
		waiting: []spot{{reference: "A-1"}}, look: func(spot) (looked, error) { return looked{}, broken },
	}
	offerings := []Offering{{"k", 0, 1}}
	if _, err := s.Solve(t.Context(), nil); !errors.Is(err, broken) {
		t.Errorf("solve: %v", err)
	}
	if _, err := s.Shop(t.Context(), Solution{}, offerings, 10, MostHouseholds); !errors.Is(err, broken) {
		t.Errorf("shop: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Value(ctx, Solution{}, nil, offerings); !errors.Is(err, context.Canceled) {
		t.Errorf("value: %v", err)
	}
}
