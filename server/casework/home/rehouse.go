package home

import (
	"github.com/eile-housing/eile/server/casework"
	"github.com/eile-housing/eile/server/casework/application"
	"github.com/eile-housing/eile/server/casework/state"
	"github.com/eile-housing/eile/store"
)

// SettleTransfer makes the transfer of the household that lives in a home which
// is approved in principle, or notes what a person must do first. Done again, it
// finds it done.
func SettleTransfer(c casework.Change, proposal, reference string) error {
	record, err := store.Decommissions.Get(c.Tx, proposal)
	if err != nil {
		return err
	}
	home := state.HomeOf(record, reference)
	unit, err := store.Units.Get(c.Tx, reference)
	if err != nil || home.GetState() != inPrinciple || home.GetTransfer() != "" || !state.Occupied(unit) {
		return err
	}
	home.Transfer, home.Obstacle, err = application.OpenTransfer(c, unit, application.HomeGivenUp)
	if err != nil {
		return err
	}
	c.Tx.Decision(home.GetDecision())
	return state.PutProposal(c, record)
}

// TransfersSettled notes that every household of a proposal has its transfer or
// an obstacle that is named.
func TransfersSettled(c casework.Change, proposal string) error {
	record, err := store.Decommissions.Get(c.Tx, proposal)
	if err != nil || !record.GetTransfersPending() {
		return err
	}
	record.TransfersPending = false
	return state.PutProposal(c, record)
}

// TransferOf returns the transfer by which the household of a home that is given
// up is rehoused; empty: there is none.
func TransferOf(from store.Source, reference string) (string, error) {
	unit, err := store.Units.Get(from, reference)
	if err != nil || unit.GetGivingUp() == nil {
		return "", err
	}
	record, err := store.Decommissions.Get(from, unit.GetGivingUp().GetProposal())
	return state.HomeOf(record, reference).GetTransfer(), err
}
