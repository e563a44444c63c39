package rule

import "strings"

// Reach says what an expression may read, or a variable reads.
type Reach uint8

// What there is to read.
const (
	ReachDate        Reach = 1 << iota // the date and what follows from it alone
	ReachHousehold                     // one application
	ReachHome                          // one home
	ReachInspections                   // the inspections of one home, which suitability does not see
)

// String says in words what may be read.
func (r Reach) String() string {
	what := []string{"the date and parameters"}
	if r&ReachHousehold != 0 {
		what = append(what, "facts of the household")
	}
	if r&ReachHome != 0 {
		what = append(what, "facts of the home")
	}
	if r&ReachInspections != 0 {
		what = append(what, "what inspections found")
	}
	return strings.Join(what, ", ")
}
