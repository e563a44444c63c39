package intake

import (
	"cmp"
	"io"
	"iter"
	"slices"

	"github.com/eile-housing/eile/policy"
	"github.com/eile-housing/eile/policy/table"
	"github.com/eile-housing/eile/policy/words"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// check reads the whole file, reports every fault, and keeps the good rows. A
// fault of the file as a whole leaves no good row.
func (c *checker) check(kind eilev1.ImportKind, file io.Reader) error {
	var fatal bool
	var err error
	switch kind {
	case eilev1.ImportKind_IMPORT_KIND_APPLICATIONS:
		fatal, err = each(c, table.Applications(file, c.options(policy.ApplicationKind)), c.application)
	case eilev1.ImportKind_IMPORT_KIND_UNITS:
		fatal, err = each(c, table.Units(file, c.options(policy.UnitKind)), c.unit)
	default:
		inFile := map[string]int{}
		fatal, err = each(c, table.Inspections(file, c.options(policy.InspectionKind)), func(row table.InspectionRow) error { return c.inspection(row, inFile) })
	}
	if fatal {
		c.good, c.unchanged = nil, nil
	}
	slices.SortFunc(c.good, func(a, b row) int { return cmp.Compare(a.reference, b.reference) })
	return err
}

// each checks row by row; fatal is a fault of the file as a whole.
func each[R any](c *checker, rows iter.Seq2[R, *table.Fault], check func(R) error) (fatal bool, err error) {
	last := 0 // a line with a fault: several may be of one
	for row, fault := range rows {
		if fault == nil {
			err = c.counted()
			if err == nil {
				err = check(row)
			}
		} else if err = fault.Err; err == nil {
			fatal = fatal || fault.Fatal
			err = c.fault(fault.Line, fault.Column, words.Reason("FILE_FAULT", words.Text("problem", fault.Message)))
			if fault.Line > 1 && fault.Line != last {
				c.rows++
			}
			last = fault.Line
		}
		if err != nil {
			return fatal, err
		}
	}
	return fatal, nil
}
