package state

import (
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server/casework"
)

const (
	received  = eilev1.ApplicationStatus_APPLICATION_STATUS_RECEIVED
	waiting   = eilev1.ApplicationStatus_APPLICATION_STATUS_WAITING
	onHold    = eilev1.ApplicationStatus_APPLICATION_STATUS_ON_HOLD
	suspended = eilev1.ApplicationStatus_APPLICATION_STATUS_SUSPENDED
	reserved  = eilev1.ApplicationStatus_APPLICATION_STATUS_RESERVED
	housed    = eilev1.ApplicationStatus_APPLICATION_STATUS_HOUSED
	rejected  = eilev1.ApplicationStatus_APPLICATION_STATUS_REJECTED
	withdrawn = eilev1.ApplicationStatus_APPLICATION_STATUS_WITHDRAWN
	removed   = eilev1.ApplicationStatus_APPLICATION_STATUS_REMOVED

	vacant         = eilev1.UnitStatus_UNIT_STATUS_VACANT
	offered        = eilev1.UnitStatus_UNIT_STATUS_OFFERED
	reservedUnit   = eilev1.UnitStatus_UNIT_STATUS_RESERVED
	let            = eilev1.UnitStatus_UNIT_STATUS_LET
	underRepair    = eilev1.UnitStatus_UNIT_STATUS_UNDER_REPAIR
	decommissioned = eilev1.UnitStatus_UNIT_STATUS_DECOMMISSIONED
)

// What moves an application, a home, or both at once.
const (
	// Found by an evaluation.
	qualify = "qualify" // eligible, and nothing holds it
	lack    = "lack"    // facts are missing, and it never had a place
	hold    = "hold"    // something must be decided
	runOut  = "run out" // the last day of its suspension is over

	Reserve      = "reserve"          // an offer is accepted
	Fail         = "fail"             // the letting came to nothing
	House        = "house"            // the letting is done
	HouseForTime = "house for a time" // a temporary letting is done

	Suspend   = "suspend"
	Reinstate = "reinstate" // to the place that it had
	TakeUp    = "take up"   // again, where it never had a place
	Withdraw  = "withdraw"
	Reject    = "reject" // what never had a place
	Remove    = "remove" // what had one

	Offer  = "offer"
	Let    = "let"
	free   = "free" // what it was offered, reserved or let for is over
	GiveUp = "give up"

	// Said by a person.
	callVacant      = "call vacant"
	callLet         = "call let"
	callUnderRepair = "call under repair"
)

// applications are the steps of an application.
var applications = casework.Steps[eilev1.ApplicationStatus]{Noun: "application", All: []casework.Step[eilev1.ApplicationStatus]{
	{From: 0, Event: qualify, To: waiting},
	{From: 0, Event: lack, To: received},
	{From: 0, Event: hold, To: onHold},

	{From: received, Event: qualify, To: waiting},
	{From: received, Event: lack, To: received},
	{From: received, Event: hold, To: onHold},
	{From: received, Event: Withdraw, To: withdrawn},
	{From: received, Event: Reject, To: rejected},

	{From: waiting, Event: qualify, To: waiting},
	{From: waiting, Event: hold, To: onHold},
	{From: waiting, Event: Suspend, To: suspended},
	{From: waiting, Event: Reserve, To: reserved},
	{From: waiting, Event: Withdraw, To: withdrawn},
	{From: waiting, Event: Remove, To: removed},

	{From: onHold, Event: qualify, To: waiting},
	{From: onHold, Event: lack, To: received},
	{From: onHold, Event: hold, To: onHold},
	{From: onHold, Event: Suspend, To: suspended},
	{From: onHold, Event: Reinstate, To: waiting},
	{From: onHold, Event: TakeUp, To: received},
	{From: onHold, Event: Withdraw, To: withdrawn},
	{From: onHold, Event: Reject, To: rejected},
	{From: onHold, Event: Remove, To: removed},

	{From: suspended, Event: runOut, To: waiting},
	{From: suspended, Event: Reinstate, To: waiting},
	{From: suspended, Event: Withdraw, To: withdrawn},
	{From: suspended, Event: Remove, To: removed},

	{From: reserved, Event: House, To: housed},
	{From: reserved, Event: HouseForTime, To: waiting},
	{From: reserved, Event: Fail, To: waiting},
	{From: reserved, Event: Withdraw, To: withdrawn},
	{From: reserved, Event: Remove, To: removed},

	{From: withdrawn, Event: Reinstate, To: waiting},
	{From: withdrawn, Event: TakeUp, To: received},
	{From: rejected, Event: TakeUp, To: received},
	{From: removed, Event: Reinstate, To: waiting},
}}

// units are the steps of a home.
var units = casework.Steps[eilev1.UnitStatus]{Noun: "unit", All: []casework.Step[eilev1.UnitStatus]{
	{From: 0, Event: callVacant, To: vacant},
	{From: 0, Event: callLet, To: let},
	{From: 0, Event: callUnderRepair, To: underRepair},

	{From: vacant, Event: Offer, To: offered},
	{From: vacant, Event: callLet, To: let},
	{From: vacant, Event: callUnderRepair, To: underRepair},
	{From: vacant, Event: GiveUp, To: decommissioned},

	{From: offered, Event: Reserve, To: reservedUnit},
	{From: offered, Event: free, To: vacant},

	{From: reservedUnit, Event: Let, To: let},
	{From: reservedUnit, Event: free, To: vacant},

	{From: let, Event: free, To: vacant},
	{From: let, Event: callVacant, To: vacant},
	{From: let, Event: callUnderRepair, To: underRepair},

	{From: underRepair, Event: callVacant, To: vacant},
	{From: underRepair, Event: callLet, To: let},
	{From: underRepair, Event: GiveUp, To: decommissioned},
}}

// Step takes an application one step on. The caller writes it.
func Step(application *eilev1.Application, event string) (err error) {
	application.Status, err = applications.Take(application.GetReference(), application.GetStatus(), event)
	return err
}

// Ended tells whether a status is one from which only reinstatement leads back.
func Ended(status eilev1.ApplicationStatus) bool {
	return status == housed || status == rejected || status == withdrawn || status == removed
}
