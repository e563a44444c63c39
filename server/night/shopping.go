package night

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/eile-housing/eile/allocation"
)

// Goal is what homes are rented for.
type Goal int

// The goals.
const (
	// MostHouseholds counts the households housed for each cent of rent.
	MostHouseholds Goal = iota
	// MostSenior looks at who is housed first, and then counts.
	MostSenior
)

// offering is a kind of home that could be rented: its class and its rent a
// month, at least 1 cent.
type offering struct {
	name  string
	class int
	cents int64
}

// valued is an offering with what one home of it is worth.
type valued struct {
	offering
	gain Gain
	with solution
}

// Purchase is one home of a shopping list.
type Purchase struct {
	Kind  string
	Cents int64
	Gain  Gain
	// Spent on the homes up to this one, a month.
	Spent int64
}

// compare puts the better one first: by households for each cent, by seniority,
// and by name, so that the order is the same every time.
func (goal Goal) compare(a, b valued) int {
	// a.Households/a.cents is more than b.Households/b.cents.
	efficiency := cmp.Compare(int64(b.gain.Households)*a.cents, int64(a.gain.Households)*b.cents)
	seniority := 0
	switch {
	case a.gain.Senior.before(b.gain.Senior):
		seniority = -1
	case b.gain.Senior.before(a.gain.Senior):
		seniority = 1
	}
	if goal == MostSenior {
		efficiency, seniority = seniority, efficiency
	}
	return cmp.Or(efficiency, seniority, strings.Compare(a.name, b.name))
}

// value solves with one home more of each offering.
func (s *scenarios) value(ctx context.Context, now solution, extra []int, offerings []offering, lists []string) ([]valued, error) {
	if extra == nil {
		extra = make([]int, len(s.classes))
	}
	solved := map[int]solution{} // by class: homes that are alike are worth the same
	values := make([]valued, len(offerings))
	for i, o := range offerings {
		with, known := solved[o.class]
		if !known {
			more := slices.Clone(extra)
			more[o.class]++
			var err error
			if with, err = s.solve(ctx, more); err != nil {
				return nil, err
			}
			solved[o.class] = with
		}
		values[i] = valued{offering: o, gain: s.gain(now, with, lists), with: with}
	}
	return values, nil
}

// shop spends a budget a month home by home: each time the best one that it
// still pays for and that houses somebody more, solved again after each.
func (s *scenarios) shop(ctx context.Context, now solution, offerings []offering, budget int64, goal Goal, lists []string) ([]Purchase, error) {
	var list []Purchase
	extra := make([]int, len(s.classes))
	offerings = slices.SortedStableFunc(slices.Values(offerings), func(a, b offering) int { return cmp.Compare(a.cents, b.cents) })
	for spent := int64(0); ; {
		best, left, err := s.best(ctx, now, extra, offerings, budget-spent, goal, lists)
		if err != nil || best == nil {
			return list, err
		}
		offerings = left
		extra[best.class]++
		now, spent = best.with, spent+best.cents
		list = append(list, Purchase{Kind: best.name, Cents: best.cents, Gain: best.gain, Spent: spent})
	}
}

// best answers the best offering for at most some cents, nil where none houses
// anybody more, and the offerings worth another look, in order of rent.
//
// In fill mode of one round two theorems spare most solving: the most that homes can house is
// the rank of a matroid, so that one home more houses at most one household
// more, and a kind that houses nobody more never will after others were added.
func (s *scenarios) best(ctx context.Context, now solution, extra []int, offerings []offering, cents int64, goal Goal, lists []string) (*valued, []offering, error) {
	var best *valued
	var left []offering
	fill := s.mode == allocation.Fill && s.then == nil
	for at := 0; at < len(offerings); {
		end := at + 1
		for end < len(offerings) && offerings[end].cents == offerings[at].cents {
			end++
		}
		same := offerings[at:end]
		at = end
		if same[0].cents > cents {
			break // what costs more than is left is not paid for later either
		}
		if fill && goal == MostHouseholds && best != nil {
			left = append(left, same...)
			continue
		}
		values, err := s.value(ctx, now, extra, same, lists)
		if err != nil {
			return nil, nil, err
		}
		for i, v := range values {
			if v.gain.Households > 0 && (best == nil || goal.compare(v, *best) < 0) {
				best = &values[i]
			}
			if v.gain.Households > 0 || !fill {
				left = append(left, v.offering)
			}
		}
	}
	return best, left, nil
}
