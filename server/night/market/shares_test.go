package market

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"github.com/eile-housing/eile/allocation"
	"github.com/eile-housing/eile/policy"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// sharing is a policy of which 3 of 10 lettings go first to one group and 1 of 5
// to another.
const sharing = `name: sharing
version: "1"
title: {en: Shares, lt: Dalys}
time_zone: Europe/Vilnius
in_force: {from: 2020-01-01}
attributes:
  application:
    lame: {type: bool, unclaimed: "false", title: {en: lame, lt: lame}}
    old: {type: bool, unclaimed: "false", title: {en: old, lt: old}}
lists: [{code: general, title: {en: general, lt: bendras}}]
need: {expr: "1", class: "'one'"}
order: [{by: registered_at}, {by: draw}]
reserves:
  - {code: lame, title: {en: lame, lt: lame}, who: lame, strict: soft, share: {lettings: 3, of: 10}}
  - {code: old, title: {en: old, lt: old}, who: old, strict: soft, share: {lettings: 1, of: 5}}
offers: {days_to_answer: 10, refusals_allowed: 1, after: hold, last_step: acceptance, refusal_reasons: [{code: location, title: {en: Location, lt: Vieta}}]}
approval: none
mode: choice
examples:
  households:
    - {name: one, on: 2025-01-01, registered_at: 2024-01-01, attributes: {lame: true}, eligibility: YES}
`

func sharingPolicy(t testing.TB) *policy.Policy {
	t.Helper()
	rules, err := policy.Load("sharing.yaml", []byte(sharing))
	if err != nil {
		t.Fatal(err)
	}
	return rules
}

// Whatever the nights are cut into, the homes fall to the shares as they would
// in one night: what a share was short of is carried.
func TestSharesCarry(t *testing.T) {
	rules := sharingPolicy(t)
	rapid.Check(t, func(t *rapid.T) {
		nights := rapid.SliceOfN(rapid.IntRange(0, 13), 1, 12).Draw(t, "homes of each night")
		had := map[string]int64{}
		number := 0
		for _, homesOfNight := range nights {
			h := &homes{classes: []*class{
				{sample: &eilev1.Unit{}}, {sample: &eilev1.Unit{Earmark: "kept"}}, {sample: &eilev1.Unit{}},
			}}
			for range homesOfNight {
				number++
				c := h.classes[2*(number%2)]
				c.units = append(c.units, fmt.Sprintf("U-%05d", number))
			}
			h.classes[1].units = []string{"U-kept"}
			h.share(rules, had)
			for i, c := range h.classes {
				seats := 0
				for _, slot := range c.slots() {
					seats += slot.Count
					had[slot.ReservedFor] += int64(slot.Count)
				}
				if seats != len(c.units) {
					t.Fatalf("class %d has %d homes and %d seats", i, len(c.units), seats)
				}
			}
			had[""]-- // the home that is kept is no share's and not the others'
		}
		want := map[int]int64{}
		for _, party := range allocation.Apportion([]uint64{3, 2, 5}, []uint64{0, 0, 0}, number) {
			want[party]++
		}
		for party, code := range []string{"lame", "old", ""} {
			if had[code] != want[party] {
				t.Fatalf("%d homes over nights %v: share %q had %d, want %d", number, nights, code, had[code], want[party])
			}
		}
	})
}

// A home of a share's turn that somebody outside the group got counts for the
// others.
func TestSharesCountWhatHappened(t *testing.T) {
	night := &Night{Rules: sharingPolicy(t).Evaluator("seed")}
	r := &Round{
		source: &source{night: night, homes: &homes{classes: []*class{{sample: &eilev1.Unit{}, units: []string{"U-1", "U-2", "U-3"}}}}},
		Instance: allocation.Instance{
			Groups:     []string{"lame", "old"},
			Classes:    []allocation.Class{{ID: "c1", Slots: []allocation.Slot{{Count: 2, ReservedFor: "lame"}, {Count: 1}}}},
			Households: []allocation.Household{{ID: "a", Groups: []int32{0}}, {ID: "b"}, {ID: "c", Groups: []int32{0}}},
		},
		Seats: []allocation.Seat{{Household: 0, Slot: 0}, {Household: 1, Slot: 0}, {Household: 2, Slot: 1}},
	}
	if got := Carry(Carry(nil, r.shares()), r.shares()); got["lame"] != 2 || got["old"] != 0 || got[""] != 4 {
		t.Fatalf("two nights count %v, want lame 2, old 0, others 4", got)
	}
}

// A policy without shares has classes of one slot.
func TestNoShares(t *testing.T) {
	h := &homes{classes: []*class{{sample: &eilev1.Unit{}, units: []string{"U-1", "U-2"}, soft: "lame"}}}
	slots := h.classes[0].slots()
	if len(slots) != 1 || slots[0] != (allocation.Slot{Count: 2, ReservedFor: "lame"}) {
		t.Fatalf("slots are %v", slots)
	}
}
