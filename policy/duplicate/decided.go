package duplicate

import (
	"cmp"
	"maps"
	"slices"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// Decide gives each group the decisions on two or more of its applications that stand, and the
// state that follows. The decisions come oldest first, with references in order, as they are kept.
//
// A group is open until every two applications of every match were decided on together while they
// matched for that reason. So a decided group stays decided when an application leaves it, and
// opens again when another one joins it or when its applications turn out to have something else in
// common.
func Decide(groups []*eilev1.DuplicateGroup, decisions []*eilev1.DuplicateDecision) {
	about := map[string][]*eilev1.DuplicateDecision{}
	for _, decision := range decisions {
		for _, reference := range decision.GetReferences() {
			about[reference] = append(about[reference], decision)
		}
	}
	for _, group := range groups {
		group.Decisions = standing(group, about)
		group.State = eilev1.DuplicateState_DUPLICATE_STATE_OPEN
		if !slices.ContainsFunc(group.GetMatches(), func(match *eilev1.DuplicateMatch) bool { return !covered(match, about) }) {
			group.State = found(group)
		}
	}
}

// standing returns the decisions on two or more applications of a group that no later one on all of
// these replaced, oldest first.
func standing(group *eilev1.DuplicateGroup, about map[string][]*eilev1.DuplicateDecision) []*eilev1.DuplicateDecision {
	within := map[*eilev1.DuplicateDecision][]string{}
	for _, application := range group.GetApplications() {
		for _, decision := range about[application.GetReference()] {
			within[decision] = append(within[decision], application.GetReference())
		}
	}
	newest := slices.SortedFunc(maps.Keys(within), func(a, b *eilev1.DuplicateDecision) int { return cmp.Compare(b.GetId(), a.GetId()) })
	var stand []*eilev1.DuplicateDecision
	for _, decision := range newest {
		replaced := slices.ContainsFunc(stand, func(later *eilev1.DuplicateDecision) bool { return holds(later, within[decision]...) })
		if len(within[decision]) >= 2 && !replaced {
			stand = append(stand, decision)
		}
	}
	slices.Reverse(stand)
	return stand
}

// covered tells whether every two applications of a match were decided on together for its reason.
func covered(match *eilev1.DuplicateMatch, about map[string][]*eilev1.DuplicateDecision) bool {
	// An application that joined has the fewest decisions: looked at first, it ends the search.
	references := slices.Clone(match.GetReferences())
	slices.SortStableFunc(references, func(a, b string) int { return len(about[a]) - len(about[b]) })
	decided := func(one string, others ...string) bool {
		return slices.ContainsFunc(about[one], func(decision *eilev1.DuplicateDecision) bool {
			return slices.Contains(decision.GetReasons(), match.GetReason()) && holds(decision, others...)
		})
	}
	if decided(references[0], references...) {
		return true
	}
	for i, one := range references {
		for _, other := range references[i+1:] {
			if !decided(one, other) {
				return false
			}
		}
	}
	return true
}

// holds tells whether a decision is about all of the references.
func holds(decision *eilev1.DuplicateDecision, references ...string) bool {
	return !slices.ContainsFunc(references, func(reference string) bool {
		_, ok := slices.BinarySearch(decision.GetReferences(), reference)
		return !ok
	})
}

// found is the state of a group that was decided.
func found(group *eilev1.DuplicateGroup) eilev1.DuplicateState {
	if slices.ContainsFunc(group.GetDecisions(), func(decision *eilev1.DuplicateDecision) bool {
		return decision.GetOutcome() == eilev1.DuplicateOutcome_DUPLICATE_OUTCOME_SAME
	}) {
		return eilev1.DuplicateState_DUPLICATE_STATE_CONFIRMED
	}
	return eilev1.DuplicateState_DUPLICATE_STATE_DISMISSED
}

// Reasons answers, in order and each once, the reasons for which any two of the references match
// within a group: what a decision on them is about. None: no two of them match.
func Reasons(group *eilev1.DuplicateGroup, references []string) []eilev1.DuplicateReason {
	var reasons []eilev1.DuplicateReason
	for _, match := range group.GetMatches() {
		among := 0
		for _, reference := range match.GetReferences() {
			if slices.Contains(references, reference) {
				among++
			}
		}
		if among >= 2 {
			reasons = append(reasons, match.GetReason())
		}
	}
	return slices.Compact(reasons) // matches stand in order of reason
}
