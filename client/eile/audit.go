package main

import (
	"context"
	"iter"

	"github.com/spf13/cobra"
	"google.golang.org/protobuf/proto"

	"github.com/eile-housing/eile/client"
	"github.com/eile-housing/eile/client/flag"
	"github.com/eile-housing/eile/client/render"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

var auditView = render.View{
	Table: "at actor action subjects status_from:from status_to:to decision reason",
	CSV:   "id at actor action subjects reason decision status_from status_to revision",
}

func newAudit(s *session) *cobra.Command {
	req := &eilev1.ListAuditEntriesRequest{}
	list := listCommand(s, "list", "List the entries of the audit in order of time", auditView,
		func(ctx context.Context, c *client.Client, pageSize int32) iter.Seq2[*eilev1.AuditEntry, error] {
			req.PageSize = pageSize
			return c.AllAuditEntries(ctx, req)
		},
		func(items []*eilev1.AuditEntry) proto.Message {
			return &eilev1.ListAuditEntriesResponse{Entries: items}
		})
	flag.MomentVar(list.Flags(), &req.From, flag.StartOfDay, "from", "first moment, `TIME`, RFC 3339 or a date, which is its beginning in UTC")
	return group("audit", "List who did what, when and why", list)
}
