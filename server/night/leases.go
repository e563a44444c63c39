package night

import (
	"context"
	"time"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server/casework"
	"github.com/eile-housing/eile/server/casework/application"
	"github.com/eile-housing/eile/server/casework/home"
	"github.com/eile-housing/eile/server/casework/state"
	"github.com/eile-housing/eile/store"
)

const actionLease = "run.lease"

// settleLeases does what the ends of leases make necessary, home by home.
func (n *Night) settleLeases(ctx context.Context, homes []string, run string, rules casework.Rules) error {
	return n.each(ctx, actionLease, run, rules, homes, func(c casework.Change, reference string) error {
		unit, err := store.Units.Get(c.Tx, reference)
		if err != nil {
			return err
		}
		return home.SettleLease(c, unit)
	})
}

// settleLease does in memory what settleLeases does: an offer or a letting of a
// home whose lease is over is taken back, and a tenant becomes a transfer.
func (o *overlay) settleLease(v *store.View, rules casework.Rules, now time.Time, reference string) error {
	unit, err := o.unit(v, reference)
	if err != nil {
		return err
	}
	if unit.GetStatus() == eilev1.UnitStatus_UNIT_STATUS_LET {
		application, place, err := application.RehearseLease(rules, v, now, unit)
		if err != nil || application == nil {
			return err
		}
		o.applications[application.GetReference()], o.placements[application.GetReference()] = application, place
		return nil
	}
	offer := unit.GetOpenOffer()
	if unit.GetStatus() == eilev1.UnitStatus_UNIT_STATUS_RESERVED {
		tenancy, err := store.Tenancies.Get(v, unit.GetTenancy())
		if err != nil {
			return err
		}
		offer = tenancy.GetOffer()
	}
	if offer == "" {
		state.SettleStock(rules, unit)
		return nil
	}
	given, err := store.Offers.Get(v, offer)
	if err != nil {
		return err
	}
	return o.free(v, rules, given)
}
