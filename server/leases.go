package server

import (
	"context"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server/figures"
	"github.com/eile-housing/eile/server/filter"
	"github.com/eile-housing/eile/server/form"
	"github.com/eile-housing/eile/server/rpc"
	"github.com/eile-housing/eile/store"
)

type leases struct {
	eilev1.UnimplementedLeaseServiceServer
	office *rpc.Office
}

// ListLeases sorts the rented-in homes by the end of their lease at each page:
// they are few beside the homes that are owned.
func (s *leases) ListLeases(ctx context.Context, req *eilev1.ListLeasesRequest) (*eilev1.ListLeasesResponse, error) {
	if _, err := rpc.Order(req.GetOrderBy(), "ends_on"); err != nil {
		return nil, err
	}
	rules, err := s.office.Book.Today()
	if err != nil {
		return nil, err
	}
	on, err := form.Day("on", req.GetOn(), rules.Today)
	if err != nil {
		return nil, err
	}
	page, err := rpc.PageOf(req)
	if err != nil {
		return nil, err
	}
	var homes []*eilev1.RentedHome
	err = s.office.View(ctx, func(v *store.View) error {
		units, err := figures.RentedIn(v, on, req.WithinMonths)
		for _, unit := range units {
			home, err := figures.RentedHome(v, unit, on)
			if err != nil {
				return err
			}
			if filter.Lease(req, home) {
				homes = append(homes, home)
			}
		}
		return err
	})
	rows := rpc.Cut(page, homes, figures.LeaseKey)
	return &eilev1.ListLeasesResponse{
		Homes: rows.Rows, NextPageToken: rows.Next, TotalSize: rows.Total.Size, TotalSizeIsMinimum: rows.Total.Minimum,
	}, err
}
