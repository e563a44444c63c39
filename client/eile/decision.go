package main

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"
	"google.golang.org/protobuf/proto"

	"github.com/eile-housing/eile/client"
	"github.com/eile-housing/eile/client/flag"
	"github.com/eile-housing/eile/client/render"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

const decisionFields = "id kind state subject number proposed_by decided_by decided_on"

var decisionView = render.View{
	Table: decisionFields,
	CSV:   decisionFields + " body effective_on legal_ground served_on served_how appeal_until reasons.code:reasons",
	Parts: []render.Part{{Field: "reasons", Columns: "code detail"}},
}

func newDecision(s *session) *cobra.Command {
	return group("decision", "What was decided and by whom, and what waits for a second person",
		newDecisionList(s),
		s.look("get ID", "Show one decision, by its id or its number", decisionView,
			func(ctx context.Context, c *client.Client, args []string) (proto.Message, error) {
				return c.Decisions.GetDecision(ctx, &eilev1.GetDecisionRequest{Id: args[0]})
			}),
		newDecisionApprove(s),
		newDecisionReject(s),
		newDecisionServe(s),
	)
}

func newDecisionList(s *session) *cobra.Command {
	req := &eilev1.ListDecisionsRequest{}
	cmd := listCommand(s, "list", "List decisions, oldest first, and after them what is proposed", decisionView, req,
		func(c *client.Client) client.List[*eilev1.ListDecisionsRequest, *eilev1.ListDecisionsResponse] {
			return c.Decisions.ListDecisions
		}, (*eilev1.ListDecisionsResponse).GetDecisions)
	flag.EnumVar(cmd.Flags(), &req.State, "state", "only decisions in the `STATE`")
	flag.EnumVar(cmd.Flags(), &req.Kind, "kind", "only decisions of the `KIND`")
	cmd.Flags().StringVar(&req.Subject, "application", "", "only decisions about the application `REF`")
	cmd.Flags().StringVar(&req.Subject, "subject", "", "only decisions about the home, offer, run or proposal `REF`")
	cmd.MarkFlagsMutuallyExclusive("application", "subject")
	cmd.Flags().StringVar(&req.Number, "number", "", "only decisions with the `NUMBER`")
	flag.OrderVar(cmd.Flags(), &req.OrderBy, "id")
	return cmd
}

func newDecisionApprove(s *session) *cobra.Command {
	req := &eilev1.ApproveDecisionRequest{}
	cmd := s.ask("approve ID", "Do what another person, or the machine, proposed", decisionView,
		func(ctx context.Context, c *client.Client, args []string) (proto.Message, error) {
			req.Id = args[0]
			return c.Decisions.ApproveDecision(ctx, req)
		})
	numberVars(cmd, &req.Number, &req.Reason, &req.Etag)
	return cmd
}

func newDecisionReject(s *session) *cobra.Command {
	req := &eilev1.RejectDecisionRequest{}
	cmd := s.ask("reject ID", "End what is proposed: nothing changes", decisionView,
		func(ctx context.Context, c *client.Client, args []string) (proto.Message, error) {
			req.Id = args[0]
			return c.Decisions.RejectDecision(ctx, req)
		})
	numberVars(cmd, &req.Number, &req.Reason, &req.Etag)
	return cmd
}

func numberVars(cmd *cobra.Command, number, reason, etag *string) {
	cmd.Flags().StringVar(number, "decision", "", "`NUMBER` of the decision, where it has none yet")
	cmd.Flags().StringVar(reason, "reason", "", "reason in words, `TEXT`")
	flag.EtagVar(cmd.Flags(), etag)
}

func newDecisionServe(s *session) *cobra.Command {
	req := &eilev1.ServeDecisionRequest{}
	cmd := s.ask("serve ID", "Record that the person was told, and until when they may appeal", decisionView,
		func(ctx context.Context, c *client.Client, args []string) (proto.Message, error) {
			req.Id = args[0]
			return c.Decisions.ServeDecision(ctx, req)
		})
	flag.DateVar(cmd.Flags(), &req.On, "on", "day it was handed over or sent, `DATE`")
	cmd.Flags().StringVar(&req.How, "how", "", "`CHANNEL`, one of the policy's service")
	_ = cmd.MarkFlagRequired("on")
	_ = cmd.MarkFlagRequired("how")
	flag.EtagVar(cmd.Flags(), &req.Etag)
	return cmd
}

// proposalIn is the decision that an answer says waits for a second person; nil: what was asked for
// is done.
func proposalIn(answer proto.Message) *eilev1.Decision {
	held, ok := answer.(interface{ GetProposal() *eilev1.Decision })
	if !ok {
		return nil
	}
	return held.GetProposal()
}

// printProposal says that nothing has changed yet, and who can do what about it.
func printProposal(out *render.Printer, proposal *eilev1.Decision) error {
	if !out.ForPeople() {
		return out.Message(render.View{CSV: "decision.id:id decision.kind:kind decision.state:state decision.number:number"},
			&eilev1.ProposedAnswer{Decision: proposal})
	}
	return out.Write(func(w io.Writer) error {
		_, err := fmt.Fprintf(w, "%s\nnothing has changed yet: another person approves it by eile decision approve %[1]s\n", proposal.GetId())
		return err
	})
}
