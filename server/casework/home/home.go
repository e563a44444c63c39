package home

import (
	"cmp"

	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/eile-housing/eile/policy/words"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/proto/spell"
	"github.com/eile-housing/eile/server/casework"
	"github.com/eile-housing/eile/server/casework/offer"
	"github.com/eile-housing/eile/server/casework/state"
	told "github.com/eile-housing/eile/server/words"
	"github.com/eile-housing/eile/store"
)

const (
	vacant         = eilev1.UnitStatus_UNIT_STATUS_VACANT
	offered        = eilev1.UnitStatus_UNIT_STATUS_OFFERED
	reserved       = eilev1.UnitStatus_UNIT_STATUS_RESERVED
	let            = eilev1.UnitStatus_UNIT_STATUS_LET
	underRepair    = eilev1.UnitStatus_UNIT_STATUS_UNDER_REPAIR
	decommissioned = eilev1.UnitStatus_UNIT_STATUS_DECOMMISSIONED

	flagged = eilev1.ConditionState_CONDITION_STATE_FLAGGED
)

// Register takes a new home.
func Register(c casework.Change, unit *eilev1.Unit) error {
	to := cmp.Or(unit.GetStatus(), vacant)
	if !state.Callable(to) {
		return casework.Refuse(words.Say("what.register_unit", words.Text("unit", unit.GetReference())),
			words.Reason("WRONG_STATUS.new_home", words.Term("status", spell.Name(to))))
	}
	if err := state.Call(unit, 0, to); err != nil {
		return err
	}
	unit.CreateTime = timestamppb.New(c.Tx.Now())
	state.Complete(c.Rules, unit)
	return Settle(c, unit)
}

// Inspect records an inspection, the latest first, and assesses the home.
func Inspect(c casework.Change, unit *eilev1.Unit, inspection *eilev1.Inspection) error {
	if err := store.Inspections.Put(c.Tx, inspection.GetUnit()+"/"+inspection.GetId(), inspection); err != nil {
		return err
	}
	state.AddInspections(unit, []*eilev1.Inspection{inspection})
	return Settle(c, unit)
}

// Settle assesses a home and writes it. The open offer of a home that is found
// unfit is withdrawn; that does not count against the household.
func Settle(c casework.Change, unit *eilev1.Unit) error {
	state.Assess(c.Rules, unit)
	state.SettleStock(c.Rules, unit)
	c.Tx.Subject(unit.GetReference())
	if unit.GetCondition().GetState() != flagged || unit.GetOpenOffer() == "" {
		return c.Tx.PutUnit(unit)
	}
	open, err := store.Offers.Get(c.Tx, unit.GetOpenOffer())
	if err != nil {
		return err
	}
	application, err := store.Applications.Get(c.Tx, open.GetApplication())
	if err != nil {
		return err
	}
	return offer.TakeBack(c, unit, open, application, takenBack(c.Rules, "taken_back.unfit", unit.GetCondition().GetReasons()[0]))
}

// takenBack is why an offer is taken back, as the record of the home keeps it.
func takenBack(rules casework.Rules, key string, why *eilev1.Reason) string {
	return told.Note(words.Say(key, words.Text("why", told.Sentence(words.Default, why, rules.Policies))))
}
