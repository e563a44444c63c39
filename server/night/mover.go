package night

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/eile-housing/eile/allocation"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server/casework/application"
	"github.com/eile-housing/eile/store"
)

// askFor says of one home whether it stands empty, or who must be rehoused, or
// what stands against either.
func (p *planner) askFor(i int) error {
	home := &p.plan.Homes[i]
	switch home.Unit.GetStatus() {
	case eilev1.UnitStatus_UNIT_STATUS_VACANT:
		home.Basis = eilev1.PlanBasis_PLAN_BASIS_EMPTY
		return nil
	case eilev1.UnitStatus_UNIT_STATUS_LET:
	default:
		home.Obstacle = &eilev1.Reason{
			Code:     "NOT_AT_REST",
			Detail:   fmt.Sprintf("the home is %s: what is under way comes first", strings.TrimPrefix(home.Unit.GetStatus().String(), "UNIT_STATUS_")),
			DetailLt: "su būstu dar vykdomi veiksmai: pirma juos reikia užbaigti",
		}
		return nil
	}
	if home.Unit.GetTenancy() != "" {
		tenancy, err := store.Tenancies.Get(p.v, home.Unit.GetTenancy())
		if err != nil {
			return err
		}
		home.Application = tenancy.GetApplication()
	}
	application, place, open, obstacle, err := application.RehearseTransfer(p.rules, p.v, p.now, home.Unit, application.HomeGivenUp)
	if err != nil || obstacle != nil {
		home.Obstacle = obstacle
		return err
	}
	home.List, home.Class, home.Lettings = place.GetList(), place.GetNeedClass(), p.lettings[place.GetNeedClass()]
	if open {
		home.Transfer = application.GetReference()
	}
	if place.GetStatus() != eilev1.ApplicationStatus_APPLICATION_STATUS_WAITING {
		home.Obstacle = &eilev1.Reason{
			Code:     "NOT_WAITING",
			Detail:   "the household's transfer would not stand on the list: " + strings.TrimPrefix(place.GetStatus().String(), "APPLICATION_STATUS_") + details(application.GetReasons()),
			DetailLt: "šeimos prašymas nebūtų eilėje",
		}
		return nil
	}
	p.movers = append(p.movers, mover{home: i, application: application, place: place, open: open})
	return nil
}

func details(reasons []*eilev1.Reason) string {
	var text strings.Builder
	for i, reason := range reasons {
		text.WriteString([]string{", since ", "; "}[min(i, 1)])
		text.WriteString(reason.GetDetail())
	}
	return text.String()
}

// spare gives the vacant homes that nobody who waits takes tonight to as many
// movers as possible, those from the worst homes first. That harms nobody.
func (p *planner) spare(ctx context.Context) error {
	homes, err := readHomes(p.v, p.frozen, p.rules, p.over)
	if err != nil {
		return err
	}
	s, _, err := newScenarios(p.v, p.frozen, p.rules, p.over, nil)
	if err != nil {
		return err
	}
	tonight, err := s.solve(ctx, nil)
	if err != nil {
		return err
	}
	var seats []seat
	for c, given := range tonight.given {
		seats = append(seats, slices.Repeat([]seat{{Class: int32(c)}}, given)...)
	}
	left := homes.rest(seats, func(*class) bool { return true })
	if left.count == 0 || len(p.movers) == 0 {
		return nil
	}
	source := newSource(p.v, p.frozen, p.rules, p.over, left, plainName)
	classes := make([]allocation.Class, len(left.classes))
	for i, c := range left.classes {
		classes[i] = allocation.Class{ID: c.id, Slots: []allocation.Slot{{Count: len(c.units)}}}
	}
	result, err := allocation.Run(allocation.Market{Mode: allocation.Fill, Classes: classes, Households: func(yield func(allocation.Household) bool) {
		for _, m := range p.movers {
			if !yield(allocation.Household{ID: m.application.GetReference(), Accepts: source.suiting(m.application)}) {
				return
			}
		}
	}})
	if err != nil {
		return err
	}
	taken := make([]int, len(left.classes))
	for _, seat := range result.Seats {
		home := &p.plan.Homes[p.movers[seat.Household].home]
		home.Basis, home.Spare = eilev1.PlanBasis_PLAN_BASIS_SPARE_HOME, left.classes[seat.Class].units[taken[seat.Class]]
		taken[seat.Class]++
	}
	p.movers = slices.DeleteFunc(p.movers, func(m mover) bool { return p.plan.Homes[m.home].Basis != 0 })
	return nil
}

// suiting are the classes that suit a household which is not on the list yet.
func (s *source) suiting(application *eilev1.Application) []int32 {
	var classes []int32
	for i, reason := range s.judge(application) {
		if reason == nil && outside(s.rules.Policy, s.homes.classes[i].sample, application.GetDistricts()) == nil &&
			!slices.Contains(s.barred[application.GetReference()], int32(i)) {
			classes = append(classes, int32(i))
		}
	}
	return classes
}
