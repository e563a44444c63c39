package home

import (
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server/casework"
)

const (
	proposed    = eilev1.GivingUpState_GIVING_UP_STATE_PROPOSED
	inPrinciple = eilev1.GivingUpState_GIVING_UP_STATE_IN_PRINCIPLE
	givenUp     = eilev1.GivingUpState_GIVING_UP_STATE_DECOMMISSIONED
	rejected    = eilev1.GivingUpState_GIVING_UP_STATE_REJECTED
)

const giveUp = eilev1.DecisionKind_DECISION_KIND_DECOMMISSION

// What moves a home that is named by a proposal to give it up.
const (
	propose      = "propose"
	approve      = "approve"
	approveFirst = "approve in principle" // also again, where a household has no transfer any more
	reject       = "reject"
)

// steps are the steps of a home in a proposal.
var steps = casework.Steps[eilev1.GivingUpState]{Noun: "giving up unit", All: []casework.Step[eilev1.GivingUpState]{
	{From: 0, Event: propose, To: proposed},
	{From: proposed, Event: approve, To: givenUp},
	{From: proposed, Event: approveFirst, To: inPrinciple},
	{From: proposed, Event: reject, To: rejected},
	{From: inPrinciple, Event: approve, To: givenUp},
	{From: inPrinciple, Event: approveFirst, To: inPrinciple},
	{From: inPrinciple, Event: reject, To: rejected},
}}

// chosen is a home of a proposal about which a person decides.
type chosen struct {
	home *eilev1.Decommission_Home
	unit *eilev1.Unit
}

// move takes a home of a proposal one step on, and says so in both records.
func (o chosen) move(record *eilev1.Decommission, event string) (err error) {
	o.home.State, err = steps.Take(o.home.GetUnit(), o.home.GetState(), event)
	o.unit.GivingUp = &eilev1.GivingUp{Proposal: record.GetId(), State: o.home.GetState()}
	return err
}

// put writes a home that is named by a proposal.
func put(c casework.Change, unit *eilev1.Unit) error {
	c.Tx.Subject(unit.GetReference())
	return c.Tx.PutUnit(unit)
}
