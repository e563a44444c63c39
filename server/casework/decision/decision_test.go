package decision_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"

	"github.com/eile-housing/eile/internal/eiletest"
	"github.com/eile-housing/eile/policy/words"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server/casework"
	"github.com/eile-housing/eile/server/casework/application"
	"github.com/eile-housing/eile/server/casework/decision"
	told "github.com/eile-housing/eile/server/words"
	"github.com/eile-housing/eile/store"
)

const (
	approveRun = eilev1.DecisionKind_DECISION_KIND_APPROVE_RUN
	remove     = eilev1.DecisionKind_DECISION_KIND_REMOVE
	reinstate  = eilev1.DecisionKind_DECISION_KIND_REINSTATE
)

// decided changes A-1 by decision.
func decided(w *eiletest.World, fn func(casework.Change, *eilev1.Application) error) {
	w.Helper()
	eiletest.MustOn(w, "decide", store.Applications, "A-1", fn)
}

func removed(c casework.Change, a *eilev1.Application) error {
	return application.Remove(c, a, false, eiletest.By("D-3"))
}

func reinstated(c casework.Change, a *eilev1.Application) error {
	return application.Reinstate(c, a, eiletest.By("D-2"))
}

// The domain leaves room for what is not there yet: a hearing and an act that
// waits for its number. What it calls REJECTED is written DECLINED.
func TestTheStepsFollowTheDomain(t *testing.T) {
	domain := eiletest.Domain(t, "Decision")
	drawn := eiletest.Draw(strings.Replace(domain, "REJECTED", "DECLINED", 1), "HEARING", "APPROVED")
	eiletest.Holds(t, decision.Steps, drawn, domain, map[string]string{
		"propose":  "The machine proposes, a person decides",
		"decide":   "`DECIDED`: number and day are recorded, it takes effect",
		"withdraw": "Where the policy's `four_eyes` names the kind, the proposer never approves",
		"decline":  "The machine proposes, a person decides",
	})
}

func TestEachStepOfADecision(t *testing.T) {
	hold := func(w *eiletest.World) { w.Amend("A-1", "income=500") }
	world := func(t eiletest.T) *eiletest.World {
		t.Helper()
		return eiletest.WaitingUnder(t, "strict", "\ndecisions: {GRANT_GROUND: {four_eyes: true}}\nout_of_turn: {grounds: [{code: fire, title: {en: Fire}}]}\n")
	}
	eiletest.Walks(t, decision.Steps, world, map[string]eiletest.Road{
		"propose":         {nil, hold},
		"decide":          {nil, func(w *eiletest.World) { decided(w, removed) }},
		"PROPOSED decide": {hold, func(w *eiletest.World) { decided(w, removed) }},
		"PROPOSED withdraw": {func(w *eiletest.World) { proposes(w, "A-1") }, func(w *eiletest.World) {
			eiletest.MustOn(w, "reject", store.Decisions, eiletest.All(w, store.Decisions)[0].GetId(), func(c casework.Change, d *eilev1.Decision) error {
				return decision.TurnDown(c, d, "", "")
			})
		}},
		"PROPOSED decline": {func(w *eiletest.World) {
			id := w.MustOffer("A-1", "U-1")
			w.Refuse(id)
			w.Assess(id, eilev1.Assessment_ASSESSMENT_UNJUSTIFIED)
		}, func(w *eiletest.World) { decided(w, reinstated) }},
	}, func(w *eiletest.World) eilev1.DecisionState {
		for _, stored := range eiletest.All(w, store.Decisions) {
			if stored.GetKind() != reinstate {
				return stored.GetState()
			}
		}
		return eiletest.Read(w, store.Applications, "A-1").GetProposedDecision().GetState()
	})
}

