package decision

import (
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server/casework"
)

const (
	proposed  = eilev1.DecisionState_DECISION_STATE_PROPOSED
	decided   = eilev1.DecisionState_DECISION_STATE_DECIDED
	declined  = eilev1.DecisionState_DECISION_STATE_DECLINED
	withdrawn = eilev1.DecisionState_DECISION_STATE_WITHDRAWN
)

// What moves a decision.
const (
	propose  = "propose"
	decide   = "decide"
	decline  = "decline"
	withdraw = "withdraw"
)

// steps are the steps of a decision.
var steps = casework.Steps[eilev1.DecisionState]{Noun: "decision", All: []casework.Step[eilev1.DecisionState]{
	{From: 0, Event: propose, To: proposed},
	{From: 0, Event: decide, To: decided}, // what nobody proposed
	{From: proposed, Event: decide, To: decided},
	{From: proposed, Event: decline, To: declined},
	{From: proposed, Event: withdraw, To: withdrawn}, // by who proposed it, or with the household
}}
