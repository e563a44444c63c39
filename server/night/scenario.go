package night

import (
	"context"
	"errors"
	"slices"

	"github.com/eile-housing/eile/allocation"
)

// scenarios are tonight's market, read once, that is solved again and again with
// some homes more. The households are kept in legal order and looked at when a
// scenario first gets that far down the list; what was learned of one serves all
// scenarios. It reads only, is for one goroutine, and the same market gives the
// same answers.
type scenarios struct {
	mode    allocation.Mode
	groups  []string
	classes []allocation.Class // tonight's, then those that only a scenario has homes of
	vacant  []int              // homes of each class tonight
	waiting []spot             // in legal order
	look    func(spot) (looked, error)

	// then are the homes that a second round releases, where there are any:
	// classes by their numbers in this one. None is vacant before.
	then *scenarios
	from []int

	known []*looked // by index of waiting; nil: not looked at
	suits [][]int32 // classes by pattern; nil: none of its households was looked at
}

// spot is one household on the list.
type spot struct {
	reference string
	list      int32  // index of its list
	position  int32  // on its list, from 1
	pattern   uint32 // households of one pattern suit the same classes
	engaged   bool   // has an open offer: it stands on the list and gets none
}

// looked is what the engine must know of a household.
type looked struct {
	accepts []int32 // classes, the most wanted first
	groups  []int32
	suits   []int32 // classes of its pattern
}

// solution is who gets a home, in legal order, as indices of waiting, and how
// many homes of each class are given.
type solution struct {
	housed []int32
	given  []int
}

// solve lets the engine match tonight's homes and extra ones by class, and then
// those that are released, to whom the first round gave none.
func (s *scenarios) solve(ctx context.Context, extra []int) (solution, error) {
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
		return solution{}, err
	}
	for i, c := range s.from {
		found.given[c] += second.given[i]
	}
	found.housed = append(found.housed, second.housed...)
	slices.Sort(found.housed)
	return found, nil
}

// homes counts the homes of a class in a scenario.
func (s *scenarios) homes(class int, extra []int) int {
	if extra == nil {
		return s.vacant[class]
	}
	return s.vacant[class] + extra[class]
}

// round plays one round for all but those who are housed already, who stand in
// legal order.
func (s *scenarios) round(ctx context.Context, extra []int, housed []int32) (solution, error) {
	if err := ctx.Err(); err != nil {
		return solution{}, err
	}
	run := &scenario{scenarios: s, number: make([]int32, len(s.classes)), housed: housed}
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
		return solution{}, err
	}
	found := solution{given: make([]int, len(s.classes))}
	for _, seat := range result.Seats {
		found.housed = append(found.housed, run.read[seat.Household])
		found.given[run.class[seat.Class]]++
	}
	return found, nil
}

// scenario is one solving.
type scenario struct {
	*scenarios
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

// at looks at a household, once.
func (s *scenarios) at(i int) (*looked, error) {
	if s.known == nil {
		s.known = make([]*looked, len(s.waiting))
	}
	if s.known[i] == nil {
		found, err := s.look(s.waiting[i])
		if err != nil {
			return nil, err
		}
		s.known[i] = &found
		pattern := int(s.waiting[i].pattern)
		s.suits = append(s.suits, make([][]int32, max(0, pattern+1-len(s.suits)))...)
		s.suits[pattern] = found.suits
	}
	return s.known[i], nil
}

// Gain is what some homes more are worth beside a night without them.
type Gain struct {
	// Households that get a home and would not without.
	Households int
	// Place of the most senior of those who would not get one without.
	Senior Seniority
}

// Seniority is a place in the legal order; the zero value is nobody's.
type Seniority struct {
	List     string
	Position int // on the list, from 1
	rank     int // in the legal order, from 1
}

// before tells whether one place is before another; nobody's is after all.
func (a Seniority) before(b Seniority) bool { return a.rank != 0 && (b.rank == 0 || a.rank < b.rank) }

// gain compares two solutions. In choice mode a home more may let somebody be
// housed and somebody else not; then the households are counted and the most
// senior who is new is told.
func (s *scenarios) gain(without, with solution, lists []string) Gain {
	g := Gain{Households: len(with.housed) - len(without.housed)}
	for at, i := 0, 0; i < len(with.housed); i++ {
		for at < len(without.housed) && without.housed[at] < with.housed[i] {
			at++
		}
		if at == len(without.housed) || without.housed[at] != with.housed[i] {
			who := s.waiting[with.housed[i]]
			g.Senior = Seniority{List: lists[who.list], Position: int(who.position), rank: int(with.housed[i]) + 1}
			break
		}
	}
	return g
}
