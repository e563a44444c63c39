package main

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"
	"google.golang.org/protobuf/proto"

	"github.com/eile-housing/eile/client"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

const (
	decommissionFields = "id state occupied rehoused left decommissioned proposed_by proposed_at reason"
	givenUpFields      = "unit state status occupied transfer transfer_status position rehoused_in rehoused_on obstacle.%s:obstacle decided_on"
)

var decommissionView = view{
	table: decommissionFields,
	csv:   decommissionFields + " decisions.number:decisions",
	parts: []part{
		{"homes", reasonsBy("detail", givenUpFields)},
		{"decisions", "id number decided_by decided_on state reasons.detail:reasons"},
	},
}

func newDecommission(s *session) *cobra.Command {
	return group("decommission", "Give homes up, by two different people, and rehouse who lives there",
		newDecommissionPropose(s),
		newDecommissionApprove(s),
		newDecommissionReject(s),
		s.ask("get SUBJECT", "Show one proposal, by its id or by one of its homes", decommissionView,
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
	reasonVar(cmd, &req.Reason)
	cmd.Flags().StringVar(&req.Id, "estate", "", "`NAME` of the proposal; D- and the first home unless given")
	return cmd
}

// atLeastOne demands an argument.
func atLeastOne(name string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) == 0 {
			return fmt.Errorf("%s takes at least one %s; see %s --help", cmd.CommandPath(), name, cmd.CommandPath())
		}
		return nil
	}
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
	by = decisionFlags(cmd, false)
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
	by = decisionFlags(cmd, false)
	return cmd
}

// citation is the decision that was cited, or else only the reason: what a decision says besides needs its number.
func citation(command string, by *eilev1.ByDecision) (*eilev1.ByDecision, string, error) {
	if by.GetNumber() != "" {
		return by, "", nil
	}
	if by.GetBody() != "" || by.GetLegalGround() != "" || by.GetDecidedOn() != nil {
		return nil, "", badUsage("eile decommission %s: --decision NUMBER goes with --decided-on, --body and --legal-ground", command)
	}
	return nil, by.GetReason(), nil
}

// newDecommissionList prints the proposals and, below, all their homes; a file has a line for each home.
func newDecommissionList(s *session) *cobra.Command {
	req := &eilev1.ListDecommissionsRequest{}
	var limit count
	cmd := &cobra.Command{
		Use: "list", Short: "List the proposals and, for each home, how far its giving up has come", Args: exactly("list"),
		RunE: s.online(func(ctx context.Context, c *client.Client, _ []string) error {
			req.PageSize = min(int32(limit), maxPage)
			answer := &eilev1.ListDecommissionsResponse{}
			for record, err := range c.AllDecommissions(ctx, req) {
				if err != nil {
					return err
				}
				answer.Decommissions = append(answer.Decommissions, record)
				if limit > 0 && len(answer.GetDecommissions()) == int(limit) {
					break
				}
			}
			return s.printDecommissions(answer)
		}),
	}
	cmd.Flags().Var(&limit, "limit", "stop after `N` proposals; all unless given")
	enumVar(cmd.Flags(), &req.State, "state", "only proposals in the `STATE`")
	return cmd
}

func (s *session) printDecommissions(answer *eilev1.ListDecommissionsResponse) error {
	if s.format == "json" {
		return s.printJSON(answer)
	}
	part := "code"
	if s.format != "csv" {
		part = "detail"
	}
	homes := append([]column{{name: "estate"}}, columnsOf(reasonsBy(part, givenUpFields))...)
	var rows, below [][]string
	for _, record := range answer.GetDecommissions() {
		rows = append(rows, row(columnsOf(decommissionView.table), record.ProtoReflect()))
		for _, home := range record.GetHomes() {
			below = append(below, append([]string{record.GetId()}, row(homes[1:], home.ProtoReflect())...))
		}
	}
	if s.format == "csv" {
		return s.printCSV(homes, below)
	}
	return s.write(func(w io.Writer) error {
		err := writeTable(w, columnsOf(decommissionView.table), rows)
		if err != nil || len(below) == 0 {
			return err
		}
		_, _ = io.WriteString(w, "\n")
		return writeTable(w, homes, below)
	})
}
