package home

import (
	"github.com/eile-housing/eile/policy/words"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server/casework"
	"github.com/eile-housing/eile/server/casework/application"
	"github.com/eile-housing/eile/server/casework/offer"
	"github.com/eile-housing/eile/server/casework/state"
	told "github.com/eile-housing/eile/server/words"
	"github.com/eile-housing/eile/store"
)

// LeaseDue tells whether the end of its lease makes anything necessary for a
// home today that was not done.
func LeaseDue(rules casework.Rules, from store.Source, unit *eilev1.Unit) (bool, error) {
	switch unit.GetStatus() {
	case vacant, underRepair:
		return state.LeaseOver(rules, unit) && unit.GetLeftStockOn() == nil, nil
	case offered, reserved:
		return state.LeaseOver(rules, unit), nil
	case let:
		tenant, err := application.Leaving(rules, from, unit)
		return tenant != nil, err
	default:
		return false, nil
	}
}

// SettleLease does what the end of a home's lease makes necessary. An open offer
// or a letting that is not done is taken back, which does not count against the
// household; a home that nobody lives in leaves the stock; the household that
// lives there becomes a transfer.
func SettleLease(c casework.Change, unit *eilev1.Unit) error {
	due, err := LeaseDue(c.Rules, c.Tx, unit)
	if err != nil || !due {
		return err
	}
	if unit.GetStatus() == let {
		return application.OpenLeaseTransfer(c, unit)
	}
	id := unit.GetOpenOffer()
	if unit.GetStatus() == reserved {
		letting, err := store.Tenancies.Get(c.Tx, unit.GetTenancy())
		if err != nil {
			return err
		}
		id = letting.GetOffer()
	}
	if id == "" {
		return Settle(c, unit)
	}
	given, err := store.Offers.Get(c.Tx, id)
	if err != nil {
		return err
	}
	ends, _ := state.LeaseEnds(unit)
	return offer.Withdraw(c, given, told.Note(words.Say("note.lease_of_home_ended", words.Day("ends", ends))))
}
