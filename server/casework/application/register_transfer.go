package application

import (
	"fmt"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server/casework"
	"github.com/eile-housing/eile/server/casework/state"
	"github.com/eile-housing/eile/store"
)

// RegisterTransfer takes an application of a sitting tenant that an officer
// registers: it names a home that is let, and links the application by which the
// household came to it, where that is on record. One whose home is given up
// stands before others, so that it must rest on an approval in principle.
func RegisterTransfer(c casework.Change, application *eilev1.Application) error {
	what := "register application " + application.GetReference()
	transfer := application.GetTransfer()
	unit, err := store.Units.Get(c.Tx, transfer.GetUnit())
	if err != nil {
		return err
	}
	if unit.GetStatus() != eilev1.UnitStatus_UNIT_STATUS_LET {
		return casework.Refuse(what, "NOT_LET", fmt.Sprintf("unit %s is %s: a transfer frees the home in which the household lives", unit.GetReference(), casework.Name(unit.GetStatus())))
	}
	tenant, obstacle, err := tenantOf(c.Tx, unit, transfer.GetReason())
	if err != nil {
		return err
	}
	if obstacle == nil {
		known, err := openTransfer(c.Tx, tenant, unit.GetReference())
		if err != nil {
			return err
		}
		if known != nil {
			return casework.Refuse(what, "ALREADY_HAS_TRANSFER", fmt.Sprintf("the household of unit %s has application %s, which is %s", unit.GetReference(), known.GetReference(), casework.Name(known.GetStatus())))
		}
		application.Linked = []string{tenant.GetReference()}
		tenant.Linked, tenant.Etag = append(tenant.Linked, application.GetReference()), c.Tx.ID()
		c.Tx.Subject(tenant.GetReference())
		if err := store.Applications.Put(c.Tx, tenant.GetReference(), tenant); err != nil {
			return err
		}
	}
	if transfer.GetReason() == LeaseEnding {
		if err := mustBeLeaving(c.Rules, what, unit); err != nil {
			return err
		}
	}
	if transfer.GetReason() == HomeGivenUp {
		if err := joinProposal(c, what, unit, application.GetReference()); err != nil {
			return err
		}
	}
	return Register(c, application)
}

// joinProposal notes an application that an officer registered as the transfer
// of its home.
func joinProposal(c casework.Change, what string, unit *eilev1.Unit, reference string) error {
	if unit.GetGivingUp().GetState() != eilev1.GivingUpState_GIVING_UP_STATE_IN_PRINCIPLE {
		return casework.Refuse(what, "NOT_IN_PRINCIPLE", fmt.Sprintf("unit %s is not approved to be given up: eile decommission approve %s --in-principle comes first", unit.GetReference(), unit.GetReference()))
	}
	record, err := store.Decommissions.Get(c.Tx, unit.GetGivingUp().GetProposal())
	if err != nil {
		return err
	}
	home := state.HomeOf(record, unit.GetReference())
	if home.GetTransfer() != "" {
		known, err := store.Applications.Get(c.Tx, home.GetTransfer())
		if err != nil {
			return err
		}
		if !state.Ended(known.GetStatus()) {
			return casework.Refuse(what, "ALREADY_HAS_TRANSFER", fmt.Sprintf("the household of unit %s has application %s, which is %s", unit.GetReference(), known.GetReference(), casework.Name(known.GetStatus())))
		}
	}
	home.Transfer, home.Obstacle = reference, nil
	return state.PutProposal(c, record)
}

// mustBeLeaving refuses a transfer for the end of a lease that is not near: it
// may stand before others, so that a word alone must not be enough.
func mustBeLeaving(rules casework.Rules, what string, unit *eilev1.Unit) error {
	ends, known := state.LeaseEnds(unit)
	switch {
	case !known:
		return casework.Refuse(what, "NO_LEASE", fmt.Sprintf("unit %s is not rented in, or the end of its lease is not on record", unit.GetReference()))
	case !leaseNear(rules, ends, rules.Today):
		return casework.Refuse(what, "LEASE_GOES_ON", fmt.Sprintf("the lease of unit %s ends on %s: a transfer begins %d months before", unit.GetReference(), ends, rules.Policy.Leases.TransferMonths))
	}
	return nil
}
