package market

import (
	"context"
	"errors"
	"slices"

	"github.com/eile-housing/eile/allocation"
)

// Solution is who gets a home in one scenario.
type Solution struct {
	housed []int32 // in legal order, as indices of waiting
	given  []int   // homes of each class
}

// Housed counts the households that get a home.
func (s Solution) Housed() int { return len(s.housed) }

// Solve lets the engine match tonight's homes and extra ones by class, and then
// those that are released, to whom the first round gave none. No extra ones: nil.
func (s *Scenarios) Solve(ctx context.Context, extra []int) (Solution, error) {
	found, err := s.round(ctx, extra, nil)
	if err != nil || s.then == nil {
		return found, err
	}
	left := make([]int, len(s.from))
	for i, c := range s.from {
		left[i] = s.homes(c, extra) - found.given[c]
	}
	if !slices.ContainsFunc(left, func(count int) bool { return count > 0 }) {
		return found, nil
	}
	second, err := s.then.round(ctx, left, found.housed)
	if err != nil {
		return Solution{}, err
	}
	for i, c := range s.from {
		found.given[c] += second.given[i]
	}
	found.housed = append(found.housed, second.housed...)
	slices.Sort(found.housed)
	return found, nil
}

// homes counts the homes of a class in a scenario.
func (s *Scenarios) homes(class int, extra []int) int {
	if extra == nil {
		return s.vacant[class]
	}
	return s.vacant[class] + extra[class]
}

// round plays one round for all but those who are housed already, who stand in
// legal order.
func (s *Scenarios) round(ctx context.Context, extra []int, housed []int32) (Solution, error) {
	if err := ctx.Err(); err != nil {
		return Solution{}, err
	}
	run := &scenario{Scenarios: s, number: make([]int32, len(s.classes)), housed: housed}
	for c, class := range s.classes {
		run.number[c] = -1
		count := s.homes(c, extra)
		if count == 0 {
			continue
		}
		run.number[c] = int32(len(run.classes))
		run.classes = append(run.classes, allocation.Class{
			ID: class.ID, Slots: []allocation.Slot{{Count: count, ReservedFor: class.Slots[0].ReservedFor}},
		})
		run.class = append(run.class, c)
	}
	run.shut = make([]bool, len(run.classes))
	result, err := allocation.Run(allocation.Market{
		Mode: s.mode, Classes: run.classes, Groups: s.groups, Households: run.households,
		Shut: func(class int32) { run.shut[class] = true },
	})
	if err = errors.Join(err, run.err); err != nil {
		return Solution{}, err
	}
	found := Solution{given: make([]int, len(s.classes))}
	for _, seat := range result.Seats {
		found.housed = append(found.housed, run.read[seat.Household])
		found.given[run.class[seat.Class]]++
	}
	return found, nil
}

// scenario is one solving.
type scenario struct {
	*Scenarios
	classes []allocation.Class
	class   []int   // by class of the engine
	number  []int32 // by class: that of the engine, or -1
	shut    []bool  // by class of the engine
	housed  []int32 // indices of waiting that have a home already
	read    []int32 // indices of waiting that the engine read
	open    []int   // by pattern: the first of its classes that may be open
	wishes  map[shared][]int32
	err     error
}

// shared names a list of accepted classes that households share.
type shared struct {
	first *int32
	count int
}

// households yields those who can get a home of the scenario. Where all classes
// of a pattern are shut its households are passed over without a look; the first
// of each pattern is told, as in a night.
func (r *scenario) households(yield func(allocation.Household) bool) {
	r.wishes = map[shared][]int32{}
	housed := r.housed
	for i, at := range r.waiting {
		if len(housed) > 0 && housed[0] == int32(i) {
			housed = housed[1:]
			continue
		}
		if at.engaged || r.dead(at.pattern) {
			continue
		}
		known, err := r.at(i)
		if err != nil {
			r.err = err
			return
		}
		r.grow(at.pattern)
		r.read = append(r.read, int32(i))
		if !yield(allocation.Household{ID: at.reference, Accepts: r.accepts(known.accepts), Groups: known.groups}) {
			return
		}
	}
}

// dead tells whether no class of a pattern that was told is open. Classes only
// ever close, so that each is looked at once.
func (r *scenario) dead(pattern uint32) bool {
	if int(pattern) >= len(r.open) || r.open[pattern] < 0 {
		return false
	}
	suits := r.suits[pattern]
	for ; r.open[pattern] < len(suits); r.open[pattern]++ {
		if c := r.number[suits[r.open[pattern]]]; c >= 0 && !r.shut[c] {
			return false
		}
	}
	return true
}

// grow notes that a household of a pattern was told.
func (r *scenario) grow(pattern uint32) {
	for int(pattern) >= len(r.open) {
		r.open = append(r.open, -1)
	}
	r.open[pattern] = max(0, r.open[pattern])
}

// accepts leaves out the classes that the scenario has no homes of. Households
// with equal wishes share them.
func (r *scenario) accepts(all []int32) []int32 {
	if len(all) == 0 {
		return nil
	}
	key := shared{&all[0], len(all)}
	if wanted, known := r.wishes[key]; known {
		return wanted
	}
	wanted := make([]int32, 0, len(all))
	for _, c := range all {
		if r.number[c] >= 0 {
			wanted = append(wanted, r.number[c])
		}
	}
	r.wishes[key] = wanted
	return wanted
}
