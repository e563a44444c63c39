package market

import (
	"github.com/eile-housing/eile/allocation"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// Scenarios are one night's market that is solved again and again with some homes
// more. The households are kept in legal order and looked at when a scenario
// first gets that far down the list; what was learned of one serves all
// scenarios. They read only, are for one goroutine, and the same market gives the
// same answers.
type Scenarios struct {
	mode    allocation.Mode
	groups  []string
	lists   []string           // in the order of the policy
	classes []allocation.Class // tonight's, then those that only a scenario has homes of
	vacant  []int              // homes of each class tonight
	waiting []spot             // in legal order
	look    func(spot) (looked, error)

	// then are the homes that a second round releases, where there are any:
	// classes by their numbers in this one. None is vacant before.
	then *Scenarios
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

// NewScenarios reads a night and says which class the homes of each kind are of:
// one of tonight's where they are alike, or one of their own.
func NewScenarios(night Night, kinds []*eilev1.Unit) (*Scenarios, []int) {
	homes := sorted(&night)
	tonight := len(homes.classes)
	byKey := map[string]int{}
	for i, c := range homes.classes {
		byKey[c.key] = i
	}
	of := make([]int, len(kinds))
	for i, kind := range kinds {
		key := night.homeKey(kind)
		at, known := byKey[key]
		if !known {
			at = len(homes.classes)
			byKey[key] = at
			homes.open(key, kind)
		}
		of[i] = at
	}
	s := newSource(&night, homes).scenarios(night.places())
	for i, c := range homes.classes[:tonight] {
		s.vacant[i] = len(c.units)
	}
	if rest := homes.left(nil); rest.count > 0 {
		s.then = newSource(&night, rest).scenarios(s.waiting)
		for i, c := range homes.classes {
			if c.released {
				s.from = append(s.from, i)
			}
		}
	}
	return s, of
}

// scenarios of the homes of a source, none of them vacant yet.
func (s *source) scenarios(waiting []spot) *Scenarios {
	all := &Scenarios{
		mode: s.night.mode(), groups: s.groups, lists: s.night.policy().Lists, waiting: waiting, look: s.lookAt, vacant: make([]int, len(s.homes.classes)),
	}
	for _, c := range s.homes.classes {
		all.classes = append(all.classes, allocation.Class{ID: c.id, Slots: []allocation.Slot{{Count: 1, ReservedFor: c.soft}}})
	}
	return all
}

// places lists the waiting households in legal order.
func (n *Night) places() []spot {
	var all []spot
	for list, name := range n.policy().Lists {
		position := int32(0)
		for standing := range n.Waiting(name) {
			position++
			all = append(all, spot{
				reference: standing.Reference, list: int32(list), position: position, pattern: standing.Pattern, engaged: standing.OpenOffer,
			})
		}
	}
	return all
}

// lookAt reads what the engine must know of a household. No class is shut here,
// so that only who suits no home at all is passed over.
func (s *source) lookAt(at spot) (looked, error) {
	household, of, ok := s.household(Standing{Reference: at.reference, Pattern: at.pattern})
	if s.err != nil || !ok {
		return looked{}, s.err
	}
	return looked{accepts: household.Accepts, groups: household.Groups, suits: of.classes}, nil
}

// Waiting counts the households on all lists.
func (s *Scenarios) Waiting() int { return len(s.waiting) }

// Vacant counts the homes that can be offered tonight.
func (s *Scenarios) Vacant() int {
	total := 0
	for _, count := range s.vacant {
		total += count
	}
	return total
}

// at looks at a household, once.
func (s *Scenarios) at(i int) (*looked, error) {
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
