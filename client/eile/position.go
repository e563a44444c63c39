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

var positionView = render.View{
	Table: "position reference list status need_class position_in_need_class:in_class",
	CSV: `reference list position waiting ahead ahead_out_of_turn as_of policy need_class position_in_need_class
		waiting_in_need_class housed_last_12_months status`,
}

const asOfUsage = "`TIME` in the past, RFC 3339 or a date, which is the end of that day in UTC"

func newPosition(s *session) *cobra.Command {
	req := &eilev1.GetPositionRequest{}
	cmd := s.look("position REFERENCE", "Show an applicant's place on the list", positionView,
		func(ctx context.Context, c *client.Client, args []string) (proto.Message, error) {
			req.Reference = args[0]
			return c.Queue.GetPosition(ctx, req)
		})
	flag.MomentVar(cmd.Flags(), &req.AsOf, flag.EndOfDay, "as-of", asOfUsage)
	return cmd
}
