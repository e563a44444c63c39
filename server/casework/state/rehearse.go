package state

import (
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server/casework"
)

// Rehearse does what Recheck does, on a copy in memory.
func Rehearse(rules casework.Rules, application *eilev1.Application) (*eilev1.Placement, bool) {
	if !due(rules, application) {
		return nil, false
	}
	return Evaluate(rules, application), true
}
