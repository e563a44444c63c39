package main

import (
	"context"

	"github.com/spf13/cobra"
	"google.golang.org/protobuf/proto"

	"github.com/eile-housing/eile/client"
	"github.com/eile-housing/eile/client/flag"
	"github.com/eile-housing/eile/client/render"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

const unitFields = `reference status condition.state:condition condition.reasons.%s:reasons condition.missing:missing district address
	rooms area_sqm floor lift adapted tenure lease.owner:owner lease.starts_on:lease_starts_on lease.ends_on:lease_ends_on
	lease.rent_cents:rent_cents lease.notice_months:notice_months wear_percent amenities earmark attributes status_since
	status_reason vacancy.reason:vacant_by vacancy.since:vacant_since vacancy.empty_since:empty_since left_stock_on open_offer tenancy
	last_tenancy.id:last_tenancy last_tenancy.order_on:order_on last_tenancy.contract_on:contract_on last_tenancy.keys_on:keys_on
	last_tenancy.ended_on:ended_on giving_up.proposal:giving_up giving_up.state:giving_up_state
	proposed_decision.kind:proposed_decision etag create_time update_time`

var unitView = render.View{
	Table:  "reference status condition.state:condition district rooms area_sqm floor tenure earmark status_since:since",
	CSV:    render.ReasonsBy("code", unitFields),
	Record: render.ReasonsBy("detail", unitFields),
	Parts:  []render.Part{{Field: "inspections", Columns: "inspected_on inspector score hazards attributes"}},
}

func newUnit(s *session) *cobra.Command {
	return group("unit", "Register, get, list, amend and inspect homes, and report the vacant ones",
		newUnitRegister(s),
		s.look("get REFERENCE", "Show one home", unitView,
			func(ctx context.Context, c *client.Client, args []string) (proto.Message, error) {
				return c.Units.GetUnit(ctx, &eilev1.GetUnitRequest{Reference: args[0]})
			}),
		newUnitList(s),
		newUnitVacant(s),
		newUnitAmend(s),
		newUnitInspect(s),
	)
}

func newUnitList(s *session) *cobra.Command {
	req := &eilev1.ListUnitsRequest{}
	cmd := listUnits(s, "List homes in order of reference", unitView, req)
	flag.EnumVar(cmd.Flags(), &req.Condition, "condition", "only those of the `CONDITION`")
	return cmd
}

func listUnits(s *session, short string, v render.View, req *eilev1.ListUnitsRequest) *cobra.Command {
	cmd := listCommand(s, "list", short, v, req,
		func(c *client.Client) client.List[*eilev1.ListUnitsRequest, *eilev1.ListUnitsResponse] {
			return c.Units.ListUnits
		}, (*eilev1.ListUnitsResponse).GetUnits)
	flags := cmd.Flags()
	flag.EnumVar(flags, &req.Status, "status", "only those of the `STATUS`")
	flags.StringVar(&req.District, "district", "", "only those in the `DISTRICT`")
	flag.EnumVar(flags, &req.Tenure, "tenure", "only those of the `TENURE`")
	flag.IntVar(flags, &req.MinRooms, "min-rooms", "only those known to have `N` rooms or more")
	flag.IntVar(flags, &req.MaxRooms, "max-rooms", "only those known to have `N` rooms or fewer")
	flag.BoolVar(flags, &req.Adapted, "adapted", "only those that are adapted, `true`, or are not known to be, false")
	flags.StringVar(&req.Earmark, "earmark", "", "only those with the `EARMARK`")
	flag.EnumVar(flags, &req.GivingUp, "giving-up", "only those whose latest proposal to give them up is in the `STATE`")
	flag.OrderVar(flags, &req.OrderBy, "reference")
	return cmd
}

var vacancyView = render.View{
	Table: "unit district days_empty vacancy.empty_since:empty_since vacancy.reason:vacant_by vacancy.since:since state reasons.detail:why",
	CSV:   "unit district days_empty vacancy.empty_since:empty_since vacancy.reason:vacant_by vacancy.detail:detail vacancy.since:since state reasons.code:why former_tenancy",
}

// newUnitVacant reports what stands empty, the longest first.
func newUnitVacant(s *session) *cobra.Command {
	req := &eilev1.ListVacanciesRequest{}
	cmd := listCommand(s, "vacant", "List the vacant homes, the longest empty first, and what each waits for", vacancyView, req,
		func(c *client.Client) client.List[*eilev1.ListVacanciesRequest, *eilev1.ListVacanciesResponse] {
			return c.Vacancies.ListVacancies
		}, (*eilev1.ListVacanciesResponse).GetHomes)
	flag.EnumVar(cmd.Flags(), &req.State, "state", "only those in the `STATE`")
	cmd.Flags().StringVar(&req.District, "district", "", "only those in the `DISTRICT`")
	flag.EnumVar(cmd.Flags(), &req.Reason, "reason", "only those made vacant by the `REASON`")
	flag.OrderVar(cmd.Flags(), &req.OrderBy, "vacancy.empty_since")
	return cmd
}
