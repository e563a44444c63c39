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

const applicationFields = `reference list status registered_at register_number received_at eligibility reasons.%s:reasons
	missing need need_class position policy household:members districts attributes grounds.code:grounds
	suspension.reason:suspension suspension.from:suspended_from suspension.until:suspended_until
	transfer.unit:transfer_unit transfer.reason:transfer_reason proposed_decision.kind:proposed_decision counted_refusals open_offer linked housed_on ended_reason next_due etag update_time`

var applicationView = render.View{
	Table:  "reference list position status eligibility registered_at need need_class reasons.detail:why",
	CSV:    render.ReasonsBy("code", applicationFields),
	Record: render.ReasonsBy("detail", applicationFields),
	Parts: []render.Part{
		{Field: "grounds", Columns: "code granted_from granted_until decision"},
		{Field: "evidence", Columns: "kind member state source as_of due_on"},
	},
}

// registeredView shows the access code, which no other answer holds.
var registeredView = render.View{
	CSV: applicationView.CSV + " access_code", Record: applicationView.Record + " access_code", Parts: applicationView.Parts,
}

func newApplication(s *session) *cobra.Command {
	return group("application", "Register, get, list, amend, decide on and end applications",
		newApplicationRegister(s),
		s.look("get REFERENCE", "Show one application", applicationView,
			func(ctx context.Context, c *client.Client, args []string) (proto.Message, error) {
				return c.Applications.GetApplication(ctx, &eilev1.GetApplicationRequest{Reference: args[0]})
			}),
		newApplicationList(s),
		newApplicationAmend(s),
		newApplicationWithdraw(s),
		newApplicationSuspend(s),
		newApplicationReinstate(s),
		newApplicationRemove(s),
		newApplicationGrant(s),
		newApplicationHistory(s),
		newApplicationCode(s),
	)
}

func newApplicationList(s *session) *cobra.Command {
	req := &eilev1.ListApplicationsRequest{}
	cmd := listCommand(s, "list", "List applications in order of reference", applicationView, req,
		func(c *client.Client) client.List[*eilev1.ListApplicationsRequest, *eilev1.ListApplicationsResponse] {
			return c.Applications.ListApplications
		}, (*eilev1.ListApplicationsResponse).GetApplications)
	flags := cmd.Flags()
	flag.EnumVar(flags, &req.Status, "status", "only those of the `STATUS`")
	flags.StringVar(&req.List, "list", "", "only those of the list `NAME`")
	flags.StringVar(&req.NeedClass, "need-class", "", "only those whose need is of the `CLASS`")
	flag.EnumVar(flags, &req.Eligibility, "eligibility", "only those whose eligibility is `ANSWER`")
	flag.BoolVar(flags, &req.HasOpenOffer, "has-open-offer", "only those with an open offer, `true`, or without, false")
	flag.DateVar(flags, &req.RegisteredFrom, "registered-from", "only those registered on `DATE` or later")
	flag.DateVar(flags, &req.RegisteredUntil, "registered-until", "only those registered on `DATE` or before")
	flags.StringVar(&req.District, "district", "", "only those that want the `DISTRICT` by name")
	flags.StringVar(&req.Missing, "missing", "", "only those that lack the fact or paper of the `NAME`")
	flags.StringVar(&req.Ground, "ground", "", "only those that claim or have the ground of the `CODE`")
	flag.EnumVar(flags, &req.Proposed, "proposed", "only those for which a decision of the `KIND` waits for a person")
	flag.OrderVar(flags, &req.OrderBy, "reference", "position")
	return cmd
}

func newApplicationWithdraw(s *session) *cobra.Command {
	req := &eilev1.WithdrawApplicationRequest{}
	cmd := s.ask("withdraw REFERENCE", "End an application at the applicant's wish", applicationView,
		func(ctx context.Context, c *client.Client, args []string) (proto.Message, error) {
			req.Reference = args[0]
			return c.Applications.WithdrawApplication(ctx, req)
		})
	cmd.Flags().StringVar(&req.Reason, "reason", "", "reason in words, `TEXT`")
	flag.EtagVar(cmd.Flags(), &req.Etag)
	return cmd
}

