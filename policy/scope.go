package policy

import (
	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types/ref"

	"github.com/eile-housing/eile/policy/day"
	"github.com/eile-housing/eile/policy/need"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// scope is what one evaluation can read: the figures of a date and the facts of one household, one home, or both. It implements cel.Activation. A value is
// computed when an expression first reads it and kept until the scope is reset. Scopes are pooled and used by one goroutine at a time.
type scope struct {
	p       *Policy
	edition *edition
	due     due

	app         *eilev1.Application
	unit        *eilev1.Unit
	inspections []*eilev1.Inspection

	vals    []ref.Val
	touched []int

	members   []member
	known     bool // members were counted
	needs     need.Result
	today     celDate
	arrival   arrival
	arrived   bool // arrival was read
	arrivalOK bool
}

// ResolveName answers a variable.
func (s *scope) ResolveName(name string) (any, bool) {
	id, ok := s.p.byName[name]
	if !ok {
		return nil, false
	}
	return s.value(id), true
}

// Parent answers nil: a scope is the outermost activation.
func (s *scope) Parent() cel.Activation { return nil }

// value answers the variable of a slot.
func (s *scope) value(id int) ref.Val {
	if v := s.vals[id]; v != nil {
		return v
	}
	v := s.resolve(&s.p.slots[id], id)
	if v == nil {
		v = s.p.slots[id].unset
	}
	s.vals[id] = v
	s.touched = append(s.touched, id)
	return v
}

func (s *scope) resolve(v *slot, id int) ref.Val {
	switch v.from {
	case fromDay, fromApplication:
		return v.app(s)
	case fromParameter:
		return s.edition.figures[id]
	case fromValue:
		return v.compute.eval(s)
	case fromNeed:
		return s.need()
	case fromFact:
		return v.fact.read(s.app.GetAttributes(), s)
	case fromUnit:
		return v.unit(s)
	case fromUnitFact:
		return v.fact.read(s.unit.GetAttributes(), s)
	default:
		return s.inspectionList()
	}
}

// read answers the value of an attribute from a record's facts, nil when it is not set. A fact that takes effect later is not there yet.
func (f *fact) read(facts map[string]*eilev1.Fact, s *scope) ref.Val {
	stored, ok := facts[f.Name]
	if !ok || stored == nil {
		return nil
	}
	if d, ok := dayOf(stored.GetEffectiveOn()); ok && d > s.due.on {
		s.due.note(d)
		return nil
	}
	if v, ok := f.valueOf(stored); ok {
		return v
	}
	return nil
}

// acquire takes a scope for one evaluation; release gives it back.
func (p *Policy) acquire(on day.Day) *scope {
	s := p.scopes.Get().(*scope)
	s.edition = p.at(on)
	s.due = due{on: on}
	s.today = celDate{day: on, due: &s.due}
	return s
}

func (s *scope) release() {
	for _, id := range s.touched {
		s.vals[id] = nil
	}
	s.touched = s.touched[:0]
	clear(s.members)
	s.members = s.members[:0]
	*s = scope{p: s.p, vals: s.vals, touched: s.touched, members: s.members}
	s.p.scopes.Put(s)
}
