package main

import (
	"github.com/spf13/cobra"

	"github.com/eile-housing/eile/client"
	"github.com/eile-housing/eile/client/flag"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

func newQueue(s *session) *cobra.Command {
	req := &eilev1.ListPositionsRequest{}
	cmd := listCommand(s, "queue", "Show the list in legal order", positionView, req,
		func(c *client.Client) client.List[*eilev1.ListPositionsRequest, *eilev1.ListPositionsResponse] {
			return c.Queue.ListPositions
		}, (*eilev1.ListPositionsResponse).GetPositions)
	cmd.Flags().StringVar(&req.List, "list", "", "only the list `NAME`; every list unless given")
	cmd.Flags().StringVar(&req.NeedClass, "need-class", "", "only households whose need is of the `CLASS`")
	flag.OrderVar(cmd.Flags(), &req.OrderBy, "position")
	flag.MomentVar(cmd.Flags(), &req.AsOf, &req.AsOfDate, "as-of", asOfUsage)
	return cmd
}
