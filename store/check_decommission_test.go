package store

import (
	"errors"
	"slices"
	"strings"
	"testing"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

const (
	proposed = eilev1.GivingUpState_GIVING_UP_STATE_PROPOSED
	givenUp  = eilev1.GivingUpState_GIVING_UP_STATE_DECOMMISSIONED
)

// propose writes a proposal of one home and what the home says of it.
func (o *office) propose(home *eilev1.Decommission_Home, says *eilev1.GivingUp, status eilev1.UnitStatus) {
	o.Helper()
	o.change("decommission.propose", func(tx *Tx) error {
		return errors.Join(Decommissions.Put(tx, "g-1", &eilev1.Decommission{Id: "g-1", Homes: []*eilev1.Decommission_Home{home}}),
			tx.PutUnit(&eilev1.Unit{Reference: "U-1", Status: status, GivingUp: says}))
	})
}

// TestCheckOfProposals: a proposal to give homes up and its homes say the same.
func TestCheckOfProposals(t *testing.T) {
	says := func(state eilev1.GivingUpState) *eilev1.GivingUp {
		return &eilev1.GivingUp{Proposal: "g-1", State: state}
	}
	home := func(unit string, state eilev1.GivingUpState, transfer string) *eilev1.Decommission_Home {
		return &eilev1.Decommission_Home{Unit: unit, State: state, Transfer: transfer}
	}
	gone := eilev1.UnitStatus_UNIT_STATUS_DECOMMISSIONED
	for _, c := range []struct {
		home   *eilev1.Decommission_Home
		says   *eilev1.GivingUp
		status eilev1.UnitStatus
		want   string
	}{
		{home("U-1", proposed, ""), says(proposed), let, ""},
		{home("U-1", givenUp, ""), says(givenUp), gone, ""},
		{home("U-9", proposed, ""), nil, let, "proposal g-1: there is no unit U-9"},
		{home("U-1", proposed, ""), nil, let, "proposal g-1: unit U-1 is GIVING_UP_STATE_PROPOSED in it and does not say so"},
		{home("U-1", givenUp, ""), says(givenUp), let, "proposal g-1: unit U-1 is GIVING_UP_STATE_DECOMMISSIONED in it and UNIT_STATUS_LET"},
		{home("U-1", proposed, "A-9"), says(proposed), let, "proposal g-1: there is no application A-9"},
		{home("U-9", givenUp, ""), says(proposed), let, `unit U-1: the proposal "g-1" that it names does not say`},
	} {
		o := openOffice(t, newMemory())
		o.propose(c.home, c.says, c.status)
		found := o.faults(o.Register)
		if c.want == "" && len(found) > 0 || c.want != "" && !slices.ContainsFunc(found, func(told string) bool { return strings.Contains(told, c.want) }) {
			t.Errorf("want %q, got %q", c.want, found)
		}
	}
}
