package market

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

// Offering is a kind of home that could be rented: its class and its rent a
// month, at least 1 cent.
type Offering struct {
	Name  string
	Class int
	Cents int64
}

// Valued is an offering with what one home of it is worth.
type Valued struct {
	Offering
	Gain Gain
	with Solution
}

// Purchase is one home of a shopping list.
type Purchase struct {
	Offering
	Gain Gain
	// Spent on the homes up to this one, a month.
	Spent int64
}

// Compare puts the better one first: by households for each cent, by seniority,
// and by name, so that the order is the same every time.
func (goal Goal) Compare(a, b Valued) int {
	// a.Gain.Households/a.Cents is more than b.Gain.Households/b.Cents.
	efficiency := cmp.Compare(int64(b.Gain.Households)*a.Cents, int64(a.Gain.Households)*b.Cents)
	seniority := 0
	switch {
	case a.Gain.Senior.before(b.Gain.Senior):
		seniority = -1
	case b.Gain.Senior.before(a.Gain.Senior):
		seniority = 1
	}
	if goal == MostSenior {
		efficiency, seniority = seniority, efficiency
	}
	return cmp.Or(efficiency, seniority, strings.Compare(a.Name, b.Name))
}

// Value says what one home more of each offering is worth beside the homes of
// tonight and extra ones by class, with whom now is the solution. No extra ones:
// nil.
func (s *Scenarios) Value(ctx context.Context, now Solution, extra []int, offerings []Offering) ([]Valued, error) {
	if extra == nil {
		extra = make([]int, len(s.classes))
	}
	solved := map[int]Solution{} // by class: homes that are alike are worth the same
	values := make([]Valued, len(offerings))
	for i, o := range offerings {
		with, known := solved[o.Class]
		if !known {
			more := slices.Clone(extra)
			more[o.Class]++
			var err error
			if with, err = s.Solve(ctx, more); err != nil {
				return nil, err
			}
			solved[o.Class] = with
		}
		values[i] = Valued{Offering: o, Gain: s.gain(now, with), with: with}
	}
	return values, nil
}

// Shop spends a budget a month home by home: each time the best one that it
// still pays for and that houses somebody more, solved again after each.
func (s *Scenarios) Shop(ctx context.Context, now Solution, offerings []Offering, budget int64, goal Goal) ([]Purchase, error) {
	var list []Purchase
	extra := make([]int, len(s.classes))
	offerings = slices.SortedStableFunc(slices.Values(offerings), func(a, b Offering) int { return cmp.Compare(a.Cents, b.Cents) })
	for spent := int64(0); ; {
		best, left, err := s.best(ctx, now, extra, offerings, budget-spent, goal)
		if err != nil || best == nil {
			return list, err
		}
		offerings = left
		extra[best.Class]++
		now, spent = best.with, spent+best.Cents
		list = append(list, Purchase{Offering: best.Offering, Gain: best.Gain, Spent: spent})
	}
}

// best returns the best offering for at most some cents, nil where none houses
// anybody more, and the offerings worth another look, in order of rent.
//
// In fill mode of one round two theorems spare most solving: the most that homes can house is
// the rank of a matroid, so that one home more houses at most one household
// more, and a kind that houses nobody more never will after others were added.
func (s *Scenarios) best(ctx context.Context, now Solution, extra []int, offerings []Offering, cents int64, goal Goal) (*Valued, []Offering, error) {
	var best *Valued
	var left []Offering
	fill := s.mode == allocation.Fill && s.then == nil
	for at := 0; at < len(offerings); {
		end := at + 1
		for end < len(offerings) && offerings[end].Cents == offerings[at].Cents {
			end++
		}
		same := offerings[at:end]
		at = end
		if same[0].Cents > cents {
			break // what costs more than is left is not paid for later either
		}
		if fill && goal == MostHouseholds && best != nil {
			left = append(left, same...)
			continue
		}
		values, err := s.Value(ctx, now, extra, same)
		if err != nil {
			return nil, nil, err
		}
		for i, v := range values {
			if v.Gain.Households > 0 && (best == nil || goal.Compare(v, *best) < 0) {
				best = &values[i]
			}
			if v.Gain.Households > 0 || !fill {
				left = append(left, v.Offering)
			}
		}
	}
	return best, left, nil
}
