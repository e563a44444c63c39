package allocation

import (
	"fmt"
	"iter"
	"slices"
)

// Why is the one reason why a household did not get a home of a class, and the seat that it has instead.
type Why struct {
	Reason Reason
	Seat   Seat // where Housed
	Housed bool
}

// PassedOver explains a class: it yields, in legal order, each household that is more senior than the least senior holder of
// the class and is not a holder itself, with exactly one reason.
func (in Instance) PassedOver(seats []Seat, class int32) iter.Seq2[int32, Why] {
	return func(yield func(int32, Why) bool) {
		b := newBook(in, seats)
		for h := range b.last[class] {
			if why, passed := b.why(seats, h, class); passed && !yield(h, why) {
				return
			}
		}
	}
}

// Explain yields, for one household, each class that it did not get a home of, with the reason.
func (in Instance) Explain(seats []Seat, household int32) iter.Seq2[int32, Why] {
	return func(yield func(int32, Why) bool) {
		b := newBook(in, seats)
		for class := range int32(len(in.Classes)) {
			if why, passed := b.why(seats, household, class); passed && !yield(class, why) {
				return
			}
		}
	}
}

// why returns the reason why the household did not get a home of the class; passed is false if it did.
func (b *book) why(seats []Seat, h, class int32) (why Why, passed bool) {
	i, housed := slices.BinarySearchFunc(seats, h, func(s Seat, h int32) int { return int(s.Household) - int(h) })
	if housed {
		why.Seat, why.Housed = seats[i], true
		if why.Seat.Class == class {
			return Why{}, false
		}
	}
	accepts := b.in.Households[h].Accepts
	at := slices.Index(accepts, class)
	switch {
	case at < 0 || b.rank(class, h) < 0:
		why.Reason = NotSuitable
	case housed && slices.Index(accepts, why.Seat.Class) < at:
		why.Reason = PreferredOther
	case b.in.Mode == Fill && housed && h < b.last[class]:
		why.Reason = PlacedElsewhere
	case h < b.lastReserved[class]:
		why.Reason = Reserved
	default:
		why.Reason = Outranked
	}
	return why, true
}

// Seats returns the assignments of an outcome of this instance as seats, in legal order. It fails on an outcome that names
// a household or class that the instance does not have.
func (in Instance) Seats(out Outcome) ([]Seat, error) {
	households := make(map[string]int32, len(in.Households))
	for i, h := range in.Households {
		households[h.ID] = int32(i)
	}
	classes := make(map[string]int32, len(in.Classes))
	for i, c := range in.Classes {
		classes[c.ID] = int32(i)
	}
	seats := make([]Seat, len(out.Assignments))
	for i, a := range out.Assignments {
		h, known := households[a.Household]
		if !known {
			return nil, fmt.Errorf("$.assignments[%d].household: the instance has no household %q", i, a.Household)
		}
		c, known := classes[a.Class]
		if !known {
			return nil, fmt.Errorf("$.assignments[%d].class: the instance has no class %q", i, a.Class)
		}
		if a.Slot < 0 || a.Slot >= len(in.Classes[c].Slots) {
			return nil, fmt.Errorf("$.assignments[%d].slot: class %q has no slot %d", i, a.Class, a.Slot)
		}
		seats[i] = Seat{Household: h, Class: c, Slot: int32(a.Slot)}
	}
	slices.SortFunc(seats, func(a, b Seat) int { return int(a.Household) - int(b.Household) })
	return seats, nil
}
