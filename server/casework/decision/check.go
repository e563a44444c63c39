package decision

import (
	"slices"
	"strings"

	"github.com/eile-housing/eile/policy"
	"github.com/eile-housing/eile/policy/words"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/proto/spell"
	"github.com/eile-housing/eile/server/casework"
)

func nameOf(kind eilev1.DecisionKind) string { return spell.Name(kind) }

// speechless are the kinds that say why by something else than a reason in words: the basis of
// an offer, the night itself, the matches of a group, the text of a policy. Homes are given up for
// the reason of the proposal, and where the council wants no number without one.
var speechless = []eilev1.DecisionKind{
	eilev1.DecisionKind_DECISION_KIND_MANUAL_OFFER, eilev1.DecisionKind_DECISION_KIND_APPROVE_RUN, eilev1.DecisionKind_DECISION_KIND_JUDGE_DUPLICATE,
	eilev1.DecisionKind_DECISION_KIND_ACTIVATE_POLICY, eilev1.DecisionKind_DECISION_KIND_DECOMMISSION,
}

// check refuses a decision that does not say what every decision must: its number, unless a
// second person may still give it, why, and a day on which it can have been taken.
func (a Act) check(c casework.Change) error {
	var against casework.Reasons
	blank := func(text string) bool { return strings.TrimSpace(text) == "" }
	if blank(a.number(c)) && !a.wantsSecond(c) && a.Kind != eilev1.DecisionKind_DECISION_KIND_DECOMMISSION {
		against.Add(words.Reason("DECISION_INCOMPLETE.number"))
	}
	if blank(a.By.GetReason()) && !slices.Contains(speechless, a.Kind) {
		against.Add(words.Reason("DECISION_INCOMPLETE.reason"))
	}
	if a.rule(c).LegalGround && blank(a.By.GetLegalGround()) {
		against.Add(words.Reason("DECISION_INCOMPLETE.legal_ground", words.Term("kind", nameOf(a.Kind))))
	}
	if on, ok := casework.DayOf(a.By.GetDecidedOn()); ok {
		switch {
		case on > c.Rules.Today:
			against.Add(words.Reason("IN_THE_FUTURE.to_come", words.Day("on", on)))
		case a.Since != 0 && on < a.Since:
			against.Add(words.Reason("DECIDED_TOO_EARLY", words.Day("on", on), words.Day("since", a.Since)))
		}
	}
	return against.Refusal(named(&eilev1.Decision{Kind: a.Kind, Subject: a.Subject}))
}

// number is the one that the first person gave, or else the second.
func (a Act) number(c casework.Change) string {
	if number := strings.TrimSpace(a.By.GetNumber()); number != "" || c.Persons == nil {
		return number
	}
	return strings.TrimSpace(c.Persons.Number)
}

// rule is what the policy says of decisions of the kind.
func (a Act) rule(c casework.Change) policy.Deciding { return c.Rules.Policy.Deciding(a.Kind) }
