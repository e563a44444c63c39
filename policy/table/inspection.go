package table

import (
	"fmt"
	"io"
	"iter"

	"github.com/eile-housing/eile/policy/day"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// InspectionRow is one row of inspections.csv.
type InspectionRow struct {
	// Line on which the row begins, from 1.
	Line int
	// Inspection with what the row says, and nothing else.
	Inspection *eilev1.Inspection
}

// Inspections streams inspections.csv, as Applications does. A home can be inspected more than
// once, on one day too.
func Inspections(r io.Reader, o Options) iter.Seq2[InspectionRow, *Fault] {
	s := sheet[InspectionRow]{
		columns: inspectionColumns(&o),
		begin:   func(line int) InspectionRow { return InspectionRow{Line: line, Inspection: &eilev1.Inspection{}} },
		end:     func(*InspectionRow, func(column, message string)) {},
	}
	for i := range o.Attributes {
		a := &o.Attributes[i]
		s.columns = append(s.columns, attribute(a, func(row *InspectionRow) *map[string]*eilev1.Fact { return &row.Inspection.Attributes }))
	}
	return s.read(r)
}

func inspectionColumns(o *Options) []column[InspectionRow] {
	type row = InspectionRow
	return []column[row]{
		{name: "unit", required: true, read: func(r *row, cell string) error {
			r.Inspection.Unit = cell
			return checkReference(cell)
		}},
		{name: "inspected_on", required: true, read: func(r *row, cell string) error {
			d, err := day.Parse(cell)
			if err != nil {
				return err
			}
			if d > o.Today {
				return fmt.Errorf("%s is in the future, after %s", d, o.Today)
			}
			r.Inspection.InspectedOn = d.Proto()
			return nil
		}},
		// The inspector is a person, whom no message names.
		{name: "inspector", read: func(r *row, cell string) error {
			r.Inspection.Inspector = cell
			return short(cell, 200)
		}},
		{name: "score", read: func(r *row, cell string) (err error) {
			r.Inspection.Score, err = small(cell, 0, 100)
			return err
		}},
		{name: "hazards", read: func(r *row, cell string) error {
			hazards, err := splitNames(cell, "hazard")
			if err != nil {
				return err
			}
			for _, h := range hazards {
				if err := known(h, "a hazard of the policy", o.Hazards); err != nil {
					return err
				}
			}
			r.Inspection.Hazards = hazards
			return nil
		}},
	}
}
