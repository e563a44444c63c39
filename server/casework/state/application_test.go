package state_test

import (
	"testing"

	"github.com/eile-housing/eile/internal/eiletest"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/proto/spell"
	"github.com/eile-housing/eile/server/casework"
	"github.com/eile-housing/eile/server/casework/state"
	"github.com/eile-housing/eile/store"
)

const (
	proposeReject = eilev1.DecisionKind_DECISION_KIND_REJECT
	proposeRemove = eilev1.DecisionKind_DECISION_KIND_REMOVE
	proposeReview = eilev1.DecisionKind_DECISION_KIND_REVIEW
)

// Only YES has a place: what never had one is incomplete or to be rejected, what
// had one is held at it.
func TestOnlyYesHasAPlace(t *testing.T) {
	w := eiletest.New(t, eiletest.Strict)
	w.Household("A-1")
	if missing := w.Is("A-1", "RECEIVED").GetMissing(); len(missing) != 1 || missing[0] != "income" {
		t.Errorf("missing: %v", missing)
	}
	restate("income=500")(w)
	if kind := w.Is("A-1", "ON_HOLD").GetProposedDecision().GetKind(); kind != proposeReject {
		t.Errorf("one that never had a place is proposed for %v", kind)
	}
	restate()(w)
	w.Is("A-1", "RECEIVED")
	decided(withdraw)(w)
	decided(reinstate)(w)
	w.Is("A-1", "RECEIVED")
	decided(remove)(w)
	w.Is("A-1", "REJECTED")
	decided(reinstate)(w)
	w.Is("A-1", "RECEIVED")
	restate("income=50")(w)
	w.Is("A-1", "WAITING")
	restate()(w)
	if kind := w.Is("A-1", "ON_HOLD").GetProposedDecision().GetKind(); kind != proposeRemove {
		t.Errorf("one that had a place is proposed for %v", kind)
	}
	restate("income=50", "until=2025-01-01")(w)
	if kind := w.Is("A-1", "ON_HOLD").GetProposedDecision().GetKind(); kind != proposeReview {
		t.Errorf("where the rule asks for a review, %v is proposed", kind)
	}
	decided(remove)(w)
	if why := w.Is("A-1", "REMOVED").GetEndedReason(); why.GetCode() != "REMOVED" || why.GetDetail() != "heard" {
		t.Errorf("it ended for %v", why)
	}
}

// A proposal that stays the same has stood since it was first made.
func TestAProposalKeepsItsMoment(t *testing.T) {
	w := eiletest.New(t, eiletest.Strict)
	w.Household("A-1", "income=500")
	first := w.Is("A-1", "ON_HOLD").GetProposedDecision().GetProposedAt().AsTime()
	restate("income=500")(w)
	if again := w.Is("A-1", "ON_HOLD").GetProposedDecision().GetProposedAt().AsTime(); !again.Equal(first) {
		t.Errorf("it was proposed at %v, now at %v", first, again)
	}
	restate("income=600")(w)
	if other := w.Is("A-1", "ON_HOLD").GetProposedDecision().GetProposedAt().AsTime(); !other.After(first) {
		t.Errorf("another reason is proposed since %v", other)
	}
}

// Nothing is evaluated again before a day on which the rules can say otherwise,
// and what has ended never is.
func TestRecheckedWhenDue(t *testing.T) {
	w := eiletest.New(t, eiletest.Strict)
	w.Household("A-1", "income=50", "until=2025-06-05")
	w.Household("A-2", "income=50", "until=2025-06-05")
	eiletest.MustOn(w, "application.withdraw", store.Applications, "A-2", withdraw)
	recheck := func(reference string, want bool) {
		t.Helper()
		w.Must("run.recheck", func(c casework.Change) error {
			changed, err := state.Recheck(c, reference)
			if changed != want {
				t.Errorf("on %s application %s was evaluated again: %t, want %t", w.Today, reference, changed, want)
			}
			return err
		})
	}
	recheck("A-1", false)
	w.Today = eiletest.Day(t, "2025-06-06")
	recheck("A-1", true)
	w.Is("A-1", "ON_HOLD")
	recheck("A-1", false)
	recheck("A-2", false)
	w.Is("A-2", "WITHDRAWN")
}

