package server

import (
	"context"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server/night/plan"
	"github.com/eile-housing/eile/server/rpc"
)

type plans struct {
	eilev1.UnimplementedPlanServiceServer
	office *rpc.Office
}

// defaultPlanMonths is how far a plan looks ahead where nobody says.
const defaultPlanMonths = 12

func (s *plans) PlanDecommission(ctx context.Context, req *eilev1.PlanDecommissionRequest) (*eilev1.PlanDecommissionResponse, error) {
	rules, err := s.office.Book.Today()
	if err != nil {
		return nil, err
	}
	months, share := defaultPlanMonths, 100
	if req.Months != nil {
		months = int(req.GetMonths())
	}
	if req.SharePercent != nil {
		share = int(req.GetSharePercent())
	}
	return plan.Draw(ctx, s.office.Register, s.office.Clock, rules, months, share)
}