// proposes asks to grant a ground, as a person for whom another has to approve it.
func proposes(w *eiletest.World, reference string) {
	w.Helper()
	kinds := []eilev1.DecisionKind{eilev1.DecisionKind_DECISION_KIND_GRANT_GROUND}
	_, err := decision.Change(w.Context(), w.Register, w.Stamp("application.grant"), w.InForce(), decision.Asked{Request: &eilev1.GrantGroundRequest{}, Kinds: kinds},
		func(c casework.Change) error {
			stored, err := store.Applications.Get(c.Tx, reference)
			if err != nil {
				return err
			}
			return application.GrantGround(c, stored, "fire", nil, nil, eiletest.By("D-9"))
		})
	if !errors.As(err, new(decision.Proposed)) {
		w.Fatalf("granting is answered %v", err)
	}
}

// A household that is forgotten takes with it what is proposed about it: the proposal holds its
// record.
func TestAForgottenHouseholdIsProposedNothing(t *testing.T) {
	w := eiletest.WaitingUnder(t, "strict", "\ndecisions: {GRANT_GROUND: {four_eyes: true}}\nout_of_turn: {grounds: [{code: fire, title: {en: Fire}}]}\n")
	proposes(w, "A-1")
	decided(w, func(c casework.Change, a *eilev1.Application) error { return application.Withdraw(c, a, "moved") })
	decided(w, application.Erase)
	if left := eiletest.All(w, store.Proposals); len(left) != 0 {
		t.Errorf("kept of it: %v", left)
	}
	if all := eiletest.All(w, store.Decisions); len(all) != 1 || all[0].GetState() != eilev1.DecisionState_DECISION_STATE_WITHDRAWN {
		t.Errorf("decisions: %v", all)
	}
}

// A proposal about several households keeps the record of none: it does not end when one of them is
// erased.
func TestAProposalKeepsNoOtherHousehold(t *testing.T) {
	w := eiletest.WaitingUnder(t, "strict", "\ndecisions: {JUDGE_DUPLICATE: {four_eyes: true}}\n")
	asked := decision.Asked{Request: &eilev1.DecideDuplicateRequest{}, Kinds: []eilev1.DecisionKind{eilev1.DecisionKind_DECISION_KIND_JUDGE_DUPLICATE}}
	_, err := decision.Change(w.Context(), w.Register, w.Stamp("duplicate.decide"), w.InForce(), asked, func(c casework.Change) error {
		same := &eilev1.DuplicateDecision{References: []string{"A-1", "A-2"}, Kept: "A-1", Outcome: eilev1.DuplicateOutcome_DUPLICATE_OUTCOME_SAME}
		return decision.JudgeDuplicate(c, "group", same, eiletest.By("D-9"))
	})
	if !errors.As(err, new(decision.Proposed)) {
		t.Fatalf("deciding is answered %v", err)
	}
	rests := eiletest.All(w, store.Proposals)[0].GetRests()
	if len(rests) != 2 {
		t.Errorf("it rests on %v", rests)
	}
	for _, rest := range rests {
		if len(rest.GetRecord()) > 0 {
			t.Errorf("kept of %s: %d bytes", rest.GetKey(), len(rest.GetRecord()))
		}
	}
}

