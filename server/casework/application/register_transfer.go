package application

import (
	"github.com/eile-housing/eile/policy/words"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/proto/spell"
	"github.com/eile-housing/eile/server/casework"
	"github.com/eile-housing/eile/server/casework/state"
	"github.com/eile-housing/eile/store"
)

// RegisterTransfer takes an application of a sitting tenant that an officer
// registers: it names a home that is let, and links the application by which the
// household came to it, where that is on record. One whose home is given up
// stands before others, so that it must rest on an approval in principle.
func RegisterTransfer(c casework.Change, application *eilev1.Application) error {
	what := words.Say("what.register_application", words.Text("application", application.GetReference()))
	transfer := application.GetTransfer()
	unit, err := store.Units.Get(c.Tx, transfer.GetUnit())
	if err != nil {
		return err
	}
	if unit.GetStatus() != eilev1.UnitStatus_UNIT_STATUS_LET {
		return casework.Refuse(what, words.Reason("NOT_LET", words.Text("unit", unit.GetReference()), words.Term("status", spell.Name(unit.GetStatus()))))
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
			return casework.Refuse(what, hasTransfer(unit, known))
		}
		application.Linked = []string{tenant.GetReference()}
		tenant.Linked = append(tenant.Linked, application.GetReference())
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

// hasTransfer says which application the household of a home has already.
func hasTransfer(unit *eilev1.Unit, known *eilev1.Application) *eilev1.Reason {
	return words.Reason("ALREADY_HAS_TRANSFER", words.Text("unit", unit.GetReference()), words.Text("application", known.GetReference()),
		words.Term("status", spell.Name(known.GetStatus())))
}

// joinProposal notes an application that an officer registered as the transfer
// of its home.
func joinProposal(c casework.Change, what words.Phrase, unit *eilev1.Unit, reference string) error {
	if unit.GetGivingUp().GetState() != eilev1.GivingUpState_GIVING_UP_STATE_IN_PRINCIPLE {
		return casework.Refuse(what, words.Then(words.Reason("NOT_IN_PRINCIPLE", words.Text("unit", unit.GetReference())), words.Next("APPROVE_IN_PRINCIPLE", words.Text("unit", unit.GetReference()))))
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
			return casework.Refuse(what, hasTransfer(unit, known))
		}
	}
	home.Transfer, home.Obstacle = reference, nil
	return state.PutProposal(c, record)
}

// mustBeLeaving refuses a transfer for the end of a lease that is not near: it
// may stand before others, so that a word alone must not be enough.
func mustBeLeaving(rules casework.Rules, what words.Phrase, unit *eilev1.Unit) error {
	ends, known := state.LeaseEnds(unit)
	switch {
	case !known:
		return casework.Refuse(what, words.Reason("NO_LEASE", words.Text("unit", unit.GetReference())))
	case !leaseNear(rules, ends, rules.Today):
		return casework.Refuse(what, words.Reason("LEASE_GOES_ON", words.Text("unit", unit.GetReference()), words.Day("ends", ends), words.Number("months", rules.Policy.Leases.TransferMonths)))
	}
	return nil
}
