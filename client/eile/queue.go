package main

import (
	"context"
	"iter"

	"github.com/spf13/cobra"
	"google.golang.org/protobuf/proto"

	"github.com/eile-housing/eile/client"
	"github.com/eile-housing/eile/client/flag"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

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
	flag.MomentVar(cmd.Flags(), &req.AsOf, flag.EndOfDay, "as-of", asOfUsage)
	return cmd
}
