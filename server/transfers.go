package server

import (
	"context"

	"github.com/eile-housing/eile/server/casework"
	"github.com/eile-housing/eile/server/casework/home"
	"github.com/eile-housing/eile/server/rpc"
	"github.com/eile-housing/eile/store"
)

// settleTransfers makes the transfers that an approval in principle asks for,
// each in a transaction of its own: those of an estate do not fit one. The
// approval is decided by then; killed in the middle, it is done at start.
func settleTransfers(ctx context.Context, office *rpc.Office, id string) error {
	record, err := rpc.Get(ctx, office, store.Decommissions, id)
	if err != nil || !record.GetTransfersPending() {
		return err
	}
	for _, named := range record.GetHomes() {
		err := office.Act(ctx, "decommission.transfer", func(c casework.Change) error {
			return home.SettleTransfer(c, id, named.GetUnit())
		})
		if err != nil {
			return err
		}
	}
	return office.Act(ctx, "decommission.settle", func(c casework.Change) error { return home.TransfersSettled(c, id) })
}

// settleAllTransfers does what was under way when the process ended.
func settleAllTransfers(ctx context.Context, office *rpc.Office) error {
	var pending []string
	err := office.View(ctx, func(v *store.View) error {
		for entry, err := range store.Decommissions.All(v, "", "") {
			if err != nil {
				return err
			}
			if entry.Record.GetTransfersPending() {
				pending = append(pending, entry.ID)
			}
		}
		return nil
	})
	for _, id := range pending {
		if err == nil {
			err = settleTransfers(ctx, office, id)
		}
	}
	return err
}
