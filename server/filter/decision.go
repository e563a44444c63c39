package filter

import (
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// Decision tells whether a decision is asked for.
func Decision(req *eilev1.ListDecisionsRequest, decision *eilev1.Decision) bool {
	switch {
	case decision == nil,
		req.GetState() != 0 && decision.GetState() != req.GetState(),
		req.GetKind() != 0 && decision.GetKind() != req.GetKind(),
		req.GetNumber() != "" && decision.GetNumber() != req.GetNumber():
		return false
	}
	return true
}
