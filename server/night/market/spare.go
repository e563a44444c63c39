package market

import (
	"context"
	"slices"

	"github.com/eile-housing/eile/allocation"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// Spare gives the homes that nobody who waits takes tonight to as many movers as
// possible, who do not stand on a list yet: the first of them before the others.
// That harms nobody. It answers the home of each mover; "": none.
func Spare(ctx context.Context, night Night, movers []*eilev1.Application) ([]string, error) {
	s, _ := NewScenarios(night, nil)
	tonight, err := s.Solve(ctx, nil)
	if err != nil {
		return nil, err
	}
	of := make([]string, len(movers))
	left := sorted(&night).rest(tonight.given, func(*class) bool { return true })
	if left.count == 0 || len(movers) == 0 {
		return of, nil
	}
	source := newSource(&night, left)
	classes := make([]allocation.Class, len(left.classes))
	for i, c := range left.classes {
		classes[i] = allocation.Class{ID: c.id, Slots: []allocation.Slot{{Count: len(c.units)}}}
	}
	result, err := allocation.Run(allocation.Market{Mode: allocation.Fill, Classes: classes, Households: func(yield func(allocation.Household) bool) {
		for _, m := range movers {
			if !yield(allocation.Household{ID: m.GetReference(), Accepts: source.suiting(m)}) {
				return
			}
		}
	}})
	if err != nil {
		return nil, err
	}
	taken := make([]int, len(left.classes))
	for _, seat := range result.Seats {
		of[seat.Household] = left.classes[seat.Class].units[taken[seat.Class]]
		taken[seat.Class]++
	}
	return of, nil
}

// suiting are the classes that suit a household which is not on the list yet.
func (s *source) suiting(application *eilev1.Application) []int32 {
	var classes []int32
	for i, reason := range s.judge(application) {
		if reason == nil && outside(s.night.policy(), s.homes.classes[i].sample, application.GetDistricts()) == nil &&
			!slices.Contains(s.barred[application.GetReference()], int32(i)) {
			classes = append(classes, int32(i))
		}
	}
	return classes
}
