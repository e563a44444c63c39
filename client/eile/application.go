package main

import (
	"context"
	"iter"

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
	transfer.unit:transfer_unit transfer.reason:transfer_reason proposed_decision.kind:proposed_decision counted_refusals open_offer linked housed_on ended_reason next_due etag`

var applicationView = render.View{
	Table:  "reference list position status eligibility registered_at need need_class",
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
	cmd := listCommand(s, "list", "List applications in order of reference", applicationView,
		func(ctx context.Context, c *client.Client, pageSize int32) iter.Seq2[*eilev1.Application, error] {
			req.PageSize = pageSize
			return c.AllApplications(ctx, req)
		},
		func(items []*eilev1.Application) proto.Message {
			return &eilev1.ListApplicationsResponse{Applications: items}
		})
	flag.EnumVar(cmd.Flags(), &req.Status, "status", "only those of the `STATUS`")
	cmd.Flags().StringVar(&req.List, "list", "", "only those of the list `NAME`")
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
	const use = "history REFERENCE"
	return &cobra.Command{
		Use: use, Short: "Show what happened to an application, oldest first", Args: exactly(use),
		RunE: s.online(func(ctx context.Context, c *client.Client, args []string) error {
			history, err := c.Applications.ListHistory(ctx, &eilev1.ListHistoryRequest{Reference: args[0]})
			if err != nil {
				return err
			}
			return render.List(&s.out, auditView, history.GetEntries(), history)
		}),
	}
}

var codeView = render.View{CSV: "reference access_code"}

func newApplicationCode(s *session) *cobra.Command {
	return s.ask("code REFERENCE", "Make a new access code; the former one ends", codeView,
		func(ctx context.Context, c *client.Client, args []string) (proto.Message, error) {
			return c.Applications.IssueAccessCode(ctx, &eilev1.IssueAccessCodeRequest{Reference: args[0]})
		})
}
