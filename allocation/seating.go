package allocation

import (
	"cmp"
	"slices"
)

// seat appends the seats of a class's holders. Which block a household sits in is settled; inside a block those with a claim
// sit at a slot of one of their groups and the others anywhere, and in the class's order each gets the lowest slot that
// keeps everybody seated.
func (a *acceptance) seat(seats []Seat, class int32) []Seat {
	for i := range a.choosers[class].blocks {
		b := &a.choosers[class].blocks[i]
		holders, claimants := b.holders()
		if len(b.slots) == 1 {
			for _, h := range holders {
				seats = append(seats, Seat{Household: a.tenants[h.tenant].household, Class: class, Slot: b.first})
			}
			continue
		}
		for n, slot := range b.settle(holders, claimants) {
			seats = append(seats, Seat{Household: a.tenants[holders[n].tenant].household, Class: class, Slot: b.first + slot})
		}
	}
	return seats
}

// holders returns the block's holders in the class's order, and for each whether it sits by a claim.
func (b *block) holders() (all []holder, claimant map[int32]bool) {
	claimant = make(map[int32]bool, b.claims.size)
	for _, held := range b.claims.held {
		for _, h := range held {
			claimant[h.tenant] = true
		}
		all = append(all, held...)
	}
	all = append(all, b.rest...)
	slices.SortFunc(all, func(x, y holder) int { return cmp.Compare(x.rank, y.rank) })
	return all, claimant
}

// settle returns the slot of each holder, as an index in the block.
func (b *block) settle(holders []holder, claimant map[int32]bool) []int32 {
	counts := make([]int32, len(b.slots))
	anywhere := make([]int32, len(b.slots))
	bit := make([]uint64, len(b.slots)) // the group of each slot, as in holder.groups
	var names []string
	for i, s := range b.slots {
		counts[i], anywhere[i] = int32(s.Count), int32(i)
		g := slices.Index(names, s.ReservedFor)
		if g < 0 {
			g = len(names)
			names = append(names, s.ReservedFor)
		}
		bit[i] = 1 << g
	}
	m := newMatching(counts)
	for _, h := range holders {
		list := anywhere
		if claimant[h.tenant] {
			list = nil
			for i := range b.slots {
				if h.groups&bit[i] != 0 {
					list = append(list, int32(i))
				}
			}
		}
		if !m.add(list) {
			panic("allocation: a block holds more than it can seat")
		}
	}
	m.settle()
	return m.at
}
