package market

import (
	"slices"
	"strings"

	"github.com/eile-housing/eile/allocation"
	"github.com/eile-housing/eile/policy"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// A reserve that is a share (3 of 10 lettings) has no homes of its own: the
// homes without an earmark, in order of reference, are its turn or the others'
// by a divisor method that goes on from what each has had in earlier nights, so
// that what it was short of is carried. The homes of its turn are soft slots of
// their class, before the open ones: a home that nobody of the group claims goes
// to the most senior left, and counts for the others.

// share deals the homes without an earmark among the shares of the policy.
func (h *homes) share(rules *policy.Policy, had map[string]int64) {
	parties, weights := shareWeights(rules)
	if len(parties) == 0 {
		return
	}
	type home struct {
		reference string
		class     *class
	}
	var dealt []home
	for _, c := range h.classes {
		if c.sample.GetEarmark() != "" {
			continue
		}
		for _, reference := range c.units {
			dealt = append(dealt, home{reference, c})
		}
	}
	slices.SortFunc(dealt, func(a, b home) int { return strings.Compare(a.reference, b.reference) })
	given := make([]uint64, len(parties))
	for i, party := range parties {
		given[i] = uint64(had[party])
	}
	for i, party := range allocation.Apportion(weights, given, len(dealt)) {
		dealt[i].class.take(parties[party])
	}
}

// shareWeights are the shares over their common denominator; the others have
// what is left. No parties: the policy has no share.
func shareWeights(rules *policy.Policy) (parties []string, weights []uint64) {
	common := uint64(1)
	for _, reserve := range rules.Reserves {
		if reserve.Share.Of > 0 {
			common = common / gcd(common, uint64(reserve.Share.Of)) * uint64(reserve.Share.Of)
		}
	}
	left := common
	for _, reserve := range rules.Reserves {
		if reserve.Share.Of == 0 {
			continue
		}
		weight := common / uint64(reserve.Share.Of) * uint64(reserve.Share.Lettings)
		parties, weights = append(parties, reserve.Code), append(weights, weight)
		left -= weight
	}
	if len(parties) == 0 {
		return nil, nil
	}
	return append(parties, ""), append(weights, left)
}

func gcd(a, b uint64) uint64 {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

// take gives one home of the class to a share; the open ones are not counted.
func (c *class) take(reserve string) {
	if reserve == "" {
		return
	}
	for i := range c.turns {
		if c.turns[i].reserve == reserve {
			c.turns[i].homes++
			return
		}
	}
	c.turns = append(c.turns, turn{reserve, 1})
}

// slots of a class: its shares', in order of code, then the open ones; or all of
// them for the group of its soft earmark.
func (c *class) slots() []allocation.Slot {
	open := len(c.units)
	var slots []allocation.Slot
	slices.SortFunc(c.turns, func(a, b turn) int { return strings.Compare(a.reserve, b.reserve) })
	for _, t := range c.turns {
		slots = append(slots, allocation.Slot{Count: t.homes, ReservedFor: t.reserve})
		open -= t.homes
	}
	if open > 0 {
		slots = append(slots, allocation.Slot{Count: open, ReservedFor: c.soft})
	}
	return slots
}

// Carry adds the homes of a night to what each share has had before.
func Carry(had map[string]int64, shares []*eilev1.Run_ShareCount) map[string]int64 {
	if had == nil && len(shares) > 0 {
		had = map[string]int64{}
	}
	for _, share := range shares {
		had[share.GetReserve()] += int64(share.GetHomes())
	}
	return had
}
