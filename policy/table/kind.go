package table

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/eile-housing/eile/policy/number"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// KindRow is one kind of home that could be rented.
type KindRow struct {
	// Line on which the row begins, from 1.
	Line int
	// Kind with what the row says, and nothing else. Attributes are text: who knows the policy
	// gives them their types.
	Kind *eilev1.RentKind
}

// Kinds streams a file of kinds of homes, as Applications does. Every column that is not one of its
// own is an attribute of the policy, which is not known here.
func Kinds(file []byte) iter.Seq2[KindRow, *Fault] {
	s := sheet[KindRow]{
		columns: kindColumns(),
		begin:   func(line int) KindRow { return KindRow{Line: line, Kind: &eilev1.RentKind{}} },
	}
	seen := map[string]int{}
	s.end = func(row *KindRow, fault func(column, message string)) {
		name := row.Kind.GetName()
		if first, twice := seen[name]; twice && name != "" {
			fault("kind", fmt.Sprintf("%s is the name of line %d too", quote(name), first))
		}
		seen[name] = row.Line
	}
	for _, name := range otherColumns(file, s.columns) {
		a := &Attribute{Name: name, Type: String}
		s.columns = append(s.columns, attribute(a, func(row *KindRow) *map[string]*eilev1.Fact { return &row.Kind.Attributes }))
	}
	return s.read(bytes.NewReader(file))
}

// otherColumns are the names in the header that are no columns of the file's own. What cannot be
// read is left to the reader of the rows.
func otherColumns(file []byte, own []column[KindRow]) []string {
	names, err := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(file, []byte("\ufeff")))).Read()
	if err != nil {
		return nil
	}
	var others []string
	for _, name := range names {
		known := slices.ContainsFunc(own, func(c column[KindRow]) bool { return c.name == name })
		if !known && !slices.Contains(others, name) && isAttributeName(name) {
			others = append(others, name)
		}
	}
	return others
}

// isAttributeName tells whether a policy could declare an attribute of a name.
func isAttributeName(name string) bool {
	return name != "" && len(name) <= 64 && name[0] >= 'a' && name[0] <= 'z' && strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789_") == ""
}

func kindColumns() []column[KindRow] {
	return []column[KindRow]{
		{name: "kind", required: true, read: func(r *KindRow, cell string) error {
			r.Kind.Name = cell
			return short(cell, 200)
		}},
		{name: "rent_cents", required: true, read: func(r *KindRow, cell string) (err error) {
			r.Kind.RentCents, err = number.ParseWhole(cell)
			if err == nil && (r.Kind.GetRentCents() < 1 || r.Kind.GetRentCents() > maxRentCents) {
				err = fmt.Errorf("%s is not 1 to %d", quote(cell), maxRentCents)
			}
			return err
		}},
		{name: "district", read: func(r *KindRow, cell string) error {
			r.Kind.District = cell
			if strings.TrimSpace(cell) != cell {
				return fmt.Errorf("%s begins or ends with a space: remove it", quote(cell))
			}
			return short(cell, 100)
		}},
		smallColumn("rooms", 1, 100, func(k *eilev1.RentKind) **int32 { return &k.Rooms }),
		{name: "area_sqm", read: func(r *KindRow, cell string) error {
			area, err := parseArea(cell)
			r.Kind.AreaSqm = area
			return err
		}},
		smallColumn("floor", -10, 200, func(k *eilev1.RentKind) **int32 { return &k.Floor }),
		yesColumn("lift", func(k *eilev1.RentKind) **bool { return &k.Lift }),
		yesColumn("adapted", func(k *eilev1.RentKind) **bool { return &k.Adapted }),
		smallColumn("lease_months", 1, 1200, func(k *eilev1.RentKind) **int32 { return &k.LeaseMonths }),
	}
}

// maxRentCents a month is what the service takes.
const maxRentCents = 1_000_000_000

// smallColumn is a column of whole numbers between two bounds, both included.
func smallColumn(name string, least, most int64, field func(*eilev1.RentKind) **int32) column[KindRow] {
	return column[KindRow]{name: name, read: func(r *KindRow, cell string) (err error) {
		*field(r.Kind), err = small(cell, least, most)
		return err
	}}
}

func yesColumn(name string, field func(*eilev1.RentKind) **bool) column[KindRow] {
	return column[KindRow]{name: name, read: func(r *KindRow, cell string) error {
		yes, err := parseBool(cell)
		*field(r.Kind) = &yes
		return err
	}}
}