// What changes a right is a decision, and cites who, what, why and under which
// policy.
func TestDecisionsAreRecorded(t *testing.T) {
	w := eiletest.Waiting(t, "strict")
	w.Amend("A-1", "income=500")
	decided(w, removed)
	w.Amend("A-1", "income=50")
	decided(w, reinstated)
	w.Amend("A-1", "income=500")
	w.Amend("A-1", "income=50")
	var kinds []eilev1.DecisionKind
	for _, stored := range eiletest.All(w, store.Decisions) {
		kinds = append(kinds, stored.GetKind())
		if stored.GetSubject() != "A-1" || stored.GetPolicy().GetName() != "strict" || stored.GetDecidedBy() != "tester" ||
			stored.GetNumber() == "" || stored.GetDecidedOn() == nil || stored.GetReasons()[len(stored.GetReasons())-1].GetDetail() != "heard" {
			t.Errorf("decision: %v", stored)
		}
		if stored.GetKind() == remove && (stored.GetProposedBy() != casework.Machine || stored.GetProposedAt() == nil || stored.GetReasons()[0].GetCode() != "INCOME_OVER") {
			t.Errorf("the removal does not say what was proposed: %v", stored)
		}
		for _, reason := range stored.GetReasons() {
			if reason.GetCode() == "INCOME_OVER" && len(reason.GetTexts()) == 0 {
				t.Errorf("a decision does not keep what was told: %v", reason)
			}
		}
		if stored.GetKind() == reinstate && stored.GetProposedBy() != "" {
			t.Errorf("nobody proposed to reinstate: %v", stored)
		}
	}
	if len(kinds) != 2 {
		t.Errorf("decisions: %v", kinds)
	}
	w.View(func(v *store.View) error {
		var rest []string
		for entry, err := range v.History("A-1") {
			if err != nil {
				return err
			}
			if entry.GetDecision() != "" {
				rest = append(rest, entry.GetDecision())
			}
		}
		if len(rest) != 2 {
			t.Errorf("the history rests on the decisions %v", rest)
		}
		return nil
	})
}

// renamed is a policy whose sentences were all written anew.
type renamed struct{}

func (renamed) Write(lang string, _ *eilev1.Reason) (string, bool) { return "anew in " + lang, true }

// What somebody was told in a decision is read as it was told, also when its sentence was changed
// since. What a list says of why is kept as code and figures alone, and said in the words of today.
func TestWhatWasToldOutlivesItsSentence(t *testing.T) {
	w := eiletest.Waiting(t, "strict")
	w.Amend("A-1", "income=500")
	why := eiletest.Read(w, store.Applications, "A-1")
	for _, kept := range slices.Concat(why.GetReasons(), why.GetProposedDecision().GetReasons()) {
		if len(kept.GetTexts()) > 0 || kept.GetDetail() != "" || len(kept.GetArgs()) == 0 {
			t.Errorf("a list keeps a sentence: %v", kept)
		}
	}
	decided(w, removed)
	anew := func(string) words.Speaker { return renamed{} }
	for _, stored := range eiletest.All(w, store.Decisions) {
		said := stored.GetReasons()[0]
		for _, lang := range []string{"en", "lt"} {
			// The policy speaks English alone, so that is what everybody was told.
			before, now := w.Says("en", why.GetReasons()[0]), proto.CloneOf(said)
			if told.Show(lang, now, anew); now.GetDetail() != before || before == "" {
				t.Errorf("who was told %q reads %q", before, now.GetDetail())
			}
			if listed := told.Sentence(lang, why.GetReasons()[0], anew); listed != "anew in "+lang {
				t.Errorf("a list says %q", listed)
			}
		}
	}
}

// A day, a body, a number and a ground are kept as the act has them; what is not
// said is not made up.
func TestADecisionCitesTheAct(t *testing.T) {
	w := eiletest.Waiting(t, "strict")
	var plain, full *eilev1.Decision
	w.Must("decide", func(c casework.Change) (err error) {
		plain, err = decision.Record(c, decision.Act{Kind: approveRun, Subject: "A-1", By: &eilev1.ByDecision{Number: "1"}})
		return err
	})
	if len(plain.GetReasons()) != 0 || plain.GetProposedBy() != "" || plain.GetDecidedOn().GetDay() != int32(w.Today.Day()) || plain.GetAutomatic() {
		t.Errorf("decided without a word: %v", plain)
	}
	w.Must("decide", func(c casework.Change) (err error) {
		full, err = decision.Record(c, decision.Act{Kind: approveRun, Subject: "A-1", By: &eilev1.ByDecision{
			Number: "2", Body: "council", LegalGround: "art. 9", DecidedOn: (c.Rules.Today - 3).Proto(),
		}})
		return err
	})
	if full.GetBody() != "council" || full.GetLegalGround() != "art. 9" || full.GetDecidedOn().GetDay() != int32((w.Today-3).Day()) || full.GetEffectiveOn().GetDay() != int32(w.Today.Day()) {
		t.Errorf("decided by an act: %v", full)
	}
}

