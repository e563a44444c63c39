package casework

import (
	"fmt"
	"slices"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/store"
)

// homeOf is a home as a proposal names it; nil: it does not.
func homeOf(record *eilev1.Decommission, unit string) *eilev1.Decommission_Home {
	at := slices.IndexFunc(record.GetHomes(), func(home *eilev1.Decommission_Home) bool { return home.GetUnit() == unit })
	if at < 0 {
		return nil
	}
	return record.GetHomes()[at]
}

// SettleTransfer makes the transfer of the household that lives in a home which
// is approved in principle, or notes what a person must do first. Done again, it
// finds it done.
func (r Rules) SettleTransfer(tx *store.Tx, proposal, reference string) error {
	record, err := store.Decommissions.Get(tx, proposal)
	if err != nil {
		return err
	}
	home := homeOf(record, reference)
	unit, err := store.Units.Get(tx, reference)
	if err != nil || home.GetState() != inPrinciple || home.GetTransfer() != "" || !Occupied(unit) {
		return err
	}
	home.Transfer, home.Obstacle, err = r.OpenTransfer(tx, unit, HomeGivenUp)
	if err != nil {
		return err
	}
	tx.Decision(home.GetDecision())
	return r.putProposal(tx, record)
}

// TransfersSettled notes that every household of a proposal has its transfer or
// an obstacle that is named.
func (r Rules) TransfersSettled(tx *store.Tx, proposal string) error {
	record, err := store.Decommissions.Get(tx, proposal)
	if err != nil || !record.GetTransfersPending() {
		return err
	}
	record.TransfersPending = false
	return r.putProposal(tx, record)
}

// RegisterTransfer takes an application of a sitting tenant that an officer
// registers: it names a home that is let, and links the application by which the
// household came to it, where that is on record. One whose home is given up
// stands before others, so that it must rest on an approval in principle.
func (r Rules) RegisterTransfer(tx *store.Tx, application *eilev1.Application) error {
	what := "register application " + application.GetReference()
	transfer := application.GetTransfer()
	unit, err := store.Units.Get(tx, transfer.GetUnit())
	if err != nil {
		return err
	}
	if unit.GetStatus() != let {
		return Refuse(what, "NOT_LET", fmt.Sprintf("unit %s is %s: a transfer frees the home in which the household lives", unit.GetReference(), unitStatusName(unit.GetStatus())))
	}
	tenant, obstacle, err := r.tenant(tx, unit, transfer.GetReason())
	if err != nil {
		return err
	}
	if obstacle == nil {
		known, err := r.openTransfer(tx, tenant, unit.GetReference())
		if err != nil {
			return err
		}
		if known != nil {
			return Refuse(what, "ALREADY_HAS_TRANSFER", fmt.Sprintf("the household of unit %s has application %s, which is %s", unit.GetReference(), known.GetReference(), statusName(known.GetStatus())))
		}
		application.Linked = []string{tenant.GetReference()}
		tenant.Linked, tenant.Etag = append(tenant.Linked, application.GetReference()), tx.ID()
		tx.Subject(tenant.GetReference())
		if err := store.Applications.Put(tx, tenant.GetReference(), tenant); err != nil {
			return err
		}
	}
	if transfer.GetReason() == LeaseEnding {
		if err := r.mustBeLeaving(what, unit); err != nil {
			return err
		}
	}
	if transfer.GetReason() == HomeGivenUp {
		if err := r.joinProposal(tx, what, unit, application.GetReference()); err != nil {
			return err
		}
	}
	return r.Register(tx, application)
}

// joinProposal notes an application that an officer registered as the transfer
// of its home.
func (r Rules) joinProposal(tx *store.Tx, what string, unit *eilev1.Unit, reference string) error {
	if unit.GetGivingUp().GetState() != inPrinciple {
		return Refuse(what, "NOT_IN_PRINCIPLE", fmt.Sprintf("unit %s is not approved to be given up: eile decommission approve %s --in-principle comes first", unit.GetReference(), unit.GetReference()))
	}
	record, err := store.Decommissions.Get(tx, unit.GetGivingUp().GetProposal())
	if err != nil {
		return err
	}
	home := homeOf(record, unit.GetReference())
	if home.GetTransfer() != "" {
		known, err := store.Applications.Get(tx, home.GetTransfer())
		if err != nil {
			return err
		}
		if !ended(known.GetStatus()) {
			return Refuse(what, "ALREADY_HAS_TRANSFER", fmt.Sprintf("the household of unit %s has application %s, which is %s", unit.GetReference(), known.GetReference(), statusName(known.GetStatus())))
		}
	}
	home.Transfer, home.Obstacle = reference, nil
	return r.putProposal(tx, record)
}
