package night_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/rs/zerolog"

	"github.com/eile-housing/eile/internal/eiletest"
	"github.com/eile-housing/eile/internal/eiletest/nighttest"
	"github.com/eile-housing/eile/policy"
	"github.com/eile-housing/eile/policy/day"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server/casework"
	"github.com/eile-housing/eile/server/night"
	"github.com/eile-housing/eile/server/night/explain"
	"github.com/eile-housing/eile/store"
)

// small is a town of three households, of 3, 2 and 1 points, and two homes.
func small(t *testing.T, text string) *nighttest.Nights {
	t.Helper()
	w := nighttest.New(t, text)
	for i := range 3 {
		w.Household(fmt.Sprintf("A-%d", i+1), fmt.Sprintf("points=%d", 3-i))
	}
	w.Home("U-1", "rooms=2", "district=north")
	w.Home("U-2", "rooms=2", "district=south")
	return w
}

// One run waits at a time, days do not go back, and a run that was cancelled
// leaves its day free.
func TestTheOrderOfRuns(t *testing.T) {
	w := small(t, town("choice", "", "rank", "required"))
	first := w.MustRun()
	if first.GetState() != matched || first.GetId() != "2025-06-02" || len(w.Offers(first.GetId())) != 0 {
		t.Fatalf("without approval: %v", first)
	}
	w.Today++
	_, err := w.Run()
	refused(t, "another run", err, "ANOTHER_RUN")
	w.Today--
	if err := w.Night.Cancel(w.Context(), w.Stamp("run.cancel"), first.GetId(), ""); err != nil {
		t.Fatal(err)
	}
	refused(t, "approving what was cancelled", w.Night.Approve(w.Context(), w.Stamp("run.approve"), first.GetId(), "", eiletest.By("D-1")), "WRONG_STATE")
	second, err := w.Complete()
	if err != nil || second.GetId() != "2025-06-02.2" || second.GetState() != committed || !slices.Equal(w.Offers(second.GetId()), []string{"A-1 U-1", "A-2 U-2"}) {
		t.Fatalf("after it was cancelled: %v, %v, %q", second, err, w.Offers(second.GetId()))
	}
	refused(t, "approving twice", w.Night.Approve(w.Context(), w.Stamp("run.approve"), second.GetId(), "", eiletest.By("D-1")), "WRONG_STATE")
	refused(t, "cancelling what is committed", w.Night.Cancel(w.Context(), w.Stamp("run.cancel"), second.GetId(), ""), "WRONG_STATE")
	w.Today--
	_, err = w.Run()
	refused(t, "a day before", err, "BEFORE_LAST_RUN")
	if second.GetDecision().GetNumber() != "D-1" || second.GetDecision().GetDecidedBy() != "tester" || second.GetDecision().GetAutomatic() {
		t.Errorf("approved by %v", second.GetDecision())
	}
}

// A run whose policy was replaced is not approved: its order is not the law's
// any more. One that had not matched is matched under the new one.
func TestAPolicyComesInBetween(t *testing.T) {
	text := town("choice", "", "rank", "required")
	next := eiletest.Version(text, "2")
	w := small(t, text)
	run := w.MustRun()
	w.Activate(next)
	refused(t, "approving a run of another policy", w.Night.Approve(w.Context(), w.Stamp("run.approve"), run.GetId(), "", eiletest.By("D-1")), "POLICY_CHANGED")
	if err := w.Night.Cancel(w.Context(), w.Stamp("run.cancel"), run.GetId(), ""); err != nil {
		t.Fatal(err)
	}
	w.Night.Close() // the process ends as soon as the run is begun
	begun, err := w.Night.Start(w.Context(), w.Timer(), w.Today)
	if err != nil {
		t.Fatal(err)
	}
	w.Activate(eiletest.Version(text, "3"))
	w = nighttest.Of(w.World)
	done, err := w.Night.Wait(w.Context(), begun.GetId())
	if err != nil || done.GetPolicy().GetVersion() != "3" {
		t.Errorf("begun under version 2, matched under 3: %v, %v", done, err)
	}
	// Rules that are not those in force order nothing.
	former := night.New(w.Register, nil, formerly{w.World, eiletest.Load(t, text)}, zerolog.Nop())
	if _, err := former.DryRun(w.Context(), w.Today+1); !errors.Is(err, store.ErrStaging) {
		t.Errorf("a dry run under rules that are not in force: %v", err)
	}
}

// formerly is a rulebook that has not heard of a new policy.
type formerly struct {
	*eiletest.World
	policy *policy.Policy
}

func (f formerly) Rules(on day.Day) (casework.Rules, error) {
	return casework.Rules{Policy: f.policy, Evaluator: f.policy.Evaluator(eiletest.Seed), Seed: eiletest.Seed, Today: on}, nil
}

// A policy that asks for what a night does not do is refused, not run otherwise.
func TestUnsupportedPolicies(t *testing.T) {
	alternating := town("choice", "", "rank", "none") +
		"out_of_turn: {grounds: [{code: fire, title: {en: Fire}}], alternate: {out_of_turn: 1, ordinary: 2}}\n"
	for code, text := range map[string]string{"ALTERNATION": alternating, "SOFT_RESERVE": town("fill", "soft", "rank", "none")} {
		w := small(t, text)
		_, err := w.Run()
		refused(t, "run", err, code)
		_, err = w.Night.DryRun(w.Context(), w.Today)
		refused(t, "dry run", err, code)
		if id, _, err := w.Night.Unfinished(w.Context()); id != "" || err != nil {
			t.Errorf("a run that was refused waits: %q, %v", id, err)
		}
	}
}

