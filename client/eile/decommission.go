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

const (
	decommissionFields = "id state occupied rehoused left decommissioned proposed_by proposed_at reason"
	givenUpFields      = "unit state status occupied transfer transfer_status position rehoused_in rehoused_on obstacle.%s:obstacle decided_on"
)

var decommissionView = render.View{
	Table: decommissionFields,
	CSV:   decommissionFields + " decisions.number:decisions update_time",
	Parts: []render.Part{
		{Field: "homes", Columns: render.ReasonsBy("detail", givenUpFields)},
		{Field: "decisions", Columns: "id number decided_by decided_on state reasons.detail:reasons"},
	},
}

func newDecommission(s *session) *cobra.Command {
	return group("decommission", "Give homes up, by two different people, and rehouse who lives there",
		newDecommissionPropose(s),
		newDecommissionApprove(s),
		newDecommissionReject(s),
		s.look("get SUBJECT", "Show one proposal, by its id or by one of its homes", decommissionView,
			func(ctx context.Context, c *client.Client, args []string) (proto.Message, error) {
				return c.Decommissions.GetDecommission(ctx, &eilev1.GetDecommissionRequest{Subject: args[0]})
			}),
		newDecommissionList(s),
		newDecommissionPlan(s),
	)
}

func newDecommissionPropose(s *session) *cobra.Command {
	req := &eilev1.ProposeDecommissionRequest{}
	cmd := s.ask("propose UNIT...", "Propose to give up one home, or the homes of an estate", decommissionView,
		func(ctx context.Context, c *client.Client, args []string) (proto.Message, error) {
			req.Units = args
			return c.Decommissions.ProposeDecommission(ctx, req)
		})
	cmd.Args = atLeastOne("UNIT")
	flag.ReasonVar(cmd.Flags(), &req.Reason)
	cmd.Flags().StringVar(&req.Id, "estate", "", "`NAME` of the proposal; D- and the first home unless given")
	return cmd
}

func newDecommissionApprove(s *session) *cobra.Command {
	req := &eilev1.ApproveDecommissionRequest{}
	var by *eilev1.ByDecision
	cmd := s.ask("approve SUBJECT", "Give up a home, or all homes of a proposal, in which nobody lives", decommissionView,
		func(ctx context.Context, c *client.Client, args []string) (proto.Message, error) {
			var err error
			req.Subject = args[0]
			req.Decision, req.Reason, err = citation("approve", by)
			if err != nil {
				return nil, err
			}
			return c.Decommissions.ApproveDecommission(ctx, req)
		})
	cmd.Flags().BoolVar(&req.InPrinciple, "in-principle", false, "approve homes that are occupied: their households get transfers, and a second approval gives the homes up")
	by = flag.Decision(cmd.Flags())
	return cmd
}

func newDecommissionReject(s *session) *cobra.Command {
	req := &eilev1.RejectDecommissionRequest{}
	var by *eilev1.ByDecision
	cmd := s.ask("reject SUBJECT", "Reject the proposal to give up a home, or all homes of a proposal; the flags stay", decommissionView,
		func(ctx context.Context, c *client.Client, args []string) (proto.Message, error) {
			var err error
			req.Subject = args[0]
			req.Decision, req.Reason, err = citation("reject", by)
			if err != nil {
				return nil, err
			}
			return c.Decommissions.RejectDecommission(ctx, req)
		})
	by = flag.Decision(cmd.Flags())
	return cmd
}

// citation is the decision that was cited, or else only the reason: what a decision says besides
// needs its number.
func citation(command string, by *eilev1.ByDecision) (*eilev1.ByDecision, string, error) {
	if by.GetNumber() != "" {
		return by, "", nil
	}
	if by.GetBody() != "" || by.GetLegalGround() != "" || by.GetDecidedOn() != nil {
		return nil, "", badUsage("eile decommission %s: --decision NUMBER goes with --decided-on, --body and --legal-ground", command)
	}
	return nil, by.GetReason(), nil
}
