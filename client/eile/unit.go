package main

import (
	"context"
	"iter"

	"github.com/spf13/cobra"
	"google.golang.org/protobuf/proto"

	"github.com/eile-housing/eile/client"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

const unitFields = `reference status condition.state:condition condition.reasons.%s:reasons condition.missing:missing district address
	rooms area_sqm floor lift adapted tenure lease.owner:owner lease.starts_on:lease_starts_on lease.ends_on:lease_ends_on
	lease.rent_cents:rent_cents lease.notice_months:notice_months wear_percent amenities earmark attributes status_since
	status_reason vacancy.reason:vacant_by vacancy.since:vacant_since vacancy.empty_since:empty_since left_stock_on open_offer tenancy
	last_tenancy.id:last_tenancy last_tenancy.order_on:order_on last_tenancy.contract_on:contract_on last_tenancy.keys_on:keys_on
	last_tenancy.ended_on:ended_on giving_up.proposal:giving_up giving_up.state:giving_up_state
	proposed_decision.kind:proposed_decision etag`

var unitView = view{
	table:  "reference status condition.state:condition district rooms area_sqm floor tenure earmark status_since:since",
	csv:    reasonsBy("code", unitFields),
	record: reasonsBy("detail", unitFields),
	parts:  []part{{"inspections", "inspected_on inspector score hazards attributes"}},
}

var flagView = view{
	table: "reference status condition.reasons.code:reasons condition.reasons.detail:detail",
	csv:   "reference status condition.state:condition condition.reasons.code:reasons condition.reasons.detail:detail district address condition.assessed_on:assessed_on",
}

func newUnit(s *session) *cobra.Command {
	return group("unit", "Register, get, list, amend and inspect homes, and report the vacant ones",
		newUnitRegister(s),
		s.ask("get REFERENCE", "Show one home", unitView,
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
	enumVar(cmd.Flags(), &req.Condition, "condition", "only those of the `CONDITION`")
	return cmd
}

func newFlag(s *session) *cobra.Command {
	req := &eilev1.ListUnitsRequest{Condition: eilev1.ConditionState_CONDITION_STATE_FLAGGED}
	return group("flag", "List the homes that are not fit to live in",
		listUnits(s, "List the flagged homes with the reasons", flagView, req))
}

func listUnits(s *session, short string, v view, req *eilev1.ListUnitsRequest) *cobra.Command {
	cmd := listCommand(s, "list", short, v,
		func(ctx context.Context, c *client.Client, pageSize int32) iter.Seq2[*eilev1.Unit, error] {
			req.PageSize = pageSize
			return c.AllUnits(ctx, req)
		},
		func(items []*eilev1.Unit) proto.Message {
			return &eilev1.ListUnitsResponse{Units: items}
		})
	enumVar(cmd.Flags(), &req.Status, "status", "only those of the `STATUS`")
	return cmd
}
