package fact

import (
	"time"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types/ref"

	"github.com/eile-housing/eile/policy/day"
	"github.com/eile-housing/eile/policy/rule"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// Day is what a policy says on one day, whatever the household: the figures by the numbers of their
// variables, and the grounds that count.
type Day struct {
	On      day.Day
	Figures []ref.Val
	Grounds map[string]bool
}

// Scope is what one evaluation can read: the figures of a day and the facts of one household, one
// home, or both. It implements cel.Activation. A value is computed when an expression first reads
// it and kept until the scope is released. Scopes are pooled and used by one goroutine at a time.
type Scope struct {
	// Today notes when what was read would read differently.
	Today rule.Today

	vocabulary *Vocabulary
	figures    []ref.Val
	date       rule.Date
	household  household
	home       home

	values  []ref.Val
	touched []int
}

// Acquire takes a scope for one evaluation; Release gives it back.
func (v *Vocabulary) Acquire(d Day) *Scope {
	s, _ := v.scopes.Get().(*Scope)
	if s == nil {
		s = &Scope{vocabulary: v, values: make([]ref.Val, len(v.variables))}
	}
	s.Today = rule.Today{On: d.On}
	s.figures = d.Figures
	s.date = rule.Date{Day: d.On, Today: &s.Today}
	s.household = household{Reading: &v.reading, today: &s.date, grounds: d.Grounds, members: s.household.members}
	s.home.today = &s.Today
	return s
}

// Release gives the scope back; nothing that was read from it may be kept.
func (s *Scope) Release() {
	for _, id := range s.touched {
		s.values[id] = nil
	}
	members := s.household.members
	clear(members)
	*s = Scope{vocabulary: s.vocabulary, values: s.values, touched: s.touched[:0], household: household{members: members[:0]}}
	s.vocabulary.scopes.Put(s)
}

// Household sets the application that is read.
func (s *Scope) Household(app *eilev1.Application) { s.household.app = app }

// Home sets the home that is read, and its inspections, the newest first.
func (s *Scope) Home(unit *eilev1.Unit, inspections []*eilev1.Inspection) {
	s.home.unit, s.home.inspections = unit, inspections
}

// ResolveName returns a variable.
func (s *Scope) ResolveName(name string) (any, bool) {
	id, ok := s.vocabulary.byName[name]
	if !ok {
		return nil, false
	}
	return s.Value(id), true
}

// Parent returns nil: a scope is the outermost activation.
func (s *Scope) Parent() cel.Activation { return nil }

// Value returns a variable by its number.
func (s *Scope) Value(variable int) ref.Val {
	if v := s.values[variable]; v != nil {
		return v
	}
	from := &s.vocabulary.origins[variable]
	v := s.resolve(variable, from)
	if v == nil {
		v = from.unset
	}
	s.values[variable] = v
	s.touched = append(s.touched, variable)
	return v
}

func (s *Scope) resolve(variable int, from *origin) ref.Val {
	switch {
	case from.compute != nil:
		return from.compute.Eval(s)
	case from.household != nil:
		return from.household(&s.household)
	case from.home != nil:
		return from.home(&s.home)
	case from.date != nil:
		return from.date(&s.date)
	default:
		return s.figures[variable]
	}
}

// Vocabulary is the variables that can be read.
func (s *Scope) Vocabulary() *Vocabulary { return s.vocabulary }

// Application is the one that is read.
func (s *Scope) Application() *eilev1.Application { return s.household.app }

// List returns the list of the application, or the default one.
func (s *Scope) List() string { return s.household.list() }

// Granted returns the codes of the grounds that a decision granted and that count today.
func (s *Scope) Granted() []string { return s.household.granted() }

// Registered returns when the application was registered; not ok where that is not known.
func (s *Scope) Registered() (day.Moment, bool) { return s.household.registered() }

// Zone is where the day of a registration begins.
func (s *Scope) Zone() *time.Location { return s.household.Zone }
