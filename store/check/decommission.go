package check

import (
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/store"
)

// decommissions compares each proposal to give homes up with its homes: what is
// undecided or given up, the home says too.
func (c *check) decommissions() error {
	const (
		proposed  = eilev1.GivingUpState_GIVING_UP_STATE_PROPOSED
		principle = eilev1.GivingUpState_GIVING_UP_STATE_IN_PRINCIPLE
		givenUp   = eilev1.GivingUpState_GIVING_UP_STATE_DECOMMISSIONED
		gone      = eilev1.UnitStatus_UNIT_STATUS_DECOMMISSIONED
	)
	named := map[string]bool{}
	err := each(c, store.Decommissions, func(id string, record *eilev1.Decommission) error {
		for _, home := range record.GetHomes() {
			unit, ok, err := store.Units.Find(c.View, home.GetUnit())
			if err != nil {
				return err
			}
			state := home.GetState()
			says := unit.GetGivingUp().GetProposal() == id && unit.GetGivingUp().GetState() == state
			switch {
			case !ok:
				c.fault("proposal %s: there is no unit %s", id, home.GetUnit())
			case (state == proposed || state == principle || state == givenUp) && !says:
				c.fault("proposal %s: unit %s is %v in it and does not say so", id, home.GetUnit(), state)
			case (state == givenUp) != (says && unit.GetStatus() == gone):
				c.fault("proposal %s: unit %s is %v in it and %v", id, home.GetUnit(), state, unit.GetStatus())
			}
			if says {
				named[home.GetUnit()] = true
			}
			if reference := home.GetTransfer(); reference != "" {
				if _, ok, err := store.Applications.Find(c.View, reference); err != nil {
					return err
				} else if !ok {
					c.fault("proposal %s: there is no application %s", id, reference)
				}
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return each(c, store.Units, func(id string, unit *eilev1.Unit) error {
		if (unit.GetGivingUp() != nil || unit.GetStatus() == gone) && !named[id] {
			c.fault("unit %s: the proposal %q that it names does not say %v of it", id, unit.GetGivingUp().GetProposal(), unit.GetGivingUp().GetState())
		}
		return nil
	})
}
