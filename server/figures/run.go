package figures

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/store"
)

// Runs are the runs that are kept, in the order of their days and numbers: the
// id of a run is DATE or DATE.NUMBER, and 12 comes after 9.
func Runs(v *store.View, keep func(*eilev1.Run) bool) ([]*eilev1.Run, error) {
	var runs []*eilev1.Run
	for entry, err := range store.Runs.All(v, "", "") {
		if err != nil {
			return nil, err
		}
		if keep(entry.Record) {
			runs = append(runs, entry.Record)
		}
	}
	slices.SortFunc(runs, func(a, b *eilev1.Run) int { return ByNumber(a.GetId(), b.GetId()) })
	return runs, nil
}

// ByNumber orders the ids of runs.
func ByNumber(a, b string) int {
	dayA, numberA := numbered(a)
	dayB, numberB := numbered(b)
	return cmp.Or(strings.Compare(dayA, dayB), cmp.Compare(numberA, numberB), strings.Compare(a, b))
}

// numbered parts the id of a run. One without a number is the first of its day.
func numbered(id string) (on string, number int) {
	on, text, _ := strings.Cut(id, ".")
	number, _ = strconv.Atoi(text)
	return on, number
}
