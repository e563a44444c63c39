package form

import (
	"slices"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// Duplicate tells what is wrong with a finding about some applications of a
// group. Its reasons are those for which they match.
func Duplicate(finding *eilev1.DuplicateDecision, group []string) error {
	var faults Faults
	for _, reference := range finding.GetReferences() {
		if !slices.Contains(group, reference) {
			faults = append(faults, Fault{"references", reference + " is not in the group"})
		}
	}
	if len(finding.GetReasons()) == 0 {
		faults = append(faults, Fault{"references", "no two of them match: name at least two that do, or none for the whole group"})
	}
	same := finding.GetOutcome() == eilev1.DuplicateOutcome_DUPLICATE_OUTCOME_SAME
	switch {
	case same && !slices.Contains(finding.GetReferences(), finding.GetKept()):
		faults = append(faults, Fault{"kept", "name the application that stays: one of those that are decided on"})
	case !same && finding.GetKept() != "":
		faults = append(faults, Fault{"kept", "different households all stay: leave it empty"})
	}
	return faults.err()
}
