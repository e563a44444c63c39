package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"
	"google.golang.org/protobuf/proto"

	"github.com/eile-housing/eile/client"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// newRunGet shows one run; with --watch each step of it until it rests, as run start waits for it.
func newRunGet(s *session) *cobra.Command {
	cmd := &cobra.Command{
		Use: "get RUN", Short: "Show one run", Args: exactly("get RUN"),
		RunE: s.online(func(ctx context.Context, c *client.Client, args []string) error {
			run, err := c.Runs.GetRun(ctx, &eilev1.GetRunRequest{Id: args[0]})
			if err != nil {
				return err
			}
			if s.watch {
				return s.watchRun(ctx, c, run)
			}
			err = addMatches(ctx, c, run)
			if err != nil {
				return err
			}
			return s.out.Message(runView, run)
		}),
	}
	s.watchVar(cmd)
	cmd.Flags().Lookup("watch").Usage = "print the run again when it changes, until it goes on no more by itself; exit 1 where it failed"
	return cmd
}

// watchRun prints a run at each step, and at its end with whom it matched.
func (s *session) watchRun(ctx context.Context, c *client.Client, run *eilev1.Run) error {
	print := func(run proto.Message) error { return s.out.Message(runView, run) }
	var seen *eilev1.Run
	show := func(run *eilev1.Run) (err error) {
		if proto.Equal(seen, run) {
			return nil
		}
		if seen == nil {
			err = print(run)
		} else {
			err = again(&s.out, run, print)
		}
		seen = proto.CloneOf(run)
		return err
	}
	var unheard error
	run, err := c.WaitRun(ctx, run, func(run *eilev1.Run) {
		if client.Moving(run) && unheard == nil {
			unheard = show(run)
		}
	})
	if err == nil {
		err = unheard
	}
	if err == nil {
		err = addMatches(ctx, c, run)
	}
	if err == nil {
		err = show(run)
	}
	if err == nil && run.GetState() == eilev1.RunState_RUN_STATE_FAILED {
		err = fmt.Errorf("run %s failed: %s", run.GetId(), run.GetFailure())
	}
	return err
}
