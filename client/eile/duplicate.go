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

var duplicateView = render.View{
	Table: "id:group state applications.reference:applications applications.status:statuses matches.reason:reasons decisions.number:decisions",
	CSV: `id:group state applications.reference:applications applications.status:statuses matches.reason:reasons decisions.number:decisions
		decisions.outcome:outcomes`,
}

var duplicateDecisionView = render.View{CSV: "id references reasons outcome kept number decision at"}

func newDuplicate(s *session) *cobra.Command {
	return group("duplicate", "List what may be the same household twice, and decide on it",
		newDuplicateList(s),
		newDuplicateDecide(s),
	)
}

func newDuplicateList(s *session) *cobra.Command {
	req := &eilev1.ListDuplicatesRequest{}
	cmd := listCommand(s, "list", "List the groups of applications that wait for a decision", duplicateView, req,
		func(c *client.Client) client.List[*eilev1.ListDuplicatesRequest, *eilev1.ListDuplicatesResponse] {
			return c.Duplicates.ListDuplicates
		}, (*eilev1.ListDuplicatesResponse).GetGroups)
	flag.EnumVar(cmd.Flags(), &req.State, "state", "those of the `STATE` instead: open, dismissed or confirmed")
	cmd.Flags().StringVar(&req.Application, "application", "", "the group of the application `REFERENCE`, whatever its state")
	flag.EnumVar(cmd.Flags(), &req.Reason, "reason", "only groups with a match for the `REASON`")
	flag.OrderVar(cmd.Flags(), &req.OrderBy, "reference")
	return cmd
}

func newDuplicateDecide(s *session) *cobra.Command {
	req := &eilev1.DecideDuplicateRequest{}
	var different bool
	cmd := s.ask("decide GROUP", "Record whether applications are of one household; none is merged or ended", duplicateDecisionView,
		func(ctx context.Context, c *client.Client, args []string) (proto.Message, error) {
			req.Group = args[0]
			req.Outcome = eilev1.DuplicateOutcome_DUPLICATE_OUTCOME_DIFFERENT
			if req.GetKept() != "" {
				req.Outcome = eilev1.DuplicateOutcome_DUPLICATE_OUTCOME_SAME
			}
			if different == (req.GetKept() != "") {
				return nil, badUsage("eile duplicate decide: say --different or --same REFERENCE")
			}
			return c.Duplicates.DecideDuplicate(ctx, req)
		})
	cmd.Flags().BoolVar(&different, "different", false, "they are different households: not flagged again for the same reasons")
	cmd.Flags().StringVar(&req.Kept, "same", "", "they are one household, and the application `REFERENCE` is the one that stays; the others are linked with it")
	cmd.MarkFlagsOneRequired("different", "same")
	cmd.MarkFlagsMutuallyExclusive("different", "same")
	cmd.Flags().StringSliceVar(&req.References, "only", nil, "decide on these `REFERENCES` of the group, split by commas; all unless given")
	req.Decision = flag.Decision(cmd.Flags())
	return cmd
}
