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

var tenancyView = render.View{
	Table: "id unit application kind order_on contract_on keys_on housed ended_on",
	CSV:   "id unit application organisation kind offer order_on contract_on keys_on housed ended_on ended_reason created_at update_time",
}

func newTenancy(s *session) *cobra.Command {
	return group("tenancy", "List and get lettings, and record their steps and their end",
		newTenancyList(s),
		s.look("get TENANCY", "Show one letting", tenancyView,
			func(ctx context.Context, c *client.Client, args []string) (proto.Message, error) {
				return c.Tenancies.GetTenancy(ctx, &eilev1.GetTenancyRequest{Id: args[0]})
			}),
		newTenancyStep(s, "order TENANCY", "Record the order to let", eilev1.TenancyStep_TENANCY_STEP_ORDER),
		newTenancyStep(s, "contract TENANCY", "Record the contract", eilev1.TenancyStep_TENANCY_STEP_CONTRACT),
		newTenancyStep(s, "keys TENANCY", "Record that the keys were given", eilev1.TenancyStep_TENANCY_STEP_KEYS),
		newTenancyFail(s),
		newTenancyEnd(s),
	)
}

func newTenancyList(s *session) *cobra.Command {
	req := &eilev1.ListTenanciesRequest{}
	cmd := listCommand(s, "list", "List lettings in order of their making", tenancyView, req,
		func(c *client.Client) client.List[*eilev1.ListTenanciesRequest, *eilev1.ListTenanciesResponse] {
			return c.Tenancies.ListTenancies
		}, (*eilev1.ListTenanciesResponse).GetTenancies)
	cmd.Flags().StringVar(&req.Application, "application", "", "only those of the application `REFERENCE`")
	cmd.Flags().StringVar(&req.Unit, "unit", "", "only those of the home `REFERENCE`")
	flag.EnumVar(cmd.Flags(), &req.Kind, "kind", "only those of the `KIND`")
	flag.BoolVar(cmd.Flags(), &req.InForce, "in-force", "only those that have not ended, `true`, or have, false")
	flag.BoolVar(cmd.Flags(), &req.Housed, "housed", "only those whose last step is recorded, `true`, or is not, false")
	cmd.Flags().StringVar(&req.Organisation, "organisation", "", "only those with the `ORGANISATION`")
	flag.OrderVar(cmd.Flags(), &req.OrderBy, "id")
	return cmd
}

func newTenancyStep(s *session, use, short string, step eilev1.TenancyStep) *cobra.Command {
	req := &eilev1.RecordTenancyStepRequest{Step: step}
	cmd := s.ask(use, short, tenancyView,
		func(ctx context.Context, c *client.Client, args []string) (proto.Message, error) {
			req.Id = args[0]
			return c.Tenancies.RecordTenancyStep(ctx, req)
		})
	flag.DateVar(cmd.Flags(), &req.On, "on", "the day, `DATE`; today unless given")
	return cmd
}

func newTenancyFail(s *session) *cobra.Command {
	req := &eilev1.FailTenancyRequest{}
	cmd := s.ask("fail TENANCY", "Record that the letting came to nothing; the household has its former place", tenancyView,
		func(ctx context.Context, c *client.Client, args []string) (proto.Message, error) {
			req.Id = args[0]
			return c.Tenancies.FailTenancy(ctx, req)
		})
	flag.ReasonVar(cmd.Flags(), &req.Reason)
	return cmd
}

func newTenancyEnd(s *session) *cobra.Command {
	req := &eilev1.EndTenancyRequest{}
	cmd := s.ask("end TENANCY", "Record that a tenancy ended; the home is vacant", tenancyView,
		func(ctx context.Context, c *client.Client, args []string) (proto.Message, error) {
			req.Id = args[0]
			return c.Tenancies.EndTenancy(ctx, req)
		})
	flag.ReasonVar(cmd.Flags(), &req.Reason)
	flag.DateVar(cmd.Flags(), &req.On, "on", "last day, `DATE`; today unless given")
	return cmd
}
