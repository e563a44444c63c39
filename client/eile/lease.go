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

var leaseView = render.View{
	Table: "unit ends_on days_left warning rent_cents notice_by status occupied_by transfer",
	CSV: `unit district owner starts_on ends_on days_left warning rent_cents notice_months notice_by status tenancy occupied_by transfer
	transfer_status obstacle left_stock_on`,
}

func newLease(s *session) *cobra.Command {
	return group("lease", "List the homes that are rented in and the warnings about their leases", newLeaseList(s))
}

func newLeaseList(s *session) *cobra.Command {
	req := &eilev1.ListLeasesRequest{}
	cmd := listCommand(s, "list", "List the rented-in homes, the lease that ends first standing first", leaseView,
		func(ctx context.Context, c *client.Client, pageSize int32) iter.Seq2[*eilev1.RentedHome, error] {
			req.PageSize = pageSize
			return c.AllLeases(ctx, req)
		},
		func(items []*eilev1.RentedHome) proto.Message {
			return &eilev1.ListLeasesResponse{Homes: items}
		})
	flag.DateVar(cmd.Flags(), &req.On, "on", "`DATE` from which is counted; today unless given")
	flag.IntVar(cmd.Flags(), &req.WithinMonths, "within", "only leases that end within `MONTHS` or have ended")
	return cmd
}
