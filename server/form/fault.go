package form

import (
	"slices"
	"strings"

	"google.golang.org/protobuf/proto"

	"github.com/eile-housing/eile/policy"
	"github.com/eile-housing/eile/policy/words"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	told "github.com/eile-housing/eile/server/words"
)

// Fault is what is wrong with one field.
type Fault struct {
	Field  string
	Reason *eilev1.Reason
}

// In is the fault in a language, without its field.
func (f Fault) In(lang string) string {
	shown := proto.CloneOf(f.Reason)
	told.Show(lang, shown, nil)
	return shown.GetDetail()
}

// Faults are what keeps a request from being carried out as it is written:
// every one, not the first.
type Faults []Fault

// Error are the faults in English.
func (f Faults) Error() string { return f.In(words.Default) }

// In are the faults in a language, in one line.
func (f Faults) In(lang string) string {
	texts := make([]string, len(f))
	for i, fault := range f {
		texts[i] = fault.Field + ": " + fault.In(lang)
	}
	return strings.Join(texts, "; ")
}

// Wrong makes the faults of one field.
func Wrong(field string, reason *eilev1.Reason) error { return Faults{{field, reason}} }

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
		faults = append(faults, Fault{prefix + violation.Field, violation.Reason})
	}
	return faults
}
