package policy

import (
	"errors"
	"fmt"
	"reflect"

	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// unitFields declares the built-in facts of a home under their column names, as unit.NAME.
func (c *compiler) unitFields() {
	add := func(name string, kind *types.Type, get func(*eilev1.Unit) ref.Val) {
		c.p.declare(c.faults, position{}, slot{name: "unit." + name, kind: kind, from: fromUnit, reach: reachUnit,
			unit: func(s *scope) ref.Val { return get(s.unit) }})
	}
	add("district", types.StringType, func(u *eilev1.Unit) ref.Val { return filled(u.GetDistrict()) })
	add("rooms", types.IntType, func(u *eilev1.Unit) ref.Val { return whole(u.Rooms) })
	add("area_sqm", decimalType, func(u *eilev1.Unit) ref.Val {
		if u.GetAreaSqm() == nil {
			return nil
		}
		return decimalOf(u.GetAreaSqm())
	})
	add("floor", types.IntType, func(u *eilev1.Unit) ref.Val { return whole(u.Floor) })
	add("lift", types.BoolType, func(u *eilev1.Unit) ref.Val { return either(u.Lift) })
	add("adapted", types.BoolType, func(u *eilev1.Unit) ref.Val { return either(u.Adapted) })
	add("tenure", types.StringType, func(u *eilev1.Unit) ref.Val { return filled(tenureNames[u.GetTenure()]) })
	add("lease_ends_on", dateType, func(u *eilev1.Unit) ref.Val {
		d, ok := dayOf(u.GetLease().GetEndsOn())
		if !ok {
			return nil
		}
		return &celDate{day: d}
	})
	add("wear_percent", types.IntType, func(u *eilev1.Unit) ref.Val { return whole(u.WearPercent) })
	add("amenities", stringList, func(u *eilev1.Unit) ref.Val {
		if u.GetAmenities() == nil {
			return nil
		}
		return amenityList(u.GetAmenities().GetPresent())
	})
	add("earmark", types.StringType, func(u *eilev1.Unit) ref.Val { return types.String(u.GetEarmark()) })
	c.p.declare(c.faults, position{}, slot{name: "inspections", kind: types.NewListType(inspectionType), from: fromInspections, reach: reachInspections})
}

var tenureNames = map[eilev1.Tenure]string{eilev1.Tenure_TENURE_OWNED: "owned", eilev1.Tenure_TENURE_RENTED_IN: "rented_in"}

// amenityNames are the names of units.csv, by number.
var amenityNames = map[eilev1.Amenity]string{
	eilev1.Amenity_AMENITY_COLD_WATER: "cold_water", eilev1.Amenity_AMENITY_HOT_WATER: "hot_water", eilev1.Amenity_AMENITY_SEWERAGE: "sewerage",
	eilev1.Amenity_AMENITY_TOILET: "toilet", eilev1.Amenity_AMENITY_BATH: "bath", eilev1.Amenity_AMENITY_HEATING: "heating",
	eilev1.Amenity_AMENITY_ELECTRICITY: "electricity", eilev1.Amenity_AMENITY_GAS: "gas", eilev1.Amenity_AMENITY_KITCHEN: "kitchen",
}

func amenityList(present []eilev1.Amenity) ref.Val {
	names := make([]string, len(present))
	for i, a := range present {
		names[i] = amenityNames[a]
	}
	return types.NewStringList(types.DefaultTypeAdapter, names)
}

func filled(s string) ref.Val {
	if s == "" {
		return nil
	}
	return types.String(s)
}

func whole(n *int32) ref.Val {
	if n == nil {
		return nil
	}
	return types.Int(*n)
}

func either(b *bool) ref.Val {
	if b == nil {
		return nil
	}
	return types.Bool(*b)
}

var inspectionType = types.NewObjectType("eile.inspection")

// inspection is one inspection of a home in CEL.
type inspection struct {
	*eilev1.Inspection
	number int
	s      *scope
}

// firstInspectionName numbers the unknowns of inspections behind those of members.
const firstInspectionName = 1 << 24

func (i *inspection) unknown(field int, name string) ref.Val {
	return unknown(firstInspectionName+i.number*2*maxFacts+field, fmt.Sprintf("inspections[%d].%s", i.number, name))
}

// inspectionStructure declares what expressions read of an inspection: inspected_on, score, hazards and the declared attributes.
func inspectionStructure(facts []*fact) structure {
	t := structure{kind: inspectionType, fields: map[string]*types.FieldType{}}
	t.field("inspected_on", dateType, func(v any) ref.Val {
		i := v.(*inspection)
		d, ok := dayOf(i.GetInspectedOn())
		if !ok {
			return i.unknown(0, "inspected_on")
		}
		return &celDate{day: d}
	})
	t.field("score", types.IntType, func(v any) ref.Val {
		i := v.(*inspection)
		if i.Score == nil {
			return i.unknown(1, "score")
		}
		return types.Int(i.GetScore())
	})
	t.field("hazards", stringList, func(v any) ref.Val {
		return types.NewStringList(types.DefaultTypeAdapter, v.(*inspection).GetHazards())
	})
	for n, f := range facts {
		t.field(f.Name, f.kind(), func(v any) ref.Val {
			i := v.(*inspection)
			if val := f.read(i.GetAttributes(), i.s); val != nil {
				return val
			}
			if f.unclaimed != nil {
				return f.unclaimed
			}
			return i.unknown(n+2, f.Name)
		})
	}
	return t
}

// inspectionList answers the inspections of the home up to today, newest first; an empty list where there are none.
func (s *scope) inspectionList() ref.Val {
	list := []ref.Val{}
	for _, i := range s.inspections {
		if s.has(i) {
			list = append(list, &inspection{i, len(list) + 1, s})
		}
	}
	return types.NewRefValList(types.DefaultTypeAdapter, list)
}

// ConvertToNative is not needed by any expression.
func (i *inspection) ConvertToNative(reflect.Type) (any, error) {
	return nil, errors.New("an inspection has no native form")
}

// ConvertToType answers the type of an inspection.
func (i *inspection) ConvertToType(t ref.Type) ref.Val {
	if t == types.TypeType {
		return inspectionType
	}
	return types.NewErr("an inspection does not convert to %s", t.TypeName())
}

// Equal compares by identity.
func (i *inspection) Equal(other ref.Val) ref.Val {
	o, ok := other.(*inspection)
	return types.Bool(ok && i.Inspection == o.Inspection)
}

// Type is eile.inspection.
func (i *inspection) Type() ref.Type { return inspectionType }

// Value is the inspection itself.
func (i *inspection) Value() any { return i }