// The record carries what the rules of the day say of it, and says which.
func TestARecordSaysWhatTheRulesSay(t *testing.T) {
	w := eiletest.New(t, eiletest.Version(eiletest.Strict, "1", "mode: choice", "districts: {use: limit}\nmode: choice"))
	suitability := map[string]bool{}
	for reference, pairs := range map[string][]string{"A-1": {"income=50"}, "A-2": {"income=50", "district=north"}, "A-3": {"income=60", "list=old"}} {
		w.Household(reference, pairs...)
		stored := w.Is(reference, "WAITING")
		if stored.GetPolicy().GetName() != "strict" || stored.GetNeed() != 1 || stored.GetEligibility() != eilev1.Eligibility_ELIGIBILITY_YES || stored.GetPlacedOn() == nil {
			t.Errorf("the record says %v", stored)
		}
		w.View(func(v *store.View) error {
			placement, _, err := store.FindPlacement(v, reference)
			suitability[string(placement.GetSuitability())] = true
			if placement.GetList() != stored.GetList() || !placement.GetPlaced() {
				t.Errorf("the placement says %v", placement)
			}
			return err
		})
	}
	if len(suitability) != 2 {
		t.Errorf("%d kinds of households are told apart, want those without and with a district", len(suitability))
	}
	w.Activate(eiletest.Version(eiletest.Strict, "2"))
	if version := w.Is("A-1", "WAITING").GetPolicy().GetVersion(); version != "2" {
		t.Errorf("under another policy the record says version %s", version)
	}
}

// A suspension that is over is due on the day after its last one, before any
// other date that the rules read.
func TestAPlacementKnowsWhenItIsDue(t *testing.T) {
	w := eiletest.New(t, eiletest.Strict)
	w.Household("A-1", "income=50", "until=2025-06-30")
	due := func() (on int32) {
		w.View(func(v *store.View) error {
			placement, _, err := store.FindPlacement(v, "A-1")
			on = placement.GetNextDue()
			return err
		})
		return on
	}
	if want := int32(eiletest.Day(t, "2025-06-30")); due() != want {
		t.Errorf("due on %d, want the day %d, which the rules read", due(), want)
	}
	suspendUntil(3)(w)
	if want := int32(w.Today + 4); due() != want {
		t.Errorf("due on %d, want the day %d, after the suspension", due(), want)
	}
	decided(withdraw)(w)
	if due() != 0 {
		t.Errorf("what ended is due on %d", due())
	}
}

// Counted refusals hold beyond the policy's number, but for those that a decision
// has let pass.
func TestRefusalsHold(t *testing.T) {
	holds := eiletest.New(t, eiletest.Version(eiletest.Strict, "1", "refusals_allowed: 0", "refusals_allowed: 1"))
	lets := eiletest.New(t, eiletest.Version(eiletest.Strict, "1", "after: hold", "after: nothing"))
	for _, test := range []struct {
		w                *eiletest.World
		counted, excused int32
		want             string
	}{
		{holds, 1, 0, "WAITING"},
		{holds, 2, 0, "ON_HOLD"},
		{holds, 2, 2, "WAITING"},
		{holds, 3, 2, "ON_HOLD"},
		{lets, 9, 0, "WAITING"},
	} {
		applicant := test.w.Applicant("A-1", "income=50")
		applicant.CountedRefusals, applicant.ExcusedRefusals = test.counted, test.excused
		state.Evaluate(test.w.InForce(), applicant)
		if got := spell.Name(applicant.GetStatus()); got != test.want {
			t.Errorf("%d refusals of which %d are excused: it is %s, want %s", test.counted, test.excused, got, test.want)
		}
		if why := applicant.GetProposedDecision().GetReasons(); test.want == "ON_HOLD" && (why[0].GetCode() != "REFUSALS_EXCEEDED" || !eiletest.Said(why[0])) {
			t.Errorf("it is held for %v", why)
		}
	}
}

// The refusals stand before what else speaks against a household.
func TestRefusalsStandFirst(t *testing.T) {
	w := eiletest.New(t, eiletest.Strict)
	applicant := w.Applicant("A-1", "income=500")
	applicant.CountedRefusals = 1
	state.Evaluate(w.InForce(), applicant)
	proposal := applicant.GetProposedDecision()
	if why := proposal.GetReasons(); proposal.GetKind() != proposeRemove || len(why) != 2 || why[0].GetCode() != "REFUSALS_EXCEEDED" || why[1].GetCode() != "INCOME_OVER" {
		t.Errorf("proposed: %v", proposal)
	}
}
