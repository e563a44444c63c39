package server

import (
	"context"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server/figures"
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
	answer := &eilev1.ListLeasesResponse{}
	err = s.office.View(ctx, func(v *store.View) error {
		units, err := figures.RentedIn(v, on, req.WithinMonths)
		if err != nil {
			return err
		}
		units, answer.NextPageToken = rpc.Cut(page, units, figures.LeaseOrder)
		for _, unit := range units {
			home, err := figures.RentedHome(v, unit, on)
			if err != nil {
				return err
			}
			answer.Homes = append(answer.Homes, home)
		}
		return nil
	})
	return answer, err
}