// Between the match and the approval a match may become impossible: it is
// skipped with the reason, and nobody gets a wrong offer.
func TestWhatChangesBeforeTheApproval(t *testing.T) {
	text := town("choice", "", "limit", "required")
	for name, test := range map[string]struct {
		change func(w *nighttest.Nights)
		want   string
	}{
		"withdrawn": {func(w *nighttest.Nights) {
			w.Withdraw("A-1")
		}, "NOT_WAITING"},
		"suspended":             {func(w *nighttest.Nights) { w.Suspend("A-1") }, "SUSPENDED"},
		"no longer right":       {func(w *nighttest.Nights) { w.Amend("A-1", "points=0") }, "ON_HOLD"},
		"over by today":         {func(w *nighttest.Nights) { w.Amend("A-1", "until=2025-06-03"); w.Today += 5 }, "ON_HOLD"},
		"another offer":         {func(w *nighttest.Nights) { w.Home("U-9"); w.Manual("A-1", "U-9") }, "HAS_OPEN_OFFER"},
		"the home is given":     {func(w *nighttest.Nights) { w.Manual("A-3", "U-1") }, "NOT_VACANT"},
		"the home is unfit":     {func(w *nighttest.Nights) { w.Mend("U-1", "worn=99") }, "NOT_FIT"},
		"the home is too small": {func(w *nighttest.Nights) { w.Amend("A-1", "rooms=3") }, "TOO_SMALL"},
		"another district":      {func(w *nighttest.Nights) { w.Amend("A-1", "district=south") }, "OTHER_DISTRICT"},
		"refused by then": {func(w *nighttest.Nights) {
			w.Refuse(w.Manual("A-1", "U-1"))
		}, "ALREADY_OFFERED"},
	} {
		t.Run(name, func(t *testing.T) {
			w := small(t, text)
			run := w.MustRun()
			test.change(w)
			if err := w.Night.Approve(w.Context(), w.Stamp("run.approve"), run.GetId(), "", eiletest.By("D-1")); err != nil {
				t.Fatal(err)
			}
			done, err := w.Night.Wait(w.Context(), run.GetId())
			if err != nil {
				t.Fatal(err)
			}
			skipped := w.Skips(run.GetId())
			if done.GetState() != committed || len(skipped) != 1 || skipped[0].GetApplication() != "A-1" || skipped[0].GetUnit() != "U-1" ||
				skipped[0].GetReason().GetCode() != test.want || done.GetOffersCreated() != 1 || !slices.Equal(w.Offers(run.GetId()), []string{"A-2 U-2"}) {
				t.Errorf("offers %q: %v", w.Offers(run.GetId()), done)
			}
			told, err := explain.Application(w.Context(), w.Register, run.GetId(), "A-1")
			if err != nil || told.GetOutcome() != "U-1" || told.GetReason().GetCode() != test.want {
				t.Errorf("A-1 is told %v, %v", told, err)
			}
			w.Sound()
		})
	}
}

// Time that passes until the approval does not undo a match: the lease of a home
// is measured on the run's day.
func TestAnApprovalMayTakeDays(t *testing.T) {
	w := small(t, town("choice", "", "rank", "required"))
	run := w.MustRun()
	w.Today += 9
	if err := w.Night.Approve(w.Context(), w.Stamp("run.approve"), run.GetId(), "", eiletest.By("D-1")); err != nil {
		t.Fatal(err)
	}
	done, err := w.Night.Wait(w.Context(), run.GetId())
	if err != nil || done.GetOffersCreated() != 2 {
		t.Fatalf("%v, %v", done, err)
	}
	if since := eiletest.Read(w.World, store.Units, "U-1").GetStatusSince(); since.GetDay() != 11 {
		t.Errorf("the home is offered since %v", since)
	}
	w.Today -= 9
	_, last, err := w.Night.Unfinished(w.Context())
	if err != nil || last != w.Today {
		t.Errorf("the last run is of %v, %v", last, err)
	}
}

// A dry run asks anew, whatever became of the run of its day, and whatever other
// run waits: of one that waits it foretells the same if nothing has changed.
func TestADryRunBesideOtherRuns(t *testing.T) {
	w := small(t, town("choice", "", "rank", "required"))
	dry := func(on day.Day) *eilev1.Run {
		run, err := w.Night.DryRun(w.Context(), on)
		if err != nil {
			t.Fatal(err)
		}
		if run.GetState() != eilev1.RunState_RUN_STATE_DRY_RUN || run.GetId() != "dry-"+on.String() || run.GetStartedBy() != "" || run.GetMatchedAt() != nil {
			t.Errorf("a dry run is %v", run)
		}
		return run
	}
	run := w.MustRun()
	if again := dry(w.Today); again.GetOutcomeSha256() != run.GetOutcomeSha256() || again.GetMatched() != 2 || again.GetOffersCreated() != 0 {
		t.Errorf("nothing has changed since %v\nand it foretells %v", run, again)
	}
	if other := dry(w.Today + 1); other.GetMatched() != 2 || other.GetInstanceSha256() == run.GetInstanceSha256() {
		t.Errorf("another day, with pseudonyms of its own: %v", other)
	}
	w.Withdraw("A-1")
	w.Withdraw("A-2")
	if again := dry(w.Today); again.GetMatched() != 1 || again.GetMatches()[0].GetApplication() != "A-3" {
		t.Errorf("two have withdrawn: %v", again)
	}
	done, err := w.Complete()
	if err != nil || done.GetOffersCreated() != 0 || len(w.Skips(run.GetId())) != 2 {
		t.Fatalf("%v, %v", done, err)
	}
	if again := dry(w.Today); again.GetMatched() != 1 || len(again.GetSkipped()) != 0 {
		t.Errorf("after the run: %v", again)
	}
}
