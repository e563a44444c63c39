package allocation

import (
	"errors"
	"fmt"
	"iter"
	"math"
	"slices"
)

// Market is an Instance whose households arrive one by one, so that a list of millions is never held in memory.
type Market struct {
	Mode       Mode
	Classes    []Class
	Groups     []string
	Households iter.Seq[Household] // in legal order, most senior first
	// Shut, when set, is called at most once for each class, when no household read from then on can enter it or raise the
	// largest possible size. The source of the households may pass over those who accept shut classes only: reading them
	// would change neither the seats nor the certificate. Where a class has an order of its own none is ever shut.
	Shut func(class int32)
	// Keep records every household that was read in Result.Instance, which the certificate needs.
	Keep bool
}

// Seat says that a household, by its position in the legal order, gets a home of a class from one of its slots.
type Seat struct {
	Household int32
	Class     int32
	Slot      int32
}

// Result is what Run found.
type Result struct {
	Seats []Seat // in legal order
	Read  int    // how many households were read; none after them could have changed the seats or the largest size
	// Instance is the market as an instance; with Market.Keep its households are exactly those that were read.
	Instance Instance
}

// Outcome returns the result with its certificate; the market must have been run with Keep.
func (r Result) Outcome() Outcome { return Certify(r.Instance, r.Seats) }

// maxBlockGroups is how many groups one run of adjacent reserved slots can tell apart: one bit each.
const maxBlockGroups = 64

// Run allocates. It reads the households in order and stops reading as soon as no further one can change the result. What
// it allocates in memory is bounded by the homes, and by the households read where Keep is set.
// It refuses a market that Validate refuses, before reading anything.
func Run(m Market) (Result, error) {
	if err := m.Validate(); err != nil {
		return Result{}, err
	}
	r := Result{Instance: Instance{Mode: m.Mode, Classes: m.Classes, Groups: m.Groups}}
	households := m.Households
	if m.Keep {
		households = func(yield func(Household) bool) {
			for h := range m.Households {
				if kept := r.Instance.Households; len(kept) == cap(kept) {
					// Doubling copies less than append does where the whole of a long list is read.
					r.Instance.Households = slices.Grow(kept, max(len(kept), 1024))
				}
				r.Instance.Households = append(r.Instance.Households, h)
				if !yield(h) {
					return
				}
			}
		}
	}
	switch {
	case m.Mode == Fill:
		r.Seats, r.Read = fill(m.Classes, households, m.Shut)
	case commonOrder(m.Classes):
		r.Seats, r.Read = dictate(m.Classes, households, newGate(m))
	default:
		r.Seats, r.Read = deferredAcceptance(m.Classes, m.Groups, households, newGate(m))
	}
	slices.SortFunc(r.Seats, func(a, b Seat) int { return int(a.Household) - int(b.Household) })
	return r, nil
}

// commonOrder tells whether all slots are given out in the legal order, so that serial dictatorship is enough.
func commonOrder(classes []Class) bool {
	for _, c := range classes {
		if c.Order != nil || slices.ContainsFunc(c.Slots, func(s Slot) bool { return s.ReservedFor != "" }) {
			return false
		}
	}
	return true
}

// Validate returns every fault of the classes, each with its JSON path in a written instance. It does not look at the
// households, and takes for granted that orders have no repeats and that indices are in range.
func (m Market) Validate() error {
	var faults []error
	if m.Mode != Choice && m.Mode != Fill {
		faults = append(faults, fmt.Errorf("$.mode: %q is not a mode; write %q or %q", m.Mode, Choice, Fill))
	}
	for i, c := range m.Classes {
		faults = append(faults, c.faults(m.Mode, i)...)
	}
	return errors.Join(faults...)
}

func (c Class) faults(mode Mode, index int) (faults []error) {
	bad := func(path, format string, args ...any) {
		faults = append(faults, fmt.Errorf("$.classes[%d]%s: %s", index, path, fmt.Sprintf(format, args...)))
	}
	if len(c.Slots) == 0 {
		bad(".slots", "a class needs at least one slot")
	}
	if mode == Fill && c.Order != nil {
		bad(".order", "fill mode has one common order; leave order out")
	}
	total := 0
	var block []string
	for i, s := range c.Slots {
		switch {
		case s.Count < 1:
			bad(fmt.Sprintf(".slots[%d].count", i), "must be at least 1, is %d", s.Count)
		case s.Count > math.MaxInt32-total:
			bad(fmt.Sprintf(".slots[%d].count", i), "the class would have more than %d homes", math.MaxInt32)
		default:
			total += s.Count
		}
		if s.ReservedFor == "" {
			block = block[:0]
			continue
		}
		if mode == Fill {
			bad(fmt.Sprintf(".slots[%d].reserved_for", i), "fill mode has no reserved slots; leave reserved_for out")
		}
		if !slices.Contains(block, s.ReservedFor) {
			block = append(block, s.ReservedFor)
		}
		if len(block) == maxBlockGroups+1 {
			bad(fmt.Sprintf(".slots[%d].reserved_for", i),
				"adjacent slots are reserved for more than %d different groups; that is more than this engine can tell apart", maxBlockGroups)
		}
	}
	return faults
}

// homes counts the homes of a class.
func (c Class) homes() int {
	n := 0
	for _, s := range c.Slots {
		n += s.Count
	}
	return n
}

// slotAt returns the slot of the n-th home of a class (n from 0) whose slots are given out in order.
func (c Class) slotAt(n int) int32 {
	for i, s := range c.Slots {
		if n < s.Count {
			return int32(i)
		}
		n -= s.Count
	}
	panic("allocation: a class was given out beyond its homes")
}
