package allocation

import (
	"cmp"
	"math"
	"slices"
)

// Certify writes out the outcome of seats that Run found for the instance, with its proof: why each other household gets
// nothing, the cutoffs or violators, and the largest size possible. The seats must stand in legal order. It names every
// household of the instance, also those that Run did not read.
func Certify(in Instance, seats []Seat) Outcome {
	out := Outcome{
		Size:        len(seats),
		MaxSize:     MaxSize(in, seats),
		Assignments: make([]Assignment, len(seats)),
		Unhoused:    make([]Unhoused, 0, len(in.Households)-len(seats)),
	}
	for i, s := range seats {
		out.Assignments[i] = Assignment{Household: in.Households[s.Household].ID, Class: in.Classes[s.Class].ID, Slot: int(s.Slot)}
	}
	b := newBook(in, seats)
	violators := newViolators(b)
	next := 0
	for h := range int32(len(in.Households)) {
		if next < len(seats) && seats[next].Household == h {
			next++
			continue
		}
		u := Unhoused{Household: in.Households[h].ID, Reason: b.reason(h)}
		if in.Mode == Fill && u.Reason == Outranked {
			u.Violator = violators.of(in.Households[h].Accepts)
		}
		out.Unhoused = append(out.Unhoused, u)
	}
	if in.Mode == Choice {
		out.Cutoffs = b.cutoffs()
	}
	return out
}

// MaxSize is the most households that any assignment could house, classes' own orders respected. Where seats, the seats that
// Run found, leave it no doubt (no home is left, or the mode maximises), it costs nothing; otherwise as much as fill mode.
func MaxSize(in Instance, seats []Seat) int {
	m := newMatching(capacities(in.Classes))
	if in.Mode == Fill || len(seats) == m.left {
		return len(seats)
	}
	ranks := ownRanks(in.Classes)
	for h, household := range in.Households {
		if m.exhausted() {
			break
		}
		m.add(placeable(ranks, int32(h), household.Accepts))
	}
	return len(m.at)
}

// placeable leaves out of accepts the classes whose own order does not list the household.
func placeable(ranks [][]ranked, h int32, accepts []int32) []int32 {
	outside := func(c int32) bool { return ranks[c] != nil && rankIn(ranks[c], h) < 0 }
	if !slices.ContainsFunc(accepts, outside) {
		return accepts
	}
	return slices.DeleteFunc(slices.Clone(accepts), outside)
}

// ownRanks returns for each class with an order of its own the ranks by household, nil for the others.
func ownRanks(classes []Class) [][]ranked {
	all := make([][]ranked, len(classes))
	for i, c := range classes {
		if c.Order == nil {
			continue
		}
		all[i] = make([]ranked, 0, len(c.Order))
		for rank, h := range c.Order {
			all[i] = append(all[i], ranked{household: h, rank: int32(rank)})
		}
		slices.SortFunc(all[i], func(a, b ranked) int { return cmp.Compare(a.household, b.household) })
	}
	return all
}

// book is an instance beside its seats, in the shapes that the certificate asks for.
type book struct {
	in    Instance
	ranks [][]ranked
	held  [][]Seat // by class, in legal order
	// The least senior of all holders of a class, and of those at its reserved slots; -1 where there is none. Seniority is
	// the legal order, also where the class has an order of its own.
	last, lastReserved []int32
}

func newBook(in Instance, seats []Seat) *book {
	n := len(in.Classes)
	b := &book{in: in, ranks: ownRanks(in.Classes), held: make([][]Seat, n), last: make([]int32, n), lastReserved: make([]int32, n)}
	for c := range n {
		b.last[c], b.lastReserved[c] = -1, -1
	}
	for _, s := range seats {
		b.held[s.Class] = append(b.held[s.Class], s)
		b.last[s.Class] = max(b.last[s.Class], s.Household)
		if in.Classes[s.Class].Slots[s.Slot].ReservedFor != "" {
			b.lastReserved[s.Class] = max(b.lastReserved[s.Class], s.Household)
		}
	}
	return b
}

// rank returns the household's place in the class's order, -1 if it cannot be placed there.
func (b *book) rank(class, household int32) int32 {
	if b.ranks[class] == nil {
		return household
	}
	return rankIn(b.ranks[class], household)
}

func (b *book) reason(h int32) Reason {
	accepts := b.in.Households[h].Accepts
	if len(accepts) == 0 {
		return NoSuitableClass
	}
	for _, c := range accepts {
		if h < b.lastReserved[c] && b.rank(c, h) >= 0 {
			return Reserved
		}
	}
	return Outranked
}

// cutoffs returns those of all full slots, in order of class id and slot, so that the order of the classes changes nothing.
func (b *book) cutoffs() []Cutoff {
	var all []Cutoff
	for c, class := range b.in.Classes {
		counts := make([]int, len(class.Slots))
		last := make([]Seat, len(class.Slots))
		lastKey := make([]int64, len(class.Slots))
		for _, s := range b.held[c] {
			key := b.key(s)
			if counts[s.Slot] == 0 || key > lastKey[s.Slot] {
				last[s.Slot], lastKey[s.Slot] = s, key
			}
			counts[s.Slot]++
		}
		for i, slot := range class.Slots {
			if counts[i] == slot.Count {
				all = append(all, Cutoff{Class: class.ID, Slot: i, Household: b.in.Households[last[i].Household].ID})
			}
		}
	}
	slices.SortFunc(all, func(x, y Cutoff) int { return cmp.Or(cmp.Compare(x.Class, y.Class), cmp.Compare(x.Slot, y.Slot)) })
	return all
}

// key orders the households as a slot does: members of its group first, then the class's order.
func (b *book) key(s Seat) int64 {
	key := int64(b.rank(s.Class, s.Household))
	if group := b.in.Classes[s.Class].Slots[s.Slot].ReservedFor; group != "" && !b.in.member(s.Household, group) {
		key += math.MaxInt32
	}
	return key
}

func (in Instance) member(h int32, group string) bool {
	return slices.ContainsFunc(in.Households[h].Groups, func(g int32) bool { return in.Groups[g] == group })
}
