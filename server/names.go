package server

import (
	"strings"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// The names of enum values as people write them, without their prefix.

func statusText(status eilev1.ApplicationStatus) string {
	return strings.TrimPrefix(status.String(), "APPLICATION_STATUS_")
}

func unitText(status eilev1.UnitStatus) string {
	return strings.TrimPrefix(status.String(), "UNIT_STATUS_")
}

func conditionText(state eilev1.ConditionState) string {
	return strings.TrimPrefix(state.String(), "CONDITION_STATE_")
}
