package policy

import (
	"errors"
	"fmt"
	"slices"
)

// position is a place in a policy file; lines and columns count from 1.
type position struct{ line, column int }

// Fault is one thing wrong with a policy file.
type Fault struct {
	File         string
	Line, Column int
	What         string
}

// Error writes the fault as FILE:LINE:COLUMN: what.
func (f *Fault) Error() string {
	return fmt.Sprintf("%s:%d:%d: %s", f.File, f.Line, f.Column, f.What)
}

// maxFaults bounds the report on a hostile file.
const maxFaults = 100

// faults collects everything that is wrong with one file, so that its author mends it in one go.
type faults struct {
	file string
	list []*Fault
}

func (f *faults) add(at position, format string, args ...any) {
	if len(f.list) < maxFaults {
		f.list = append(f.list, &Fault{File: f.file, Line: max(at.line, 1), Column: max(at.column, 1), What: fmt.Sprintf(format, args...)})
	}
}

// err joins the faults in order of their place in the file; nil when there are none.
func (f *faults) err() error {
	slices.SortStableFunc(f.list, func(a, b *Fault) int {
		if a.Line != b.Line {
			return a.Line - b.Line
		}
		return a.Column - b.Column
	})
	errs := make([]error, len(f.list))
	for i, fault := range f.list {
		errs[i] = fault
	}
	return errors.Join(errs...)
}
