package policy

import (
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
)

// reach says what an expression may read.
type reach uint8

const (
	reachDate        reach = 1 << iota // the date and what follows from it alone
	reachHousehold                     // one application
	reachUnit                          // one home
	reachInspections                   // the inspections of one home, which suitability does not see
)

// source says where a variable's value comes from.
type source uint8

const (
	fromDay source = iota
	fromParameter
	fromApplication
	fromFact
	fromValue
	fromNeed
	fromUnit
	fromUnitFact
	fromInspections
)

// slot is one variable of the policy's expressions. Its number is its place in Policy.slots.
type slot struct {
	name  string
	kind  *types.Type
	from  source
	reach reach
	// fact declares the attribute, for the two sources of facts.
	fact *fact
	// compute is the expression of a value.
	compute *expression
	// app and unit read a built-in field; a nil answer is an unset one.
	app  func(*scope) ref.Val
	unit func(*scope) ref.Val
	// unset is what an unset field means: unknown by its name, or what the policy says that unclaimed means.
	unset ref.Val
}

// unknown answers the unknown value with which a fact names itself; id orders the names.
func unknown(id int, name string) ref.Val {
	return types.NewUnknown(int64(id), types.NewAttributeTrail(name))
}

// declare adds a variable; a name that is taken is a fault.
func (p *Policy) declare(f *faults, at position, s slot) int {
	if old, taken := p.byName[s.name]; taken {
		f.add(at, "the name %q is taken: %s", s.name, p.slots[old].describe())
		return old
	}
	id := len(p.slots)
	if s.unset == nil {
		s.unset = unknown(id, s.name)
	}
	p.slots = append(p.slots, s)
	p.byName[s.name] = id
	return id
}

func (s *slot) describe() string {
	switch s.from {
	case fromParameter:
		return "it is a parameter"
	case fromFact, fromUnitFact:
		return "it is a declared attribute"
	case fromValue:
		return "it is a value"
	default:
		return "it is built in"
	}
}
