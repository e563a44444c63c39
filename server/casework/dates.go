package casework

import (
	"google.golang.org/genproto/googleapis/type/date"

	"github.com/eile-housing/eile/policy/day"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// dayOf reads a stored date; dates are checked before they are stored.
func dayOf(stored *date.Date) (day.Day, bool) {
	on, ok, err := day.FromProto(stored)
	return on, ok && err == nil
}

func suspendedUntil(application *eilev1.Application) (int32, bool) {
	if application.GetStatus() != suspended {
		return 0, false
	}
	until, ok := dayOf(application.GetSuspension().GetUntil())
	return int32(until), ok
}
