package policy

import (
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"

	"github.com/eile-housing/eile/policy/day"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// inspectionFacts declares what the newest inspection found as inspection.NAME, and for the attributes of the policy the day of the inspection that found
// them as inspected_on.NAME. Where there is no inspection everything is unknown by its name.
func (c *compiler) inspectionFacts() {
	add := func(name string, kind *types.Type, unset ref.Val, get func(*scope) ref.Val) {
		c.p.declare(c.faults, position{}, slot{name: name, kind: kind, from: fromUnit, reach: reachInspections, unset: unset, unit: get})
	}
	newest := func(get func(*eilev1.Inspection) ref.Val) func(*scope) ref.Val {
		return func(s *scope) ref.Val {
			for _, i := range s.inspections {
				if s.has(i) {
					return get(i)
				}
			}
			return nil
		}
	}
	add("inspection.inspected_on", dateType, nil, newest(func(i *eilev1.Inspection) ref.Val {
		d, ok := dayOf(i.GetInspectedOn())
		if !ok {
			return nil
		}
		return &celDate{day: d}
	}))
	add("inspection.score", types.IntType, nil, newest(func(i *eilev1.Inspection) ref.Val { return whole(i.Score) }))
	add("inspection.hazards", stringList, nil, newest(func(i *eilev1.Inspection) ref.Val {
		return types.NewStringList(types.DefaultTypeAdapter, i.GetHazards())
	}))
	for _, f := range c.p.facts[InspectionKind] {
		add("inspection."+f.Name, f.kind(), f.unclaimed, func(s *scope) ref.Val {
			v, _ := s.found(f)
			return v
		})
		add("inspected_on."+f.Name, dateType, nil, func(s *scope) ref.Val {
			v, on := s.found(f)
			if v == nil || on == 0 {
				return nil
			}
			return &celDate{day: on}
		})
	}
}

// has says whether an inspection has been made by today, and notes when one to come is.
func (s *scope) has(i *eilev1.Inspection) bool {
	d, ok := dayOf(i.GetInspectedOn())
	if ok && d > s.due.on {
		s.due.note(d)
		return false
	}
	return true
}

// found answers what the newest inspection says of a fact, or for a carried one the newest that says anything; nil where none does.
func (s *scope) found(f *fact) (v ref.Val, on day.Day) {
	for _, i := range s.inspections {
		if !s.has(i) {
			continue
		}
		on, _ = dayOf(i.GetInspectedOn())
		if v = f.read(i.GetAttributes(), s); v != nil || !f.carried {
			return v, on
		}
	}
	return nil, 0
}
