package fact

import (
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"

	"github.com/eile-housing/eile/policy/rule"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// NewVocabulary declares the variables that every policy has.
func NewVocabulary(reading Reading) *Vocabulary {
	v := &Vocabulary{reading: reading, byName: map[string]int{}}
	declareBuiltIn(v, "on", rule.DateType, rule.ReachDate, origin{date: func(today *rule.Date) ref.Val { return today }})
	declareBuiltIn(v, "year", types.IntType, rule.ReachDate, origin{date: func(today *rule.Date) ref.Val { return rule.YearOf(today) }})
	ofHouseholds(v)
	ofHomes(v)
	return v
}

// declareBuiltIn declares a variable that every policy has.
func declareBuiltIn(v *Vocabulary, name string, kind *types.Type, reach rule.Reach, from origin) int {
	from.what = builtIn
	id, err := v.declare(name, kind, reach, from)
	if err != nil {
		// The built-in names are written here, each once.
		panic(err)
	}
	return id
}

// ofHouseholds declares the built-in facts of a household.
func ofHouseholds(v *Vocabulary) {
	add := func(name string, kind *types.Type, unset ref.Val, get func(*household) ref.Val) int {
		return declareBuiltIn(v, name, kind, rule.ReachHousehold, origin{household: get, unset: unset})
	}
	texts := func(list []string) ref.Val { return types.NewStringList(types.DefaultTypeAdapter, list) }
	nobody := v.origins[add("members", types.NewListType(memberType), nil, (*household).memberList)].unset
	add("persons", types.IntType, nobody, func(h *household) ref.Val {
		if n := len(h.present()); n > 0 {
			return types.Int(n)
		}
		return nil
	})
	v.Need = add("need", types.IntType, nobody, (*household).need)
	v.Registered = add("registered_on", rule.DateType, rule.Unknown(len(v.variables), "registered_at"), func(h *household) ref.Val {
		if a, ok := h.registered(); ok {
			return &rule.Date{Day: a.Day(h.Zone)}
		}
		return nil
	})
	add("districts", stringList, nil, func(h *household) ref.Val { return texts(h.app.GetDistricts()) })
	add("grounds", stringList, nil, func(h *household) ref.Val { return texts(h.granted()) })
	add("list", types.StringType, nil, func(h *household) ref.Val { return types.String(h.list()) })
	add("transfer", types.StringType, nil, func(h *household) ref.Val { return types.String(h.app.GetTransfer().GetReason()) })
}

// ofHomes declares the built-in facts of a home under their column names, as unit.NAME, and its
// inspections.
func ofHomes(v *Vocabulary) {
	add := func(name string, kind *types.Type, get func(*home) ref.Val) {
		declareBuiltIn(v, "unit."+name, kind, rule.ReachHome, origin{home: get})
	}
	add("district", types.StringType, func(h *home) ref.Val { return filled(h.unit.GetDistrict()) })
	add("rooms", types.IntType, func(h *home) ref.Val { return whole(h.unit.Rooms) })
	add("area_sqm", rule.DecimalType, (*home).area)
	add("floor", types.IntType, func(h *home) ref.Val { return whole(h.unit.Floor) })
	add("lift", types.BoolType, func(h *home) ref.Val { return either(h.unit.Lift) })
	add("adapted", types.BoolType, func(h *home) ref.Val { return either(h.unit.Adapted) })
	add("tenure", types.StringType, func(h *home) ref.Val { return filled(TenureNames[h.unit.GetTenure()]) })
	add("lease_ends_on", rule.DateType, (*home).leaseEnd)
	add("wear_percent", types.IntType, func(h *home) ref.Val { return whole(h.unit.WearPercent) })
	add("amenities", stringList, func(h *home) ref.Val { return amenityList(h.unit.GetAmenities()) })
	add("earmark", types.StringType, func(h *home) ref.Val { return types.String(h.unit.GetEarmark()) })
	declareBuiltIn(v, "inspections", types.NewListType(inspectionType), rule.ReachInspections, origin{home: (*home).inspectionList})
}

// ofInspections declares what the newest inspection found as inspection.NAME, and for the declared
// attributes the day of the inspection that found them as inspected_on.NAME. Where there is no
// inspection everything is unknown by its name.
func ofInspections(v *Vocabulary, declared []*Attribute) (taken []error) {
	add := func(name string, kind *types.Type, unset ref.Val, get func(*home) ref.Val) {
		if _, err := v.declare(name, kind, rule.ReachInspections, origin{what: builtIn, home: get, unset: unset}); err != nil {
			taken = append(taken, err)
		}
	}
	add("inspection.inspected_on", rule.DateType, nil, func(h *home) ref.Val { return h.newest(inspectedOn) })
	add("inspection.score", types.IntType, nil, func(h *home) ref.Val {
		return h.newest(func(i *eilev1.Inspection) ref.Val { return whole(i.Score) })
	})
	add("inspection.hazards", stringList, nil, func(h *home) ref.Val { return h.newest(hazards) })
	for _, a := range declared {
		add("inspection."+a.Name, a.CEL(), a.Unclaimed, func(h *home) ref.Val {
			v, _ := h.found(a)
			return v
		})
		add("inspected_on."+a.Name, rule.DateType, nil, func(h *home) ref.Val { return h.foundOn(a) })
	}
	return taken
}