func newApplicationRemove(s *session) *cobra.Command {
	req := &eilev1.RemoveApplicationRequest{}
	cmd := s.ask("remove REFERENCE", "End an application by decision", applicationView,
		func(ctx context.Context, c *client.Client, args []string) (proto.Message, error) {
			req.Reference = args[0]
			return c.Applications.RemoveApplication(ctx, req)
		})
	req.Decision = flag.Decision(cmd.Flags())
	cmd.Flags().BoolVar(&req.Reject, "reject", false, "it never was eligible: REJECTED instead of REMOVED")
	flag.EtagVar(cmd.Flags(), &req.Etag)
	return cmd
}

func newApplicationSuspend(s *session) *cobra.Command {
	req := &eilev1.SuspendApplicationRequest{}
	cmd := s.ask("suspend REFERENCE", "Take an application off the list for a time, by decision", applicationView,
		func(ctx context.Context, c *client.Client, args []string) (proto.Message, error) {
			req.Reference = args[0]
			return c.Applications.SuspendApplication(ctx, req)
		})
	req.Decision = flag.Decision(cmd.Flags())
	flag.DateVar(cmd.Flags(), &req.From, "from", "first day, `DATE`; today unless given")
	flag.DateVar(cmd.Flags(), &req.Until, "until", "last day, `DATE`; without it until a decision ends it")
	flag.EtagVar(cmd.Flags(), &req.Etag)
	return cmd
}

func newApplicationReinstate(s *session) *cobra.Command {
	req := &eilev1.ReinstateApplicationRequest{}
	cmd := s.ask("reinstate REFERENCE", "Return an application to its former place, by decision", applicationView,
		func(ctx context.Context, c *client.Client, args []string) (proto.Message, error) {
			req.Reference = args[0]
			return c.Applications.ReinstateApplication(ctx, req)
		})
	req.Decision = flag.Decision(cmd.Flags())
	flag.EtagVar(cmd.Flags(), &req.Etag)
	return cmd
}

func newApplicationGrant(s *session) *cobra.Command {
	req := &eilev1.GrantGroundRequest{}
	cmd := s.ask("grant REFERENCE GROUND", "Give effect to a claimed ground for going first, by decision", applicationView,
		func(ctx context.Context, c *client.Client, args []string) (proto.Message, error) {
			req.Reference, req.Code = args[0], args[1]
			return c.Applications.GrantGround(ctx, req)
		})
	req.Decision = flag.Decision(cmd.Flags())
	flag.DateVar(cmd.Flags(), &req.From, "from", "first day, `DATE`; today unless given")
	flag.DateVar(cmd.Flags(), &req.Until, "until", "last day, `DATE`; without it there is no end")
	return cmd
}

func newApplicationHistory(s *session) *cobra.Command {
	req := &eilev1.ListHistoryRequest{}
	cmd := listCommand(s, "history REFERENCE", "Show what happened to an application, oldest first", auditView, req,
		func(c *client.Client) client.List[*eilev1.ListHistoryRequest, *eilev1.ListHistoryResponse] {
			return c.Applications.ListHistory
		}, (*eilev1.ListHistoryResponse).GetEntries)
	cmd.PreRun = func(_ *cobra.Command, args []string) { req.Reference = args[0] }
	cmd.Flags().StringVar(&req.Action, "action", "", actionUsage)
	return cmd
}

var codeView = render.View{CSV: "reference access_code"}

func newApplicationCode(s *session) *cobra.Command {
	return s.ask("code REFERENCE", "Make a new access code; the former one ends", codeView,
		func(ctx context.Context, c *client.Client, args []string) (proto.Message, error) {
			return c.Applications.IssueAccessCode(ctx, &eilev1.IssueAccessCodeRequest{Reference: args[0]})
		})
}
