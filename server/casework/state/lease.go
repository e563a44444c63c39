package state

import (
	"github.com/eile-housing/eile/policy/day"
	"github.com/eile-housing/eile/policy/words"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server/casework"
	told "github.com/eile-housing/eile/server/words"
)

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

// LeaseEnds returns the last day of the lease by which a home is rented in;
// false where the home is not rented in or no end is on record.
func LeaseEnds(unit *eilev1.Unit) (day.Day, bool) {
	if unit.GetTenure() != eilev1.Tenure_TENURE_RENTED_IN {
		return 0, false
	}
	return casework.DayOf(unit.GetLease().GetEndsOn())
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
func LeaseOver(rules casework.Rules, unit *eilev1.Unit) bool {
	ends, known := LeaseEnds(unit)
	return known && ends <= rules.Today
}

// SettleStock notes that a home which nobody lives in left the stock with the
// end of its lease, or that it is back, since the lease was prolonged. It stays
// VACANT or UNDER_REPAIR: nobody decided to give it up, and no repair is under
// way that was not before. It writes nothing.
func SettleStock(rules casework.Rules, unit *eilev1.Unit) {
	empty := unit.GetStatus() == vacant || unit.GetStatus() == underRepair
	gone := empty && LeaseOver(rules, unit)
	switch {
	case gone && unit.GetLeftStockOn() == nil:
		ends, _ := LeaseEnds(unit)
		unit.LeftStockOn, unit.StatusReason = rules.Today.Proto(), told.Note(words.Say("note.lease_ended", words.Day("ends", ends)))
	case !gone && unit.GetLeftStockOn() != nil:
		unit.LeftStockOn = nil
		if empty {
			unit.StatusReason = told.Note(words.Say("note.back_in_stock"))
		}
	}
}
