package check_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/store"
	"github.com/eile-housing/eile/store/check"
	"github.com/eile-housing/eile/store/kv/memkv"
)

// proposing is a register with a proposal of one home and what the home says of it.
func proposing(t *testing.T, home *eilev1.Decommission_Home, says *eilev1.GivingUp, status eilev1.UnitStatus) *store.Register {
	t.Helper()
	db := memkv.New(memkv.Options{RerunClosures: true})
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	register, err := store.Open(t.Context(), db, []byte("0123456789abcdef0123456789abcdef"))
	if err != nil {
		t.Fatal(err)
	}
	stamp := store.Stamp{
		Now: time.Date(2026, 1, 5, 8, 0, 0, 0, time.UTC), ID: "id-000001", Actor: "clerk", Action: "decommission.propose",
	}
	_, _, err = register.Update(t.Context(), stamp, func(tx *store.Tx) error {
		proposal := &eilev1.Decommission{Id: "g-1", Homes: []*eilev1.Decommission_Home{home}}
		return errors.Join(store.Decommissions.Put(tx, "g-1", proposal),
			tx.PutUnit(&eilev1.Unit{Reference: "U-1", Status: status, GivingUp: says}))
	})
	if err != nil {
		t.Fatal(err)
	}
	return register
}

// TestProposals: a proposal to give homes up and its homes say the same.
func TestProposals(t *testing.T) {
	says := func(state eilev1.GivingUpState) *eilev1.GivingUp {
		return &eilev1.GivingUp{Proposal: "g-1", State: state}
	}
	home := func(unit string, state eilev1.GivingUpState, transfer string) *eilev1.Decommission_Home {
		return &eilev1.Decommission_Home{Unit: unit, State: state, Transfer: transfer}
	}
	const (
		proposed = eilev1.GivingUpState_GIVING_UP_STATE_PROPOSED
		givenUp  = eilev1.GivingUpState_GIVING_UP_STATE_DECOMMISSIONED
		let      = eilev1.UnitStatus_UNIT_STATUS_LET
		gone     = eilev1.UnitStatus_UNIT_STATUS_DECOMMISSIONED
	)
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
		var found []string
		err := check.Register(t.Context(), proposing(t, c.home, c.says, c.status), func(fault string) bool {
			found = append(found, fault)
			return true
		})
		if err != nil {
			t.Fatal(err)
		}
		if c.want == "" && len(found) > 0 || c.want != "" && !slices.ContainsFunc(found, func(told string) bool { return strings.Contains(told, c.want) }) {
			t.Errorf("want %q, got %q", c.want, found)
		}
	}
}
