package form

import (
	"slices"

	"github.com/eile-housing/eile/policy/words"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// Duplicate tells what is wrong with a finding about some applications of a
// group. Its reasons are those for which they match.
func Duplicate(finding *eilev1.DuplicateDecision, group []string) error {
	var faults Faults
	for _, reference := range finding.GetReferences() {
		if !slices.Contains(group, reference) {
			faults = append(faults, Fault{"references", words.Reason("NOT_IN_GROUP", words.Text("application", reference))})
		}
	}
	if len(finding.GetReasons()) == 0 {
		faults = append(faults, Fault{"references", words.Reason("NO_MATCH")})
	}
	same := finding.GetOutcome() == eilev1.DuplicateOutcome_DUPLICATE_OUTCOME_SAME
	switch {
	case same && !slices.Contains(finding.GetReferences(), finding.GetKept()):
		faults = append(faults, Fault{"kept", words.Reason("KEPT.missing")})
	case !same && finding.GetKept() != "":
		faults = append(faults, Fault{"kept", words.Reason("KEPT.needless")})
	}
	return faults.err()
}
