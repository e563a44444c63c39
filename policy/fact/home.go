package fact

import (
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"

	"github.com/eile-housing/eile/policy/day"
	"github.com/eile-housing/eile/policy/rule"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// home is one home with its inspections, the newest first, as expressions read it on one day.
type home struct {
	unit        *eilev1.Unit
	inspections []*eilev1.Inspection
	today       *rule.Today
}

func (h *home) area() ref.Val {
	if h.unit.GetAreaSqm() == nil {
		return nil
	}
	return rule.DecimalOf(h.unit.GetAreaSqm())
}

func (h *home) leaseEnd() ref.Val {
	d, ok := day.Known(h.unit.GetLease().GetEndsOn())
	if !ok {
		return nil
	}
	return &rule.Date{Day: d}
}

// made says whether an inspection has been made by today, and notes when one to come is.
func (h *home) made(i *eilev1.Inspection) bool {
	d, ok := day.Known(i.GetInspectedOn())
	if ok && d > h.today.On {
		h.today.Note(d)
		return false
	}
	return true
}

// inspectionList returns the inspections up to today, newest first; an empty list where there are
// none.
func (h *home) inspectionList() ref.Val {
	list := []ref.Val{}
	for _, i := range h.inspections {
		if h.made(i) {
			list = append(list, &inspection{i, len(list) + 1, h.today})
		}
	}
	return types.NewRefValList(types.DefaultTypeAdapter, list)
}

// newest reads the newest inspection; nil where there is none.
func (h *home) newest(get func(*eilev1.Inspection) ref.Val) ref.Val {
	for _, i := range h.inspections {
		if h.made(i) {
			return get(i)
		}
	}
	return nil
}

// found returns what the newest inspection says of an attribute, or for a carried one the newest
// that says anything; nil where none does.
func (h *home) found(a *Attribute) (v ref.Val, on day.Day) {
	for _, i := range h.inspections {
		if !h.made(i) {
			continue
		}
		on, _ = day.Known(i.GetInspectedOn())
		if v = a.read(i.GetAttributes(), h.today); v != nil || !a.Carried {
			return v, on
		}
	}
	return nil, 0
}

// foundOn returns the day of the inspection that found an attribute.
func (h *home) foundOn(a *Attribute) ref.Val {
	v, on := h.found(a)
	if v == nil || on == 0 {
		return nil
	}
	return &rule.Date{Day: on}
}
