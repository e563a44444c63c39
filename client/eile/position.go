package main

import (
	"context"
	"iter"

	"github.com/spf13/cobra"
	"google.golang.org/protobuf/proto"

	"github.com/eile-housing/eile/client"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

var positionView = view{
	table: "position reference list status need_class position_in_need_class:in_class",
	csv: `reference list position waiting ahead ahead_out_of_turn as_of policy need_class position_in_need_class
		waiting_in_need_class housed_last_12_months status`,
}

const asOfUsage = "`TIME` in the past, RFC 3339 or a date, which is the end of that day in UTC"

func newPosition(s *session) *cobra.Command {
	req := &eilev1.GetPositionRequest{}
	cmd := s.ask("position REFERENCE", "Show an applicant's place on the list", positionView,
		func(ctx context.Context, c *client.Client, args []string) (proto.Message, error) {
			req.Reference = args[0]
			return c.Queue.GetPosition(ctx, req)
		})
	momentVar(cmd.Flags(), &req.AsOf, endOfDay, "as-of", asOfUsage)
	return cmd
}

func newQueue(s *session) *cobra.Command {
	req := &eilev1.ListPositionsRequest{}
	cmd := listCommand(s, "queue", "Show the list in legal order", positionView,
		func(ctx context.Context, c *client.Client, pageSize int32) iter.Seq2[*eilev1.Position, error] {
			req.PageSize = pageSize
			return c.AllPositions(ctx, req)
		},
		func(items []*eilev1.Position) proto.Message {
			return &eilev1.ListPositionsResponse{Positions: items}
		})
	cmd.Flags().StringVar(&req.List, "list", "", "only the list `NAME`; every list unless given")
	momentVar(cmd.Flags(), &req.AsOf, endOfDay, "as-of", asOfUsage)
	return cmd
}
