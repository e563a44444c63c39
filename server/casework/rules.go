package casework

import (
	"google.golang.org/genproto/googleapis/type/date"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/eile-housing/eile/policy"
	"github.com/eile-housing/eile/policy/day"
	"github.com/eile-housing/eile/proto/spell"
)

// Machine is the actor of what no person did.
const Machine = "eile"

// Rules are a policy with its draw, on one day.
type Rules struct {
	Policy    *policy.Policy
	Evaluator *policy.Evaluator
	Seed      string // of the draw
	Today     day.Day
}

// DayOf reads a stored date; dates are checked before they are stored.
func DayOf(stored *date.Date) (day.Day, bool) {
	on, ok, err := day.FromProto(stored)
	return on, ok && err == nil
}

// State is a value of an enum of the domain.
type State interface {
	comparable
	protoreflect.Enum
}

// Name of an enum value as people write it, without the prefix of its kind.
func Name[S State](value S) string { return spell.Name(value) }
