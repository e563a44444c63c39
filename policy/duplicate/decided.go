package duplicate

import (
	"cmp"
	"slices"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// Decide gives each group the decisions on two or more of its applications and the state that follows. The decisions
// come oldest first, with references in order, as they are kept.
//
// A group is open until every two applications of every match were decided on together while they matched for that
// reason. So a decided group stays decided when an application leaves it, and opens again when another one joins it or
// when its applications turn out to have something else in common.
func Decide(groups []*eilev1.DuplicateGroup, decisions []*eilev1.DuplicateDecision) {
	about := map[string][]*eilev1.DuplicateDecision{}
	for _, decision := range decisions {
		for _, reference := range decision.GetReferences() {
			about[reference] = append(about[reference], decision)
		}
	}
	for _, group := range groups {
		group.Decisions = inGroup(group, about)
		group.State = eilev1.DuplicateState_DUPLICATE_STATE_OPEN
		if !slices.ContainsFunc(group.GetMatches(), func(match *eilev1.DuplicateMatch) bool { return !covered(match, about) }) {
			group.State = found(group)
		}
	}
}

// inGroup answers the decisions on two or more applications of a group, oldest first.
func inGroup(group *eilev1.DuplicateGroup, about map[string][]*eilev1.DuplicateDecision) []*eilev1.DuplicateDecision {
	times := map[*eilev1.DuplicateDecision]int{}
	var decisions []*eilev1.DuplicateDecision
	for _, application := range group.GetApplications() {
		for _, decision := range about[application.GetReference()] {
			times[decision]++
			if times[decision] == 2 {
				decisions = append(decisions, decision)
			}
		}
	}
	slices.SortFunc(decisions, func(a, b *eilev1.DuplicateDecision) int { return cmp.Compare(a.GetId(), b.GetId()) })
	return decisions
}

// covered tells whether every two applications of a match were decided on together for its reason.
func covered(match *eilev1.DuplicateMatch, about map[string][]*eilev1.DuplicateDecision) bool {
	// An application that joined has the fewest decisions: looked at first, it ends the search.
	references := slices.Clone(match.GetReferences())
	slices.SortStableFunc(references, func(a, b string) int { return len(about[a]) - len(about[b]) })
	if whole(match, about[references[0]]) {
		return true
	}
	for i, one := range references {
		for _, other := range references[i+1:] {
			if !slices.ContainsFunc(about[one], func(decision *eilev1.DuplicateDecision) bool {
				return slices.Contains(decision.GetReasons(), match.GetReason()) && holds(decision, other)
			}) {
				return false
			}
		}
	}
	return true
}

// whole tells whether one decision, most likely the last, covers a match by itself.
func whole(match *eilev1.DuplicateMatch, decisions []*eilev1.DuplicateDecision) bool {
	for _, decision := range slices.Backward(decisions) {
		if slices.Contains(decision.GetReasons(), match.GetReason()) &&
			!slices.ContainsFunc(match.GetReferences(), func(reference string) bool { return !holds(decision, reference) }) {
			return true
		}
	}
	return false
}

func holds(decision *eilev1.DuplicateDecision, reference string) bool {
	_, ok := slices.BinarySearch(decision.GetReferences(), reference)
	return ok
}

// found is the state of a group that was decided: confirmed while a finding that applications are of one household
// stands, which is until a later decision on all of them says otherwise.
func found(group *eilev1.DuplicateGroup) eilev1.DuplicateState {
	for i, decision := range group.GetDecisions() {
		if decision.GetOutcome() != eilev1.DuplicateOutcome_DUPLICATE_OUTCOME_SAME {
			continue
		}
		overruled := slices.ContainsFunc(group.GetDecisions()[i+1:], func(later *eilev1.DuplicateDecision) bool {
			return later.GetOutcome() == eilev1.DuplicateOutcome_DUPLICATE_OUTCOME_DIFFERENT &&
				!slices.ContainsFunc(group.GetApplications(), func(a *eilev1.DuplicateApplication) bool {
					return holds(decision, a.GetReference()) && !holds(later, a.GetReference())
				})
		})
		if !overruled {
			return eilev1.DuplicateState_DUPLICATE_STATE_CONFIRMED
		}
	}
	return eilev1.DuplicateState_DUPLICATE_STATE_DISMISSED
}

// Reasons answers, in order and each once, the reasons for which any two of the references match within a group: what a
// decision on them is about. None: no two of them match.
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
