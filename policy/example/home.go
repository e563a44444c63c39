package example

import (
	"fmt"
	"strings"

	"github.com/eile-housing/eile/policy"
	"github.com/eile-housing/eile/policy/day"
	"github.com/eile-housing/eile/policy/fact"
	"github.com/eile-housing/eile/policy/number"
	"github.com/eile-housing/eile/policy/source"
	"github.com/eile-housing/eile/policy/words"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// homeCase is the home of an example.
type homeCase struct {
	unit        *eilev1.Unit
	inspections []*eilev1.Inspection
}

// home builds the home of an example from the columns of units.csv; not ok where the policy does
// not take it.
func home(faults *source.Faults, p *policy.Policy, x *source.UnitExample) (*homeCase, bool) {
	before := faults.Count()
	u := &homeCase{unit: &eilev1.Unit{Reference: "example", Attributes: map[string]*eilev1.Fact{}}}
	for _, column := range x.Facts {
		set, builtIn := unitColumns[column.Name.Text]
		if !builtIn {
			for name, stored := range sheet(faults, []source.Named[source.Text]{column}, p.Attributes(policy.UnitKind)) {
				u.unit.Attributes[name] = stored
			}
			continue
		}
		if err := set(u.unit, column.Value.Text); err != nil {
			faults.Add(column.Value.Position, "%s: %v", column.Name.Text, err)
		}
	}
	for _, i := range x.Inspections {
		seen := &eilev1.Inspection{Unit: "example", InspectedOn: i.On.Day.Proto(), Hazards: source.Texts(i.Hazards), Attributes: sheet(faults, i.Attributes, p.Attributes(policy.InspectionKind))}
		if i.Score.Set() {
			score := int32(min(max(i.Score.Int, 0), 100))
			seen.Score = &score
		}
		for _, v := range p.ValidateInspection(seen) {
			faults.Add(x.Position, "example %q: %s: %s", source.Clip(x.Name.Text), v.Field, p.Say(words.Default, v.Reason))
		}
		u.inspections = append(u.inspections, seen)
	}
	for _, v := range p.ValidateUnit(u.unit) {
		faults.Add(x.Position, "example %q: %s: %s", source.Clip(x.Name.Text), v.Field, p.Say(words.Default, v.Reason))
	}
	return u, faults.Count() == before
}

// unitColumns set the built-in facts of a home that rules can read.
var unitColumns = map[string]func(*eilev1.Unit, string) error{
	"district": func(u *eilev1.Unit, s string) error { u.District = s; return nil },
	"rooms":    intColumn(func(u *eilev1.Unit, n *int32) { u.Rooms = n }),
	"area_sqm": func(u *eilev1.Unit, s string) error {
		d, err := number.ParseDecimal(s)
		if err == nil {
			u.AreaSqm = d.Proto()
		}
		return err
	},
	"floor":   intColumn(func(u *eilev1.Unit, n *int32) { u.Floor = n }),
	"lift":    boolColumn(func(u *eilev1.Unit, b *bool) { u.Lift = b }),
	"adapted": boolColumn(func(u *eilev1.Unit, b *bool) { u.Adapted = b }),
	"tenure": func(u *eilev1.Unit, s string) error {
		for tenure, name := range fact.TenureNames {
			if name == s {
				u.Tenure = tenure
				return nil
			}
		}
		return fmt.Errorf("%q is neither owned nor rented_in", source.Clip(s))
	},
	"lease_ends_on": func(u *eilev1.Unit, s string) error {
		ends, err := day.Parse(s)
		if err == nil {
			u.Lease = &eilev1.Lease{EndsOn: ends.Proto()}
		}
		return err
	},
	"wear_percent": intColumn(func(u *eilev1.Unit, n *int32) { u.WearPercent = n }),
	"amenities":    amenitiesColumn,
	"earmark":      func(u *eilev1.Unit, s string) error { u.Earmark = s; return nil },
}

func intColumn(set func(*eilev1.Unit, *int32)) func(*eilev1.Unit, string) error {
	return func(u *eilev1.Unit, s string) error {
		n, err := source.WholeNumber(s)
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
			return fmt.Errorf("%q is not a boolean; write true or false", source.Clip(s))
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
		for amenity, name := range fact.AmenityNames {
			if name == part {
				u.Amenities.Present, known = append(u.Amenities.Present, amenity), true
			}
		}
		if !known {
			return fmt.Errorf("%q is no amenity", source.Clip(part))
		}
	}
	return nil
}
