package form

import (
	"fmt"
	"slices"
	"strings"

	"github.com/eile-housing/eile/policy"
)

// Fault is what is wrong with one field.
type Fault struct{ Field, Text string }

// Faults are what keeps a request from being carried out as it is written:
// every one, not the first.
type Faults []Fault

func (f Faults) Error() string {
	texts := make([]string, len(f))
	for i, fault := range f {
		texts[i] = fault.Field + ": " + fault.Text
	}
	return strings.Join(texts, "; ")
}

// Wrong makes the faults of one field.
func Wrong(field, format string, args ...any) error {
	return Faults{{field, fmt.Sprintf(format, args...)}}
}

// err is nil where nothing is wrong.
func (f Faults) err() error {
	if len(f) == 0 {
		return nil
	}
	return f
}

// with adds faults of fields that have none: what could not be read is not of
// the right type either, and is not refused twice.
func (f Faults) with(more Faults) Faults {
	all := slices.Clone(f)
	for _, fault := range more {
		if !slices.ContainsFunc(f, func(known Fault) bool { return known.Field == fault.Field }) {
			all = append(all, fault)
		}
	}
	return all
}

// against turns what a policy does not take into faults of fields.
func against(prefix string, found []policy.Violation) Faults {
	var faults Faults
	for _, violation := range found {
		faults = append(faults, Fault{prefix + violation.Field, violation.Reason.GetDetail()})
	}
	return faults
}
