package state

import (
	"slices"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server/casework"
	"github.com/eile-housing/eile/store"
)

const inPrinciple = eilev1.GivingUpState_GIVING_UP_STATE_IN_PRINCIPLE

// Occupied tells whether somebody lives in a home or is about to.
func Occupied(unit *eilev1.Unit) bool {
	status := unit.GetStatus()
	return status == let || status == offered || status == reservedUnit
}

// Undecided tells whether a person has still to decide about a home that is
// proposed to be given up.
func Undecided(state eilev1.GivingUpState) bool {
	return state == eilev1.GivingUpState_GIVING_UP_STATE_PROPOSED || state == inPrinciple
}

// GivingUp tells whether a home is approved to be given up: it is not offered,
// even if it was repaired meanwhile.
func GivingUp(unit *eilev1.Unit) bool { return unit.GetGivingUp().GetState() == inPrinciple }

// HomeOf is a home as a proposal names it; nil: it does not.
func HomeOf(record *eilev1.Decommission, unit string) *eilev1.Decommission_Home {
	at := slices.IndexFunc(record.GetHomes(), func(home *eilev1.Decommission_Home) bool { return home.GetUnit() == unit })
	if at < 0 {
		return nil
	}
	return record.GetHomes()[at]
}

// PutProposal writes a proposal to give up homes.
func PutProposal(c casework.Change, record *eilev1.Decommission) error {
	c.Tx.Subject(record.GetId())
	return store.Decommissions.Put(c.Tx, record.GetId(), record)
}
