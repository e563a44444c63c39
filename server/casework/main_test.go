package casework_test

import (
	"testing"

	"go.uber.org/goleak"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// The states as the tests name them.
const (
	received  = eilev1.ApplicationStatus_APPLICATION_STATUS_RECEIVED
	waiting   = eilev1.ApplicationStatus_APPLICATION_STATUS_WAITING
	onHold    = eilev1.ApplicationStatus_APPLICATION_STATUS_ON_HOLD
	suspended = eilev1.ApplicationStatus_APPLICATION_STATUS_SUSPENDED
	reserved  = eilev1.ApplicationStatus_APPLICATION_STATUS_RESERVED
	housed    = eilev1.ApplicationStatus_APPLICATION_STATUS_HOUSED
	rejected  = eilev1.ApplicationStatus_APPLICATION_STATUS_REJECTED
	removed   = eilev1.ApplicationStatus_APPLICATION_STATUS_REMOVED

	vacant       = eilev1.UnitStatus_UNIT_STATUS_VACANT
	offered      = eilev1.UnitStatus_UNIT_STATUS_OFFERED
	reservedUnit = eilev1.UnitStatus_UNIT_STATUS_RESERVED
	let          = eilev1.UnitStatus_UNIT_STATUS_LET
	underRepair  = eilev1.UnitStatus_UNIT_STATUS_UNDER_REPAIR

	fit     = eilev1.ConditionState_CONDITION_STATE_FIT
	flagged = eilev1.ConditionState_CONDITION_STATE_FLAGGED

	openOffer      = eilev1.OfferStatus_OFFER_STATUS_OPEN
	withdrawnOffer = eilev1.OfferStatus_OFFER_STATUS_WITHDRAWN

	proposeReject = eilev1.DecisionKind_DECISION_KIND_REJECT
	proposeRemove = eilev1.DecisionKind_DECISION_KIND_REMOVE
	proposeReview = eilev1.DecisionKind_DECISION_KIND_REVIEW
)
