package casework

import (
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/eile-housing/eile/policy"
	"github.com/eile-housing/eile/policy/day"
	"github.com/eile-housing/eile/policy/words"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	told "github.com/eile-housing/eile/server/words"
)

// Machine is the actor of what no person did.
const Machine = "eile"

// Rules are a policy with its draw, on one day.
type Rules struct {
	Policy    *policy.Policy
	Evaluator *policy.Evaluator
	Seed      string // of the draw
	Today     day.Day
	// Known finds policies before this one, in whose words a reason on record may be; nil: none is
	// known.
	Known words.Policies
}

// Policies find the policy of a reason: the one of these rules, or one before it.
func (r Rules) Policies(sha256 string) words.Speaker {
	switch {
	case r.Policy != nil && r.Policy.SHA256 == sha256:
		return r.Policy
	case r.Known != nil:
		return r.Known(sha256)
	}
	return nil
}

// Tell returns reasons of the rules as somebody is told them who must be able to
// read later what was said; those that it is given stay as they are.
func (r Rules) Tell(reasons []*eilev1.Reason) []*eilev1.Reason {
	all := make([]*eilev1.Reason, len(reasons))
	for i, reason := range reasons {
		all[i] = proto.CloneOf(reason)
		told.Tell(all[i], r.Policies)
	}
	return all
}

// State is a value of an enum of the domain.
type State interface {
	comparable
	protoreflect.Enum
}
