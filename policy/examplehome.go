package policy

import (
	"fmt"
	"strings"

	"github.com/eile-housing/eile/policy/table"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// home builds the home of an example from the columns of units.csv.
func (c *checker) home(x *unitExample) (*unitCase, bool) {
	before := len(c.list)
	u := &unitCase{unit: &eilev1.Unit{Reference: "example", Attributes: map[string]*eilev1.Fact{}}}
	for _, column := range x.Facts {
		set, builtIn := unitColumns[column.Name.s]
		if !builtIn {
			for name, stored := range c.sheet([]named[text]{column}, c.p.facts[UnitKind]) {
				u.unit.Attributes[name] = stored
			}
			continue
		}
		if err := set(u.unit, column.Value.s); err != nil {
			c.add(column.Value.position, "%s: %v", column.Name.s, err)
		}
	}
	for _, i := range x.Inspections {
		seen := &eilev1.Inspection{Unit: "example", InspectedOn: i.On.day.Proto(), Hazards: texts(i.Hazards), Attributes: c.sheet(i.Attributes, c.p.facts[InspectionKind])}
		if i.Score.set() {
			score := int32(min(max(i.Score.n, 0), 100))
			seen.Score = &score
		}
		for _, v := range c.p.ValidateInspection(seen) {
			c.add(x.position, "example %q: %s: %s", clip(x.Name.s), v.Field, v.Reason.GetDetail())
		}
		u.inspections = append(u.inspections, seen)
	}
	for _, v := range c.p.ValidateUnit(u.unit) {
		c.add(x.position, "example %q: %s: %s", clip(x.Name.s), v.Field, v.Reason.GetDetail())
	}
	return u, len(c.list) == before
}

// unitColumns set the built-in facts of a home that rules can read.
var unitColumns = map[string]func(*eilev1.Unit, string) error{
	"district": func(u *eilev1.Unit, s string) error { u.District = s; return nil },
	"rooms":    intColumn(func(u *eilev1.Unit, n *int32) { u.Rooms = n }),
	"area_sqm": func(u *eilev1.Unit, s string) error {
		d, err := parseDecimal(s)
		if err == nil {
			u.AreaSqm = &eilev1.Decimal{Units: d.units, Scale: d.scale}
		}
		return err
	},
	"floor":   intColumn(func(u *eilev1.Unit, n *int32) { u.Floor = n }),
	"lift":    boolColumn(func(u *eilev1.Unit, b *bool) { u.Lift = b }),
	"adapted": boolColumn(func(u *eilev1.Unit, b *bool) { u.Adapted = b }),
	"tenure": func(u *eilev1.Unit, s string) error {
		for tenure, name := range tenureNames {
			if name == s {
				u.Tenure = tenure
				return nil
			}
		}
		return fmt.Errorf("%q is neither owned nor rented_in", clip(s))
	},
	"lease_ends_on": func(u *eilev1.Unit, s string) error {
		v, err := parseValue(table.Date, s)
		if err == nil {
			u.Lease = &eilev1.Lease{EndsOn: v.(*celDate).day.Proto()}
		}
		return err
	},
	"wear_percent": intColumn(func(u *eilev1.Unit, n *int32) { u.WearPercent = n }),
	"amenities":    amenitiesColumn,
	"earmark":      func(u *eilev1.Unit, s string) error { u.Earmark = s; return nil },
}

func intColumn(set func(*eilev1.Unit, *int32)) func(*eilev1.Unit, string) error {
	return func(u *eilev1.Unit, s string) error {
		n, err := wholeNumber(s)
		if err == nil && (n < -1000 || n > 1000) {
			err = fmt.Errorf("%d is out of range", n)
		}
		v := int32(n)
		set(u, &v)
		return err
	}
}

func boolColumn(set func(*eilev1.Unit, *bool)) func(*eilev1.Unit, string) error {
	return func(u *eilev1.Unit, s string) error {
		if s != "true" && s != "false" {
			return errNotBool(s)
		}
		v := s == "true"
		set(u, &v)
		return nil
	}
}

func amenitiesColumn(u *eilev1.Unit, s string) error {
	u.Amenities = &eilev1.Amenities{}
	if s == "none" {
		return nil
	}
	for part := range strings.SplitSeq(s, ";") {
		known := false
		for amenity, name := range amenityNames {
			if name == part {
				u.Amenities.Present, known = append(u.Amenities.Present, amenity), true
			}
		}
		if !known {
			return fmt.Errorf("%q is no amenity", clip(part))
		}
	}
	return nil
}
