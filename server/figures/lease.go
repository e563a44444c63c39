package figures

import (
	"cmp"
	"slices"
	"strings"

	"github.com/eile-housing/eile/policy/day"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server/casework/application"
	"github.com/eile-housing/eile/server/casework/state"
	"github.com/eile-housing/eile/store"
)

// RentedIn reads the rented-in homes in the order of LeaseOrder; of those whose
// lease ends within some months of a day only, where a number is given.
func RentedIn(v *store.View, on day.Day, within *int32) ([]*eilev1.Unit, error) {
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
		if within != nil && (!known || ends > on.AddMonths(int(*within))) {
			continue
		}
		homes = append(homes, unit)
	}
	slices.SortFunc(homes, func(a, b *eilev1.Unit) int {
		return strings.Compare(LeaseOrder(a), LeaseOrder(b))
	})
	return homes, nil
}

// LeaseOrder is the end of a lease and the home as text that orders by them;
// what is not known stands last.
func LeaseOrder(unit *eilev1.Unit) string {
	ends := "unknown"
	if on, known := state.LeaseEnds(unit); known {
		ends = on.String()
	}
	return ends + "/" + unit.GetReference()
}

// LeaseKey is LeaseOrder of a home that is told.
func LeaseKey(home *eilev1.RentedHome) string {
	return LeaseOrder(&eilev1.Unit{Reference: home.GetUnit(), Tenure: eilev1.Tenure_TENURE_RENTED_IN, Lease: &eilev1.Lease{EndsOn: home.GetEndsOn()}})
}

// RentedHome says how the lease of a home stands on a day, and who lives there.
func RentedHome(v *store.View, unit *eilev1.Unit, on day.Day) (*eilev1.RentedHome, error) {
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
