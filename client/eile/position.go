package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"
	"google.golang.org/protobuf/proto"

	"github.com/eile-housing/eile/client"
	"github.com/eile-housing/eile/client/flag"
	"github.com/eile-housing/eile/client/render"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

var positionView = render.View{
	Table: "position reference list status need_class position_in_need_class:in_class",
	CSV: `reference list position waiting ahead ahead_out_of_turn as_of policy need_class position_in_need_class
		waiting_in_need_class housed_last_12_months status`,
}

// placeView is what everybody's place is printed as.
var placeView = render.View{
	Table: "position reference list need_class position_in_need_class:in_class",
	CSV:   "reference list position need_class position_in_need_class",
}

const asOfUsage = "`TIME` in the past, RFC 3339, or a date, which is the end of that day in the policy's time zone, and today is now"

func newPosition(s *session) *cobra.Command {
	req, every, all := &eilev1.GetPositionRequest{}, &eilev1.ListPositionsRequest{}, false
	cmd := s.look("position REFERENCE", "Show an applicant's place on the list, or everybody's", positionView,
		func(ctx context.Context, c *client.Client, args []string) (proto.Message, error) {
			req.Reference = args[0]
			return c.Queue.GetPosition(ctx, req)
		})
	cmd.Use = "position [REFERENCE]"
	one := cmd.RunE
	cmd.Args = func(cmd *cobra.Command, args []string) error { return oneOrAll(cmd, args, all) }
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if !all {
			return one(cmd, args)
		}
		every.AsOf, every.AsOfDate = req.AsOf, req.AsOfDate
		return s.online(func(ctx context.Context, c *client.Client, _ []string) error {
			return s.everyPlace(ctx, c, every)
		})(cmd, args)
	}
	cmd.Flags().BoolVar(&all, "all", false, "the place of everybody in legal order, printed as it is read")
	cmd.Flags().StringVar(&every.List, "list", "", "with --all: only the list `NAME`; every list unless given")
	cmd.MarkFlagsMutuallyExclusive("all", "watch")
	flag.MomentVar(cmd.Flags(), &req.AsOf, &req.AsOfDate, "as-of", asOfUsage)
	return cmd
}

// oneOrAll demands the reference of one applicant, or that all are asked for.
func oneOrAll(cmd *cobra.Command, args []string, all bool) error {
	switch {
	case all && len(args) > 0:
		return fmt.Errorf("%s takes a REFERENCE or --all, not both; see %s --help", cmd.CommandPath(), cmd.CommandPath())
	case !all && cmd.Flags().Changed("list"):
		return fmt.Errorf("%s takes --list with --all only; see %s --help", cmd.CommandPath(), cmd.CommandPath())
	case !all && len(args) != 1:
		return fmt.Errorf("%s takes one REFERENCE, or --all, not %d arguments; see %s --help", cmd.CommandPath(), len(args), cmd.CommandPath())
	default:
		return nil
	}
}

// everyPlace prints page after page as it comes: the list of a whole country need not fit into
// memory, and who reads it can begin at once.
func (s *session) everyPlace(ctx context.Context, c *client.Client, req *eilev1.ListPositionsRequest) error {
	stream := render.NewStream[*eilev1.Position](&s.out, placeView)
	for page, err := range client.Pages(ctx, req, c.Queue.ListPositions) {
		if err != nil {
			return err
		}
		if err := stream.Add(page.GetPositions()); err != nil {
			return err
		}
	}
	return nil
}