// Where the policy needs no approval, a run is approved by the policy itself.
func TestARunIsApproved(t *testing.T) {
	w := eiletest.Waiting(t, "strict")
	for _, by := range []*eilev1.ByDecision{nil, eiletest.By("D-5")} {
		var made *eilev1.Decision
		w.Must("run.approve", func(c casework.Change) (err error) {
			made, err = decision.ApproveRun(c, "2025-06-02", by)
			return err
		})
		stored := eiletest.Read(w, store.Decisions, made.GetId())
		if stored.GetKind() != approveRun || stored.GetSubject() != "2025-06-02" || stored.GetState() != eilev1.DecisionState_DECISION_STATE_DECIDED {
			t.Errorf("approved by %v", stored)
		}
		if automatic := by == nil; stored.GetAutomatic() != automatic || (stored.GetDecidedBy() == "") != automatic || (stored.GetProposedBy() == casework.Machine) != automatic {
			t.Errorf("automatic: %t, the decision is %v", automatic, stored)
		}
	}
}

// Of one household: linked with the one that is kept, both ways. Each history
// tells it.
func TestDuplicates(t *testing.T) {
	w := eiletest.Waiting(t, "strict")
	w.Household("A-3", "income=50")
	judge := func(group string, outcome eilev1.DuplicateOutcome, kept string, references ...string) error {
		return w.Change("duplicate.decide", func(c casework.Change) error {
			finding := &eilev1.DuplicateDecision{Outcome: outcome, Kept: kept, References: references}
			return decision.JudgeDuplicate(c, group, finding, eiletest.By("D-8"))
		})
	}
	const same, other = eilev1.DuplicateOutcome_DUPLICATE_OUTCOME_SAME, eilev1.DuplicateOutcome_DUPLICATE_OUTCOME_DIFFERENT
	for range 2 { // again adds nothing
		if err := judge("G-1", same, "A-2", "A-1", "A-2", "A-3"); err != nil {
			t.Fatal(err)
		}
	}
	if err := judge("G-2", other, "", "A-1", "A-2"); err != nil {
		t.Fatal(err)
	}
	for reference, want := range map[string]string{"A-1": "[A-2]", "A-2": "[A-1 A-3]", "A-3": "[A-2]"} {
		if got := fmt.Sprint(w.Is(reference, "WAITING").GetLinked()); got != want {
			t.Errorf("application %s is linked with %s, want %s", reference, got, want)
		}
	}
	if kept := eiletest.All(w, store.Duplicates); len(kept) != 3 || kept[0].GetNumber() != "D-8" || kept[0].GetDecision() == "" {
		t.Errorf("kept: %v", kept)
	}
	told := func(subject string) (count int) {
		w.View(func(v *store.View) error {
			for entry, err := range v.History(subject) {
				if err != nil {
					return err
				}
				if entry.GetAction() == "duplicate.decide" {
					count++
				}
			}
			return nil
		})
		return count
	}
	if a, group := told("A-1"), told("G-2"); a != 3 || group != 1 {
		t.Errorf("told %d times about A-1 and %d times about the group", a, group)
	}
	var many []string
	for i := range 101 {
		many = append(many, fmt.Sprintf("X-%d", i))
	}
	if err := judge("G-3", other, "", append(slices.Clone(many[:99]), "A-1")...); err != nil || told("A-1") != 4 {
		t.Errorf("a hundred are told %d times: %v", told("A-1"), err)
	}
	if err := judge("G-4", other, "", append(slices.Clone(many), "A-1")...); err != nil || told("A-1") != 4 || told("G-4") != 1 {
		t.Errorf("more than a hundred are told %d times: %v", told("A-1"), err)
	}
	w.Refused(judge("G-5", same, "A-1", append([]string{"A-1"}, many[:50]...)...), "TOO_MANY")
}
