package casework

import (
	"fmt"

	"github.com/eile-housing/eile/policy/day"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/store"
)

const underRepair = eilev1.UnitStatus_UNIT_STATUS_UNDER_REPAIR

// LeaseEnds answers the last day of the lease by which a home is rented in;
// false where the home is not rented in or no end is on record.
func LeaseEnds(unit *eilev1.Unit) (day.Day, bool) {
	if unit.GetTenure() != eilev1.Tenure_TENURE_RENTED_IN {
		return 0, false
	}
	return dayOf(unit.GetLease().GetEndsOn())
}

// leaseBands are the months before the end of a lease at which a warning
// begins, the nearest first.
var leaseBands = []struct {
	months  int
	warning eilev1.LeaseWarning
}{
	{3, eilev1.LeaseWarning_LEASE_WARNING_3_MONTHS},
	{6, eilev1.LeaseWarning_LEASE_WARNING_6_MONTHS},
	{12, eilev1.LeaseWarning_LEASE_WARNING_12_MONTHS},
}

// LeaseWarning says how near the end of a home's lease is on a day. A band
// begins on the day on which exactly its months are left.
func LeaseWarning(unit *eilev1.Unit, on day.Day) eilev1.LeaseWarning {
	ends, known := LeaseEnds(unit)
	switch {
	case !known:
		return eilev1.LeaseWarning_LEASE_WARNING_NO_END_RECORDED
	case ends <= on:
		return eilev1.LeaseWarning_LEASE_WARNING_ENDED
	}
	for _, band := range leaseBands {
		if ends <= on.AddMonths(band.months) {
			return band.warning
		}
	}
	return eilev1.LeaseWarning_LEASE_WARNING_NONE
}

// LeaseOver tells whether the last day of a home's lease has come: from then on
// it is not the municipality's to let.
func (r Rules) LeaseOver(unit *eilev1.Unit) bool {
	ends, known := LeaseEnds(unit)
	return known && ends <= r.Today
}

// SettleStock notes that a home which nobody lives in left the stock with the
// end of its lease, or that it is back, since the lease was prolonged. It stays
// VACANT or UNDER_REPAIR: nobody decided to give it up, and no repair is under
// way that was not before. It writes nothing.
func (r Rules) SettleStock(unit *eilev1.Unit) {
	empty := unit.GetStatus() == vacant || unit.GetStatus() == underRepair
	gone := empty && r.LeaseOver(unit)
	switch {
	case gone && unit.GetLeftStockOn() == nil:
		ends, _ := LeaseEnds(unit)
		unit.LeftStockOn, unit.StatusReason = r.Today.Proto(), fmt.Sprintf("the lease ended on %s", ends)
	case !gone && unit.GetLeftStockOn() != nil:
		unit.LeftStockOn = nil
		if empty {
			unit.StatusReason = "back in the stock: the lease goes on"
		}
	}
}

// LeaseDue tells whether the end of its lease makes anything necessary for a
// home today that was not done.
func (r Rules) LeaseDue(from store.Source, unit *eilev1.Unit) (bool, error) {
	switch unit.GetStatus() {
	case vacant, underRepair:
		return r.LeaseOver(unit) && unit.GetLeftStockOn() == nil, nil
	case offered, reservedUnit:
		return r.LeaseOver(unit), nil
	case let:
		tenant, err := r.leaving(from, unit)
		return tenant != nil, err
	}
	return false, nil
}

// SettleLease does what the end of a home's lease makes necessary. An open offer
// or a letting that is not done is taken back, which does not count against the
// household; a home that nobody lives in leaves the stock; the household that
// lives there becomes a transfer.
func (r Rules) SettleLease(tx *store.Tx, unit *eilev1.Unit) error {
	due, err := r.LeaseDue(tx, unit)
	if err != nil || !due {
		return err
	}
	if unit.GetStatus() == let {
		return r.transferAtLeaseEnd(tx, unit)
	}
	id := unit.GetOpenOffer()
	if unit.GetStatus() == reservedUnit {
		tenancy, err := store.Tenancies.Get(tx, unit.GetTenancy())
		if err != nil {
			return err
		}
		id = tenancy.GetOffer()
	}
	if id == "" {
		return r.SettleUnit(tx, unit)
	}
	offer, err := store.Offers.Get(tx, id)
	if err != nil {
		return err
	}
	ends, _ := LeaseEnds(unit)
	return r.WithdrawOffer(tx, offer, fmt.Sprintf("the lease of the home ended on %s", ends))
}
