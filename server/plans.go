package server

import (
	"context"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server/night"
	"github.com/eile-housing/eile/server/rpc"
)

type plans struct {
	eilev1.UnimplementedPlanServiceServer
	office *rpc.Office
	night  *night.Night
}

// defaultPlanMonths is how far a plan looks ahead where nobody says.
const defaultPlanMonths = 12

func (s *plans) PlanDecommission(ctx context.Context, req *eilev1.PlanDecommissionRequest) (*eilev1.PlanDecommissionResponse, error) {
	rules, err := s.office.Book.Today()
	if err != nil {
		return nil, err
	}
	answer := &eilev1.PlanDecommissionResponse{
		On: rules.Today.Proto(), Policy: rules.Policy.Identity(), Months: defaultPlanMonths, SharePercent: 100,
	}
	if req.Months != nil {
		answer.Months = req.GetMonths()
	}
	if req.SharePercent != nil {
		answer.SharePercent = req.GetSharePercent()
	}
	plan, err := s.night.PlanDecommission(ctx, rules, int(answer.GetMonths()), int(answer.GetSharePercent()))
	if err != nil {
		return nil, err
	}
	answer.Revision, answer.LettingsSince, answer.Flagged = plan.Revision, plan.Since.Proto(), int32(len(plan.Homes))
	for i, home := range plan.Homes {
		planned := plannedHome(i+1, home)
		if home.Basis != 0 {
			answer.Planned++
			planned.Month, planned.NotBefore = new(int32(home.Month)), rules.Today.AddMonths(home.Month).Proto()
		}
		answer.Homes = append(answer.Homes, planned)
	}
	for _, effect := range plan.Effects {
		answer.Effects = append(answer.Effects, plannedEffect(effect))
	}
	return answer, nil
}

func plannedHome(rank int, home night.PlannedHome) *eilev1.PlannedHome {
	return &eilev1.PlannedHome{
		Rank: int32(rank), Unit: home.Unit.GetReference(), Status: home.Unit.GetStatus(), Reasons: home.Unit.GetCondition().GetReasons(),
		WearPercent: home.Unit.WearPercent, GivingUp: home.Unit.GetGivingUp().GetState(), Basis: home.Basis, Spare: home.Spare,
		OccupiedBy: home.Application, Transfer: home.Transfer, List: home.List, NeedClass: home.Class,
		LettingsLast_12Months: int32(home.Lettings), Obstacle: home.Obstacle,
	}
}

func plannedEffect(effect night.PlannedEffect) *eilev1.PlannedEffect {
	// Tenths of a month, rounded up.
	tenths := (int64(effect.Places)*120 + int64(effect.Lettings) - 1) / int64(effect.Lettings)
	return &eilev1.PlannedEffect{
		List: effect.List, NeedClass: effect.Class, Waiting: int32(effect.Waiting), Behind: int32(effect.Behind), Places: int32(effect.Places),
		LettingsLast_12Months: int32(effect.Lettings), DelayMonths: &eilev1.Decimal{Units: tenths, Scale: 1},
	}
}
