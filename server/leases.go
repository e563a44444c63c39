package server

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/eile-housing/eile/policy/day"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server/casework/application"
	"github.com/eile-housing/eile/server/casework/state"
	"github.com/eile-housing/eile/store"
)

type leases struct {
	eilev1.UnimplementedLeaseServiceServer
	*Server
}

// ListLeases sorts the rented-in homes by the end of their lease at each page:
// they are few beside the homes that are owned.
func (s *leases) ListLeases(ctx context.Context, req *eilev1.ListLeasesRequest) (*eilev1.ListLeasesResponse, error) {
	rules, err := s.today()
	if err != nil {
		return nil, err
	}
	on, given, err := day.FromProto(req.GetOn())
	if err != nil {
		return nil, wrong("on", "%v", err)
	}
	if !given {
		on = rules.Today
	}
	size, start, err := page(req)
	if err != nil {
		return nil, err
	}
	answer := &eilev1.ListLeasesResponse{}
	err = s.register.View(ctx, func(v *store.View) error {
		homes, err := rentedIn(v, on, req)
		if err != nil {
			return err
		}
		for _, unit := range homes {
			at := leaseOrder(unit)
			if at < start {
				continue
			}
			if len(answer.Homes) == size {
				answer.NextPageToken = nextPage(req, at)
				return nil
			}
			home, err := rentedHome(v, unit, on)
			if err != nil {
				return err
			}
			answer.Homes = append(answer.Homes, home)
		}
		return nil
	})
	return answer, err
}

// rentedIn reads the rented-in homes that are asked for, in their order.
func rentedIn(v *store.View, on day.Day, req *eilev1.ListLeasesRequest) ([]*eilev1.Unit, error) {
	var homes []*eilev1.Unit
	for entry, err := range store.Units.All(v, "", "") {
		if err != nil {
			return nil, err
		}
		unit := entry.Record
		if unit.GetTenure() != eilev1.Tenure_TENURE_RENTED_IN {
			continue
		}
		ends, known := state.LeaseEnds(unit)
		if req.WithinMonths != nil && (!known || ends > on.AddMonths(int(req.GetWithinMonths()))) {
			continue
		}
		homes = append(homes, unit)
	}
	slices.SortFunc(homes, func(a, b *eilev1.Unit) int {
		return strings.Compare(leaseOrder(a), leaseOrder(b))
	})
	return homes, nil
}

// leaseOrder is the end of a lease and the home as text that orders by them;
// what is not known stands last.
func leaseOrder(unit *eilev1.Unit) string {
	ends := "unknown"
	if on, known := state.LeaseEnds(unit); known {
		ends = on.String()
	}
	return ends + "/" + unit.GetReference()
}

func rentedHome(v *store.View, unit *eilev1.Unit, on day.Day) (*eilev1.RentedHome, error) {
	lease := unit.GetLease()
	home := &eilev1.RentedHome{
		Unit: unit.GetReference(), District: unit.GetDistrict(), Owner: lease.GetOwner(), StartsOn: lease.GetStartsOn(),
		EndsOn: lease.GetEndsOn(), Warning: state.LeaseWarning(unit, on), Status: unit.GetStatus(), Tenancy: unit.GetTenancy(),
		LeftStockOn: unit.GetLeftStockOn(),
	}
	if lease != nil {
		home.RentCents, home.NoticeMonths = lease.RentCents, lease.NoticeMonths
	}
	if ends, known := state.LeaseEnds(unit); known {
		home.DaysLeft = new(int32(ends - on))
		if home.NoticeMonths != nil {
			home.NoticeBy = ends.AddMonths(-int(home.GetNoticeMonths())).Proto()
		}
	}
	if unit.GetStatus() != eilev1.UnitStatus_UNIT_STATUS_LET {
		return home, nil
	}
	return home, occupied(v, unit, home)
}

// occupied says who lives in a home, and by which application they are rehoused.
func occupied(v *store.View, unit *eilev1.Unit, home *eilev1.RentedHome) error {
	if unit.GetTenancy() != "" {
		tenancy, err := store.Tenancies.Get(v, unit.GetTenancy())
		if err != nil {
			return err
		}
		home.OccupiedBy = cmp.Or(tenancy.GetApplication(), tenancy.GetOrganisation())
	}
	transfer, obstacle, err := application.LeaseTransfer(v, unit)
	if err != nil {
		return err
	}
	home.Transfer, home.TransferStatus, home.Obstacle = transfer.GetReference(), transfer.GetStatus(), obstacle
	return nil
}
