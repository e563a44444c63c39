package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"
	"google.golang.org/protobuf/proto"

	"github.com/eile-housing/eile/client"
	"github.com/eile-housing/eile/client/flag"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/proto/spell"
)

func newRunStart(s *session) *cobra.Command {
	req := &eilev1.StartRunRequest{}
	var noWait bool
	cmd := s.ask("start", "Run the night of a day, or show the run that it has; waits for it", runView,
		func(ctx context.Context, c *client.Client, _ []string) (proto.Message, error) {
			return s.follow(ctx, c, noWait, func(ctx context.Context) (*eilev1.Run, error) { return c.Runs.StartRun(ctx, req) })
		})
	flag.DateVar(cmd.Flags(), &req.On, "on", "day of the rules, `DATE`; today in the policy's time zone unless given")
	cmd.Flags().BoolVar(&req.DryRun, "dry-run", false, "match, and change nothing")
	noWaitVar(cmd, &noWait)
	return cmd
}

func newRunApprove(s *session) *cobra.Command {
	req := &eilev1.ApproveRunRequest{}
	var noWait bool
	cmd := s.ask("approve RUN", "Let a matched run make its offers, by decision; waits for them", runView,
		func(ctx context.Context, c *client.Client, args []string) (proto.Message, error) {
			req.Id = args[0]
			return s.follow(ctx, c, noWait, func(ctx context.Context) (*eilev1.Run, error) { return c.Runs.ApproveRun(ctx, req) })
		})
	req.Decision = flag.Decision(cmd.Flags())
	_ = cmd.MarkFlagRequired("decision")
	noWaitVar(cmd, &noWait)
	return cmd
}

func noWaitVar(cmd *cobra.Command, to *bool) {
	cmd.Flags().BoolVar(to, "no-wait", false, "answer at once; the run goes on, see run get")
}

// follow shows the progress of a run until it rests, or does not wait for it. A run that failed is
// a failure of the command.
func (s *session) follow(ctx context.Context, c *client.Client, noWait bool, begin func(context.Context) (*eilev1.Run, error)) (proto.Message, error) {
	bar := s.newBar("starting the run")
	defer bar.end()
	run, err := watch(bar, func() (*eilev1.Run, error) { return begin(ctx) })
	if err != nil || noWait {
		return run, err
	}
	failure := ""
	run, err = c.WaitRun(ctx, run, func(run *eilev1.Run) {
		bar.show(runProgress(run), int64(run.GetOffersCreated()), int64(run.GetMatched()))
		if why := run.GetFailure(); client.Moving(run) && why != failure {
			failure = why
			bar.clear()
			_, _ = fmt.Fprintf(s.stderr, "eile: run %s does not go on, it is tried again: %s\n", run.GetId(), why)
		}
	})
	if err != nil {
		return nil, err
	}
	if run.GetState() == eilev1.RunState_RUN_STATE_FAILED {
		return nil, fmt.Errorf("run %s failed: %s", run.GetId(), run.GetFailure())
	}
	return run, addSkips(ctx, c, run)
}

func runProgress(run *eilev1.Run) string {
	return fmt.Sprintf("run %s %s", run.GetId(), spell.Name(run.GetState()))
}
