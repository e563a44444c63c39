package main

import (
	"github.com/spf13/cobra"

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
	cmd := listCommand(s, "list", "List the rented-in homes, the lease that ends first standing first", leaseView, req,
		func(c *client.Client) client.List[*eilev1.ListLeasesRequest, *eilev1.ListLeasesResponse] {
			return c.Leases.ListLeases
		}, (*eilev1.ListLeasesResponse).GetHomes)
	flag.DateVar(cmd.Flags(), &req.On, "on", "`DATE` from which is counted; today unless given")
	flag.IntVar(cmd.Flags(), &req.WithinMonths, "within", "only leases that end within `MONTHS` or have ended")
	cmd.Flags().StringVar(&req.District, "district", "", "only those in the `DISTRICT`")
	cmd.Flags().StringVar(&req.Owner, "owner", "", "only those of the `OWNER`")
	flag.EnumVar(cmd.Flags(), &req.Warning, "warning", "only those with the `WARNING`")
	flag.OrderVar(cmd.Flags(), &req.OrderBy, "ends_on")
	return cmd
}
