package policy

import (
	"encoding/binary"
	"slices"
	"strings"

	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/common/types/traits"

	"github.com/eile-housing/eile/policy/day"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// codeEarmarked is the reason that a home is kept for a group to which the household does not belong.
const codeEarmarked = "EARMARKED"

// Suitable says whether a home may be offered to a household under the suitability rules and the earmark, and every reason why not. A fact that a rule needs
// and that is not known makes the home unsuitable, with the fact named. A home whose earmark is released counts as kept: for the round in which others may
// have it, clear the earmark. The wanted districts are not tested; see Districts.
func (e *Evaluator) Suitable(app *eilev1.Application, unit *eilev1.Unit, on day.Day) (bool, []*eilev1.Reason) {
	s := e.p.acquire(on)
	defer s.release()
	s.app, s.unit = app, unit
	f := &findings{s: s}
	f.test(s.edition.suitability)
	if r := s.keptFor(unit.GetEarmark()); r != nil {
		f.reasons = append(f.reasons, r.notMember())
	}
	reasons := f.all()
	for _, name := range f.missing() {
		reasons = append(reasons, f.s.p.missingReason(name))
	}
	return len(reasons) == 0, reasons
}

// keptFor answers the reserve that keeps the home from this household; nil when it may have it.
func (s *scope) keptFor(earmark string) *Reserve {
	if earmark == "" {
		return nil
	}
	for i := range s.p.reserves {
		if r := &s.p.reserves[i]; r.Code == earmark && r.Strict != SoftReserve && !s.belongs(r) {
			return r
		}
	}
	return nil
}

// notMember says why the household may not have a home that is kept for the group.
func (r *Reserve) notMember() *eilev1.Reason {
	reason := &eilev1.Reason{Code: codeEarmarked, Detail: "the home is kept for " + r.Code + ": " + r.En}
	if r.Lt != "" {
		reason.DetailLt = "būstas skirtas grupei „" + r.Lt + "“"
	}
	return reason
}

func (s *scope) belongs(r *Reserve) bool { return r.who.eval(s) == types.True }

// Groups names the reserves to which a household belongs, in the order of the policy.
func (e *Evaluator) Groups(app *eilev1.Application, on day.Day) []string {
	s := e.p.acquire(on)
	defer s.release()
	s.app = app
	return s.groups()
}

func (s *scope) groups() []string {
	var groups []string
	for i := range s.p.reserves {
		if s.belongs(&s.p.reserves[i]) {
			groups = append(groups, s.p.reserves[i].Code)
		}
	}
	return groups
}

// SuitabilityKey is made of exactly what the suitability rules and the groups read of a household: two with equal keys on a day suit the same homes on
// that day and belong to the same groups. The figures in reasons may differ.
func (e *Evaluator) SuitabilityKey(app *eilev1.Application, on day.Day) string {
	s := e.p.acquire(on)
	defer s.release()
	s.app = app
	return s.suitabilityKey()
}

func (s *scope) suitabilityKey() string {
	var buf [64]byte
	key := buf[:0]
	for _, id := range s.p.keyed {
		key = appendValue(key, s.value(id))
	}
	for i := range s.p.reserves {
		if s.belongs(&s.p.reserves[i]) {
			key = append(key, byte(i))
		}
	}
	return string(key)
}

// UnitKey is made of exactly what the suitability rules read of a home, and its earmark: two with equal keys suit the same households on a day.
func (e *Evaluator) UnitKey(unit *eilev1.Unit, on day.Day) string {
	s := e.p.acquire(on)
	defer s.release()
	s.unit = unit
	key := textKey(nil, unit.GetEarmark())
	for _, id := range s.p.unitKeyed {
		key = appendValue(key, s.value(id))
	}
	return string(key)
}

// keys finds the variables that suitability reads, for SuitabilityKey and UnitKey. A value that a rule reads stands for whatever it was computed from.
func (c *compiler) keys() {
	p := c.p
	var ids []int
	for _, rule := range p.suitability {
		if rule.require != nil {
			ids = append(ids, rule.require.reads...)
		}
	}
	slices.Sort(ids)
	for _, id := range slices.Compact(ids) {
		switch s := &p.slots[id]; {
		case s.reach&reachHousehold != 0:
			p.keyed = append(p.keyed, id)
		case s.reach&reachUnit != 0:
			p.unitKeyed = append(p.unitKeyed, id)
		}
	}
}

// appendValue writes a value so that different values of a type differ and the end is part of it.
func appendValue(key []byte, v ref.Val) []byte {
	switch x := v.(type) {
	case types.Bool:
		if x {
			return append(key, 't')
		}
		return append(key, 'f')
	case types.Int:
		return binary.AppendVarint(append(key, 'i'), int64(x))
	case types.String:
		return textKey(append(key, 's'), string(x))
	case *celDate:
		return binary.AppendVarint(append(key, 'd'), int64(x.day))
	case *celDecimal:
		return textKey(append(key, 'n'), x.canonical())
	case *member:
		return x.appendTo(append(key, 'm'))
	case *row:
		return x.appendTo(append(key, 'r'))
	case traits.Lister:
		key = append(key, '[')
		for it := x.Iterator(); it.HasNext() == types.True; {
			key = appendValue(key, it.Next())
		}
		return append(key, ']')
	}
	return append(key, '?')
}

// canonical writes equal numbers alike.
func (d *celDecimal) canonical() string {
	s := d.String()
	if strings.Contains(s, ".") {
		s = strings.TrimSuffix(strings.TrimRight(s, "0"), ".")
	}
	return s
}

// appendTo writes every field of a member that an expression can read.
func (m *member) appendTo(key []byte) []byte {
	fields := m.s.p.structs[memberType.TypeName()].fields
	names := make([]string, 0, len(fields))
	for name := range fields {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		v, err := fields[name].GetFrom(m)
		val, ok := v.(ref.Val)
		if err != nil || !ok {
			val = types.NullValue
		}
		key = appendValue(key, val)
	}
	return key
}
