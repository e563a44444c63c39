package market

import (
	"slices"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// Result is what the engine made of a night.
type Result struct {
	Matches []*eilev1.Run_Match // in legal order
	Rounds  []*Round
	Homes   int // that could be offered
	Read    int // households that the engine read, in the round in which it read most
	Shares  []*eilev1.Run_ShareCount
}

// Solve lets the engine match a night, and then the released homes that the first
// round gave to nobody.
func Solve(night Night) (*Result, error) {
	homes := sorted(&night)
	homes.share(night.policy(), night.Had)
	first := &Round{source: newSource(&night, homes)}
	if err := first.play(); err != nil {
		return nil, err
	}
	result := &Result{Rounds: []*Round{first}, Homes: homes.count, Shares: first.shares()}
	if rest := homes.left(first.Seats); rest.count > 0 {
		second := &Round{source: newSource(&night, rest)}
		second.source.housed = first.housed()
		if err := second.play(); err != nil {
			return nil, err
		}
		result.Rounds = append(result.Rounds, second)
	}
	result.merge()
	for _, r := range result.Rounds {
		result.Read = max(result.Read, len(r.source.read))
	}
	return result, nil
}

// merge gives the homes of each class, in order of reference, to its households
// in legal order, and puts the matches of all rounds in legal order.
func (r *Result) merge() {
	type placed struct {
		ordinal int
		match   *eilev1.Run_Match
	}
	var all []placed
	for number, round := range r.Rounds {
		from := round.source
		given := make([]int, len(from.homes.classes))
		for _, seat := range round.Seats {
			all = append(all, placed{from.ordinal[seat.Household], &eilev1.Run_Match{
				Application: from.read[seat.Household], Unit: from.homes.classes[seat.Class].units[given[seat.Class]], Released: number > 0,
			}})
			given[seat.Class]++
		}
	}
	slices.SortFunc(all, func(a, b placed) int { return a.ordinal - b.ordinal })
	for _, p := range all {
		r.Matches = append(r.Matches, p.match)
	}
}
