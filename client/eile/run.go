package main

import (
	"context"

	"github.com/spf13/cobra"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"

	"github.com/eile-housing/eile/client"
	"github.com/eile-housing/eile/client/flag"
	"github.com/eile-housing/eile/client/render"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

var runView = render.View{
	Table: "id on state vacancies matched offers_created:offers expired flagged",
	CSV: `id on state policy seed instance_sha256 outcome_sha256 vacancies matched offers_created expired flagged max_size
		unassessed rechecked read revision started_by started_at finished_at decision.number:decision failure update_time`,
	Parts: []render.Part{
		{Field: "matches", Columns: "application unit"},
		{Field: "skipped", Columns: "application unit reason.code:reason reason.detail:detail"},
	},
}

func newRun(s *session) *cobra.Command {
	return group("run", "Run the night: start, approve, cancel, list, get, evidence, explain",
		newRunStart(s),
		newRunApprove(s),
		newRunCancel(s),
		newRunList(s),
		newRunGet(s),
		newRunEvidence(s),
		newRunExplain(s),
	)
}

func newRunList(s *session) *cobra.Command {
	req := &eilev1.ListRunsRequest{}
	cmd := listCommand(s, "list", "List runs, newest first", runView, req, listRuns, (*eilev1.ListRunsResponse).GetRuns)
	flag.EnumVar(cmd.Flags(), &req.State, "state", "only those in the `STATE`")
	flag.DateVar(cmd.Flags(), &req.From, "from", "only those by the rules of `DATE` or later")
	flag.DateVar(cmd.Flags(), &req.Until, "until", "only those by the rules of `DATE` or before")
	flag.OrderVar(cmd.Flags(), &req.OrderBy, "id desc", "id")
	return cmd
}

// listRuns lists runs, each with what could not become an offer.
func listRuns(c *client.Client) client.List[*eilev1.ListRunsRequest, *eilev1.ListRunsResponse] {
	return func(ctx context.Context, req *eilev1.ListRunsRequest, options ...grpc.CallOption) (*eilev1.ListRunsResponse, error) {
		page, err := c.Runs.ListRuns(ctx, req, options...)
		for _, run := range page.GetRuns() {
			if err == nil {
				err = addSkips(ctx, c, run)
			}
		}
		return page, err
	}
}

func newRunCancel(s *session) *cobra.Command {
	req := &eilev1.CancelRunRequest{}
	cmd := s.ask("cancel RUN", "End a run that is not approved", runView,
		func(ctx context.Context, c *client.Client, args []string) (proto.Message, error) {
			req.Id = args[0]
			run, err := c.Runs.CancelRun(ctx, req)
			if err != nil {
				return nil, err
			}
			return run, addMatches(ctx, c, run)
		})
	flag.ReasonVar(cmd.Flags(), &req.Reason)
	return cmd
}

// addMatches puts into a run whom it matched with what, and what could not become an offer.
func addMatches(ctx context.Context, c *client.Client, run *eilev1.Run) (err error) {
	if run.GetMatched() > 0 {
		run.Matches, run.Skipped, err = c.RunMatches(ctx, run)
	}
	return err
}

// addSkips puts into a run which of its matches could not become offers.
func addSkips(ctx context.Context, c *client.Client, run *eilev1.Run) (err error) {
	if run.GetState() == eilev1.RunState_RUN_STATE_COMMITTED && run.GetOffersCreated() < run.GetMatched() {
		_, run.Skipped, err = c.RunMatches(ctx, run)
	}
	return err
}
