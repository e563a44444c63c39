package main

import (
	"context"
	"iter"

	"github.com/spf13/cobra"
	"google.golang.org/protobuf/proto"

	"github.com/eile-housing/eile/client"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

func newApplicationList(s *session) *cobra.Command {
	req := &eilev1.ListApplicationsRequest{}
	cmd := listCommand(s, "list", "List applications in order of reference", applicationView,
		func(ctx context.Context, c *client.Client, pageSize int32) iter.Seq2[*eilev1.Application, error] {
			req.PageSize = pageSize
			return c.AllApplications(ctx, req)
		},
		func(items []*eilev1.Application) proto.Message {
			return &eilev1.ListApplicationsResponse{Applications: items}
		})
	enumVar(cmd.Flags(), &req.Status, "status", "only those of the `STATUS`")
	cmd.Flags().StringVar(&req.List, "list", "", "only those of the list `NAME`")
	return cmd
}
