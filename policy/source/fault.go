package source

import (
	"errors"
	"fmt"
	"slices"
)

// Position is a place in a policy file; lines and columns count from 1.
type Position struct{ Line, Column int }

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

// Faults collects everything that is wrong with one file, so that its author mends it in one go.
type Faults struct {
	file string
	list []*Fault
}

// NewFaults begins the report on a file; file names it in errors.
func NewFaults(file string) *Faults { return &Faults{file: file} }

// Count returns how many faults there are so far.
func (f *Faults) Count() int { return len(f.list) }

// Add reports what is wrong at a place; a zero place is the beginning of the file.
func (f *Faults) Add(at Position, format string, args ...any) {
	if len(f.list) < maxFaults {
		f.list = append(f.list, &Fault{File: f.file, Line: max(at.Line, 1), Column: max(at.Column, 1), What: fmt.Sprintf(format, args...)})
	}
}

// Err joins the faults in order of their place in the file; nil when there are none.
func (f *Faults) Err() error {
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
