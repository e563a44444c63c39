package table

import (
	"errors"
	"fmt"
	"io"
	"iter"
	"strings"

	"github.com/eile-housing/eile/policy/day"
	"github.com/eile-housing/eile/policy/number"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// UnitRow is one row of units.csv.
type UnitRow struct {
	// Line on which the row begins, from 1.
	Line int
	// Unit with what the row says, and nothing else; its status is VACANT where the row has none.
	Unit *eilev1.Unit
}

// Units streams units.csv, as Applications does.
func Units(r io.Reader, o Options) iter.Seq2[UnitRow, *Fault] {
	s := sheet[UnitRow]{
		columns: unitColumns(&o),
		begin: func(line int) UnitRow {
			return UnitRow{Line: line, Unit: &eilev1.Unit{Status: eilev1.UnitStatus_UNIT_STATUS_VACANT}}
		},
	}
	seen := references{}
	s.end = func(row *UnitRow, fault func(column, message string)) {
		seen.check(row.Unit.GetReference(), row.Line, fault)
		if row.Unit.GetLease() != nil && row.Unit.GetTenure() == eilev1.Tenure_TENURE_OWNED {
			fault("lease_ends_on", "a home that is owned has no lease: clear it, or write rented_in as tenure")
		}
	}
	for i := range o.Attributes {
		a := &o.Attributes[i]
		s.columns = append(s.columns, attribute(a, func(row *UnitRow) *map[string]*eilev1.Fact { return &row.Unit.Attributes }))
	}
	return s.read(r)
}

func unitColumns(o *Options) []column[UnitRow] {
	return []column[UnitRow]{
		{name: "reference", required: true, read: func(r *UnitRow, cell string) error {
			r.Unit.Reference = cell
			return checkReference(cell)
		}},
		{name: "district", read: func(r *UnitRow, cell string) error {
			r.Unit.District = cell
			if strings.TrimSpace(cell) != cell {
				return fmt.Errorf("%s begins or ends with a space: remove it", quote(cell))
			}
			return short(cell, 100)
		}},
		{name: "address", lineBreaks: true, read: func(r *UnitRow, cell string) error {
			r.Unit.Address = cell
			return short(cell, 500)
		}},
		wholeColumn("rooms", 1, 100, func(u *eilev1.Unit) **int32 { return &u.Rooms }),
		{name: "area_sqm", read: readArea},
		wholeColumn("floor", -10, 200, func(u *eilev1.Unit) **int32 { return &u.Floor }),
		boolColumn("lift", func(u *eilev1.Unit) **bool { return &u.Lift }),
		boolColumn("adapted", func(u *eilev1.Unit) **bool { return &u.Adapted }),
		{name: "tenure", read: readTenure},
		{name: "lease_ends_on", read: readLease},
		wholeColumn("wear_percent", 0, 100, func(u *eilev1.Unit) **int32 { return &u.WearPercent }),
		{name: "amenities", read: func(r *UnitRow, cell string) (err error) {
			r.Unit.Amenities, err = parseAmenities(cell)
			return err
		}},
		{name: "earmark", read: func(r *UnitRow, cell string) error {
			r.Unit.Earmark = cell
			return known(cell, "a reserve of the policy", o.Reserves)
		}},
		{name: "status", read: readStatus},
	}
}

// wholeColumn is a column of whole numbers between two bounds, both included.
func wholeColumn(name string, least, most int64, field func(*eilev1.Unit) **int32) column[UnitRow] {
	return column[UnitRow]{name: name, read: func(r *UnitRow, cell string) (err error) {
		*field(r.Unit), err = small(cell, least, most)
		return err
	}}
}

func boolColumn(name string, field func(*eilev1.Unit) **bool) column[UnitRow] {
	return column[UnitRow]{name: name, read: func(r *UnitRow, cell string) error {
		b, err := parseBool(cell)
		*field(r.Unit) = &b
		return err
	}}
}

func readArea(r *UnitRow, cell string) error {
	area, err := parseArea(cell)
	r.Unit.AreaSqm = area
	return err
}

// parseArea reads square metres, which are more than 0.
func parseArea(cell string) (*eilev1.Decimal, error) {
	area, err := number.ParseDecimal(cell)
	switch {
	case err != nil:
		return nil, err
	case area.Units <= 0:
		return nil, fmt.Errorf("%s is not more than 0", quote(cell))
	}
	return area.Proto(), nil
}

func readTenure(r *UnitRow, cell string) error {
	switch cell {
	case "owned":
		r.Unit.Tenure = eilev1.Tenure_TENURE_OWNED
	case "rented_in":
		r.Unit.Tenure = eilev1.Tenure_TENURE_RENTED_IN
	default:
		return fmt.Errorf("%s is not owned or rented_in", quote(cell))
	}
	return nil
}

func readLease(r *UnitRow, cell string) error {
	d, err := day.Parse(cell)
	if err != nil {
		return err
	}
	r.Unit.Lease = &eilev1.Lease{EndsOn: d.Proto()}
	return nil
}

func readStatus(r *UnitRow, cell string) error {
	switch cell {
	case "vacant":
		r.Unit.Status = eilev1.UnitStatus_UNIT_STATUS_VACANT
	case "let":
		r.Unit.Status = eilev1.UnitStatus_UNIT_STATUS_LET
	case "under_repair":
		r.Unit.Status = eilev1.UnitStatus_UNIT_STATUS_UNDER_REPAIR
	default:
		return fmt.Errorf("%s is not vacant, let or under_repair", quote(cell))
	}
	return nil
}

// small reads a whole number between two bounds, both included.
func small(cell string, least, most int64) (*int32, error) {
	n, err := number.ParseWhole(cell)
	if err != nil {
		return nil, err
	}
	if n < least || n > most {
		return nil, fmt.Errorf("%s is not %d to %d", quote(cell), least, most)
	}
	v := int32(n)
	return &v, nil
}

// amenities by their words, in the order of the contract.
var amenities = []string{
	eilev1.Amenity_AMENITY_COLD_WATER: "cold_water", eilev1.Amenity_AMENITY_HOT_WATER: "hot_water",
	eilev1.Amenity_AMENITY_SEWERAGE: "sewerage", eilev1.Amenity_AMENITY_TOILET: "toilet", eilev1.Amenity_AMENITY_BATH: "bath",
	eilev1.Amenity_AMENITY_HEATING: "heating", eilev1.Amenity_AMENITY_ELECTRICITY: "electricity",
	eilev1.Amenity_AMENITY_GAS: "gas", eilev1.Amenity_AMENITY_KITCHEN: "kitchen",
}

// parseAmenities reads what was found in a home; "none" is assessed, and there is nothing.
func parseAmenities(cell string) (*eilev1.Amenities, error) {
	found := &eilev1.Amenities{}
	if cell == "none" {
		return found, nil
	}
	names, err := splitNames(cell, "amenity")
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		a := amenity(name)
		switch {
		case name == "none":
			return nil, errors.New("none stands beside others: write none alone, or leave it out")
		case a == eilev1.Amenity_AMENITY_UNSPECIFIED:
			return nil, fmt.Errorf("%s is not an amenity: use %s, or none alone", quote(name), strings.Join(amenities[1:], ", "))
		}
		found.Present = append(found.Present, a)
	}
	return found, nil
}

func amenity(name string) eilev1.Amenity {
	for i, word := range amenities {
		if word == name && word != "" {
			return eilev1.Amenity(i)
		}
	}
	return eilev1.Amenity_AMENITY_UNSPECIFIED
}
