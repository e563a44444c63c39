package duplicate

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// decision draws what a person may have found about some applications for some reasons.
func decision(t *rapid.T, id int) *eilev1.DuplicateDecision {
	references := rapid.SliceOfNDistinct(rapid.IntRange(1, 12), 2, 8, rapid.ID[int]).Draw(t, "references")
	d := &eilev1.DuplicateDecision{
		Id:      fmt.Sprintf("%02d", id),
		Reasons: rapid.SliceOfNDistinct(rapid.SampledFrom([]eilev1.DuplicateReason{byName, byEmail, byCode}), 1, 3, rapid.ID[eilev1.DuplicateReason]).Draw(t, "reasons"),
		Outcome: rapid.SampledFrom([]eilev1.DuplicateOutcome{different, same}).Draw(t, "outcome"),
	}
	for _, n := range references {
		d.References = append(d.References, fmt.Sprint("A-", n))
	}
	slices.Sort(d.References)
	return d
}

// TestOpenWhileAPairIsUndecided holds the state of a group against its matches, pair by pair.
func TestOpenWhileAPairIsUndecided(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		groups := find(people().Draw(t, "people")...)
		var decisions []*eilev1.DuplicateDecision
		for id := range rapid.IntRange(0, 12).Draw(t, "decisions") {
			decisions = append(decisions, decision(t, id))
		}
		Decide(groups, decisions)
		for _, group := range groups {
			if open, want := group.GetState() == eilev1.DuplicateState_DUPLICATE_STATE_OPEN, undecided(group, decisions); open != want {
				t.Fatalf("group %v: open is %t, want %t", group, open, want)
			}
			for i, d := range decisions {
				among := slices.DeleteFunc(members(group), func(reference string) bool { return !slices.Contains(d.GetReferences(), reference) })
				replaced := slices.ContainsFunc(decisions[i+1:], func(later *eilev1.DuplicateDecision) bool {
					return !slices.ContainsFunc(among, func(reference string) bool { return !slices.Contains(later.GetReferences(), reference) })
				})
				if slices.Contains(group.GetDecisions(), d) != (len(among) >= 2 && !replaced) {
					t.Fatalf("group %v: %v of its applications are in decision %v, replaced %t", group, among, d, replaced)
				}
			}
			if !slices.IsSortedFunc(group.GetDecisions(), func(a, b *eilev1.DuplicateDecision) int {
				return slices.Index(decisions, a) - slices.Index(decisions, b)
			}) {
				t.Fatalf("group %v: its decisions are not oldest first", group)
			}
		}
	})
}

func undecided(group *eilev1.DuplicateGroup, decisions []*eilev1.DuplicateDecision) bool {
	for _, match := range group.GetMatches() {
		for _, a := range match.GetReferences() {
			for _, b := range match.GetReferences() {
				if a < b && !slices.ContainsFunc(decisions, func(d *eilev1.DuplicateDecision) bool {
					return slices.Contains(d.GetReasons(), match.GetReason()) && slices.Contains(d.GetReferences(), a) && slices.Contains(d.GetReferences(), b)
				}) {
					return true
				}
			}
		}
	}
	return false
}

// TestDecidedStaysDecided decides on everything; whoever leaves, nothing opens again.
func TestDecidedStaysDecided(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all := people().Draw(t, "people")
		d := &desk{}
		for i, group := range find(all...) {
			d.decisions = append(d.decisions, &eilev1.DuplicateDecision{
				Id: fmt.Sprintf("%02d", i), References: members(group), Reasons: Reasons(group, members(group)), Outcome: different,
			})
		}
		gone := fmt.Sprint("A-", rapid.IntRange(0, 12).Draw(t, "gone"))
		groups := find(slices.DeleteFunc(slices.Clone(all), func(p Person) bool { return p.Reference == gone })...)
		Decide(groups, d.decisions)
		for _, group := range groups {
			if group.GetState() != eilev1.DuplicateState_DUPLICATE_STATE_DISMISSED {
				t.Fatalf("everything was decided, and without %s %v is open", gone, group)
			}
		}
	})
}

func TestLaterDecisionCounts(t *testing.T) {
	three := map[string]vector{"a": {Email: "e1"}, "b": {Email: "e1"}, "c": {Email: "e1"}}
	for name, test := range map[string]struct {
		decide func(d *desk, group *eilev1.DuplicateGroup)
		want   string
	}{
		"part": {func(d *desk, group *eilev1.DuplicateGroup) {
			d.decide(group, same, "a", "b")
		}, "abc email OPEN"},
		"same, then the rest different": {func(d *desk, group *eilev1.DuplicateGroup) {
			d.decide(group, same, "a", "b")
			d.decide(group, different, "a", "c")
			d.decide(group, different, "b", "c")
		}, "abc email CONFIRMED"},
		"same, then different": {func(d *desk, group *eilev1.DuplicateGroup) {
			d.decide(group, same, "a", "b")
			d.decide(group, different, "a", "b", "c")
		}, "abc email DISMISSED"},
		"different, then same": {func(d *desk, group *eilev1.DuplicateGroup) {
			d.decide(group, different, "a", "b", "c")
			d.decide(group, same, "a", "b")
		}, "abc email CONFIRMED"},
	} {
		t.Run(name, func(t *testing.T) {
			d := &desk{t: t, apps: three}
			test.decide(d, d.groups()[0])
			d.are(test.want)
		})
	}
}

func TestReasonsAreThoseOfThePart(t *testing.T) {
	d := &desk{t: t, apps: map[string]vector{
		"a": {Email: "e1", NameDOB: "n1"}, "b": {Email: "e1", NameDOB: "n2"}, "c": {Email: "e2", NameDOB: "n2"},
	}}
	group := d.groups()[0]
	for _, test := range []struct {
		references []string
		want       []eilev1.DuplicateReason
	}{
		{[]string{"a", "b"}, []eilev1.DuplicateReason{byEmail}},
		{[]string{"b", "c"}, []eilev1.DuplicateReason{byName}},
		{[]string{"a", "c"}, nil},
		{[]string{"a", "b", "c"}, []eilev1.DuplicateReason{byName, byEmail}},
	} {
		if got := Reasons(group, test.references); !slices.Equal(got, test.want) {
			t.Errorf("%v match by %v, want %v", test.references, got, test.want)
		}
	}
}
