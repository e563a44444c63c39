package night

import (
	"context"
	"fmt"
	"slices"

	"github.com/eile-housing/eile/allocation"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server/casework"
	"github.com/eile-housing/eile/store"
	"github.com/eile-housing/eile/store/living"
)

// Kind of home that could be rented. What the home is says the unit.
type Kind struct {
	Name  string
	Cents int64 // rent a month, at least 1
	Unit  *eilev1.Unit
}

// KindGain is what one home of a kind is worth.
type KindGain struct {
	Kind
	Gain
}

// Advice says what to rent next.
type Advice struct {
	Revision  uint64
	Waiting   int // households on all lists
	Vacancies int // homes that can be offered tonight
	Matched   int // of them, without any home more
	Kinds     []KindGain
	Purchases []Purchase
}

// Advise solves the night of the rules' day with one home more of each kind, and
// with what a budget in cents a month pays for; a budget of 0 makes no list. It
// changes nothing.
func (n *Night) Advise(ctx context.Context, rules casework.Rules, kinds []Kind, budget int64, goal Goal) (*Advice, error) {
	advice := &Advice{}
	err := n.tonight(ctx, rules, func(v *store.View, frozen living.Frozen, over *overlay) error {
		s, class, err := newScenarios(v, frozen, rules, over, kinds)
		if err != nil {
			return err
		}
		now, err := s.solve(ctx, nil)
		if err != nil {
			return err
		}
		offerings := make([]offering, len(kinds))
		for i, kind := range kinds {
			offerings[i] = offering{name: kind.Name, class: class[i], cents: kind.Cents}
		}
		lists := rules.Policy.Lists()
		values, err := s.value(ctx, now, nil, offerings, lists)
		if err != nil {
			return err
		}
		advice.take(v, s, now, kinds, values, goal)
		if budget > 0 {
			advice.Purchases, err = s.shop(ctx, now, offerings, budget, goal, lists)
		}
		return err
	})
	return advice, err
}

// take fills in what does not depend on a budget, the best kind first.
func (a *Advice) take(v *store.View, s *scenarios, now solution, kinds []Kind, values []valued, goal Goal) {
	a.Revision, a.Waiting, a.Matched = v.Revision(), len(s.waiting), len(now.housed)
	for _, count := range s.vacant {
		a.Vacancies += count
	}
	order := make([]int, len(values))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(x, y int) int { return goal.compare(values[x], values[y]) })
	for _, i := range order {
		a.Kinds = append(a.Kinds, KindGain{Kind: kinds[i], Gain: values[i].gain})
	}
}

// tonight freezes the register and does on an overlay what the day makes
// necessary before anything is matched.
func (n *Night) tonight(ctx context.Context, rules casework.Rules, fn func(*store.View, living.Frozen, *overlay) error) error {
	if err := unsupported(rules.Policy); err != nil {
		return err
	}
	return n.register.Freeze(ctx, func(v *store.View, frozen living.Frozen) error {
		if err := under(v.Policy(), rules); err != nil {
			return err
		}
		over, err := n.rehearse(v, rules)
		if err != nil {
			return err
		}
		return fn(v, frozen, over)
	})
}

// newScenarios reads tonight's market and says which class the homes of each
// kind are of: one of tonight's where they are alike, or one of their own.
func newScenarios(v *store.View, frozen living.Frozen, rules casework.Rules, over *overlay, kinds []Kind) (*scenarios, []int, error) {
	homes, err := readHomes(v, frozen, rules, over)
	if err != nil {
		return nil, nil, err
	}
	tonight := len(homes.classes)
	byKey := map[string]int{}
	for i, c := range homes.classes {
		byKey[c.key] = i
	}
	of := make([]int, len(kinds))
	for i, kind := range kinds {
		key := homeKey(rules, kind.Unit)
		at, known := byKey[key]
		if !known {
			at = len(homes.classes)
			byKey[key] = at
			homes.classes = append(homes.classes, &class{id: fmt.Sprintf("c%d", at+1), key: key, sample: kind.Unit})
		}
		of[i] = at
	}
	source := newSource(v, frozen, rules, over, homes, plainName)
	s := source.scenarios(source.places())
	for i, c := range homes.classes[:tonight] {
		s.vacant[i] = len(c.units)
	}
	if rest := homes.left(nil); rest.count > 0 {
		s.then = newSource(v, frozen, rules, over, rest, plainName).scenarios(s.waiting)
		for i, c := range homes.classes {
			if c.released {
				s.from = append(s.from, i)
			}
		}
	}
	return s, of, nil
}

// plainName is for what nobody but the register sees.
func plainName(reference string) string { return reference }

// scenarios of the homes of a source, none of them vacant yet.
func (s *source) scenarios(waiting []spot) *scenarios {
	all := &scenarios{
		mode: allocation.Mode(s.rules.Policy.Mode()), groups: s.groups, waiting: waiting, look: s.lookAt, vacant: make([]int, len(s.homes.classes)),
	}
	for _, c := range s.homes.classes {
		all.classes = append(all.classes, allocation.Class{ID: c.id, Slots: []allocation.Slot{{Count: 1, ReservedFor: c.soft}}})
	}
	return all
}

// places lists the waiting households in legal order.
func (s *source) places() []spot {
	var all []spot
	for list, name := range s.rules.Policy.Lists() {
		position := int32(0)
		for reference, mark := range s.waiting(name) {
			position++
			all = append(all, spot{reference: reference, list: int32(list), position: position, pattern: mark.Pattern, engaged: mark.OpenOffer})
		}
	}
	return all
}

// lookAt reads what the engine must know of a household. No class is shut here,
// so that only who suits no home at all is passed over.
func (s *source) lookAt(at spot) (looked, error) {
	household, of, ok := s.household(at.reference, living.Mark{Pattern: at.pattern})
	if s.err != nil || !ok {
		return looked{}, s.err
	}
	return looked{accepts: household.Accepts, groups: household.Groups, suits: of.classes}, nil
}
