package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/eile-housing/eile/client"
	"github.com/eile-housing/eile/client/flag"
	"github.com/eile-housing/eile/client/render"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

const (
	plannedFields = `rank unit status reasons.code:reasons wear_percent basis month not_before spare occupied_by transfer
		need_class obstacle.code:obstacle`
	effectFields = "list need_class waiting behind places lettings_last_12_months:lettings delay_months"
)

var planView = render.View{
	Record: "on policy months share_percent lettings_since flagged planned",
	Parts:  []render.Part{{Field: "homes", Columns: plannedFields}, {Field: "effects", Columns: effectFields}},
}

var plannedView = render.View{
	Name: "unit",
	CSV: `rank unit status reasons.code:reasons wear_percent giving_up basis month not_before spare occupied_by transfer list
		need_class lettings_last_12_months obstacle.code:obstacle`,
}

func newDecommissionPlan(s *session) *cobra.Command {
	req := &eilev1.PlanDecommissionRequest{}
	cmd := &cobra.Command{
		Use: "plan", Short: "Show which flagged homes could be given up when, and what that does to those who wait", Args: exactly("plan"),
		RunE: s.online(func(ctx context.Context, c *client.Client, _ []string) error {
			plan, err := c.Plans.PlanDecommission(ctx, req)
			if err != nil {
				return err
			}
			if s.out.ByLine() {
				return render.List(&s.out, plannedView, plan.GetHomes(), plan)
			}
			return s.out.Message(planView, plan)
		}),
	}
	flag.IntVar(cmd.Flags(), &req.Months, "months", "`MONTHS` that the plan looks ahead; 12 unless given")
	flag.IntVar(cmd.Flags(), &req.SharePercent, "share", "`PERCENT` of the lettings that the households may have; 100 unless given")
	return cmd
}
