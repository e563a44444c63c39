package night

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server/casework"
	"github.com/eile-housing/eile/server/casework/application"
	"github.com/eile-housing/eile/server/casework/home"
	"github.com/eile-housing/eile/store"
)

// small is a town of three households, of 3, 2 and 1 points, and two homes.
func small(t *testing.T, text string) *town {
	t.Helper()
	w := newTown(t.Context(), t, text)
	t.Cleanup(func() { w.db.Close() })
	for i := range 3 {
		w.household(fmt.Sprintf("A-%d", i+1), 3-i)
	}
	w.home("U-1", 2, "north", "")
	w.home("U-2", 2, "south", "")
	return w
}

// offers of a run that are open, as APPLICATION UNIT.
func (w *town) offers(run string) (found []string) {
	w.Helper()
	for _, offer := range all(w, store.Offers) {
		if offer.GetRun() == run && offer.GetStatus() == eilev1.OfferStatus_OFFER_STATUS_OPEN {
			found = append(found, offer.GetApplication()+" "+offer.GetUnit())
		}
	}
	return found
}

func wantCode(t *testing.T, what string, err error, code string) {
	t.Helper()
	var refusal casework.Refusal
	if !errors.As(err, &refusal) || refusal.Reasons[0].GetCode() != code {
		t.Errorf("%s: %v, want %s", what, err, code)
	}
}

// One run waits at a time, days do not go back, and a run that was cancelled
// leaves its day free.
func TestTheOrderOfRuns(t *testing.T) {
	w := small(t, rulesOf("choice", "", "rank", "required"))
	first := w.mustRun()
	if first.GetState() != matched || first.GetId() != "2025-06-02" || len(w.offers(first.GetId())) != 0 {
		t.Fatalf("without approval: %v", first)
	}
	w.today++
	_, err := w.run()
	wantCode(t, "another run", err, "ANOTHER_RUN")
	w.today--
	if err := w.night.Cancel(w.ctx, w.stamp("run.cancel"), first.GetId()); err != nil {
		t.Fatal(err)
	}
	wantCode(t, "approving what was cancelled", w.night.Approve(w.ctx, w.stamp("run.approve"), first.GetId(), ruling()), "WRONG_STATE")
	second, err := w.complete()
	if err != nil || second.GetId() != "2025-06-02.2" || second.GetState() != committed || !slices.Equal(w.offers(second.GetId()), []string{"A-1 U-1", "A-2 U-2"}) {
		t.Fatalf("after it was cancelled: %v, %v, %q", second, err, w.offers(second.GetId()))
	}
	wantCode(t, "approving twice", w.night.Approve(w.ctx, w.stamp("run.approve"), second.GetId(), ruling()), "WRONG_STATE")
	wantCode(t, "cancelling what is committed", w.night.Cancel(w.ctx, w.stamp("run.cancel"), second.GetId()), "WRONG_STATE")
	w.today--
	_, err = w.run()
	wantCode(t, "a day before", err, "BEFORE_LAST_RUN")
	if second.GetDecision().GetNumber() != "D-1" || second.GetDecision().GetDecidedBy() != "tester" || second.GetDecision().GetAutomatic() {
		t.Errorf("approved by %v", second.GetDecision())
	}
}

// A run whose policy was replaced is not approved: its order is not the law's
// any more. One that had not matched is matched under the new one.
func TestAPolicyComesInBetween(t *testing.T) {
	text := rulesOf("choice", "", "rank", "required")
	next := strings.Replace(text, `version: "1"`, `version: "2"`, 1)
	w := small(t, text)
	run := w.mustRun()
	w.activate(next)
	wantCode(t, "approving a run of another policy", w.night.Approve(w.ctx, w.stamp("run.approve"), run.GetId(), ruling()), "POLICY_CHANGED")
	if err := w.night.Cancel(w.ctx, w.stamp("run.cancel"), run.GetId()); err != nil {
		t.Fatal(err)
	}
	begun, err := w.night.Start(w.ctx, w.stamp("run.start"), w.today)
	if err != nil {
		t.Fatal(err)
	}
	w.activate(strings.Replace(text, `version: "1"`, `version: "3"`, 1))
	done, err := w.night.Advance(w.ctx, begun.GetId())
	if err != nil || done.GetPolicy().GetVersion() != "3" {
		t.Errorf("begun under version 2, matched under 3: %v, %v", done, err)
	}
	// Rules that are not those in force order nothing.
	w.policy = load(t, text)
	w.today++
	if _, err := w.night.DryRun(w.ctx, w.rules()); !errors.Is(err, store.ErrStaging) {
		t.Errorf("a dry run under rules that are not in force: %v", err)
	}
}

// A policy that asks for what a night does not do is refused, not run otherwise.
func TestUnsupportedPolicies(t *testing.T) {
	alternating := rulesOf("choice", "", "rank", "none") +
		"out_of_turn: {grounds: [{code: fire, title: {en: Fire}}], alternate: {out_of_turn: 1, ordinary: 2}}\n"
	for code, text := range map[string]string{"ALTERNATION": alternating, "SOFT_RESERVE": rulesOf("fill", "soft", "rank", "none")} {
		w := small(t, text)
		_, err := w.run()
		wantCode(t, "run", err, code)
		_, err = w.night.DryRun(w.ctx, w.rules())
		wantCode(t, "dry run", err, code)
		if id, _, err := w.night.Unfinished(w.ctx); id != "" || err != nil {
			t.Errorf("a run that was refused waits: %q, %v", id, err)
		}
	}
}

// Between the match and the approval a match may become impossible: it is
// skipped with the reason, and nobody gets a wrong offer.
func TestWhatChangesBeforeTheApproval(t *testing.T) {
	text := rulesOf("choice", "", "limit", "required")
	for name, test := range map[string]struct {
		change func(w *town)
		want   string
	}{
		"withdrawn": {func(w *town) {
			w.onApplication("A-1", func(c casework.Change, a *eilev1.Application) error { return application.Withdraw(c, a, "moved") })
		}, "NOT_WAITING"},
		"suspended":         {func(w *town) { w.suspend("A-1") }, "SUSPENDED"},
		"no longer right":   {func(w *town) { w.amend("A-1", "points=0") }, "ON_HOLD"},
		"over by today":     {func(w *town) { w.amend("A-1", "until=2025-06-03"); w.today += 5 }, "ON_HOLD"},
		"another offer":     {func(w *town) { w.home("U-9", 1, "", ""); w.manual("A-1", "U-9") }, "HAS_OPEN_OFFER"},
		"the home is given": {func(w *town) { w.manual("A-3", "U-1") }, "NOT_VACANT"},
		"the home is unfit": {func(w *town) {
			w.onUnit("U-1", func(c casework.Change, u *eilev1.Unit) error {
				worn := int32(99)
				u.WearPercent = &worn
				return home.Amend(c, u, u.GetStatus())
			})
		}, "NOT_FIT"},
		"the home is too small": {func(w *town) { w.amend("A-1", "rooms=3") }, "TOO_SMALL"},
		"another district":      {func(w *town) { w.amend("A-1", "district=south") }, "OTHER_DISTRICT"},
		"refused by then": {func(w *town) {
			w.refuse(w.manual("A-1", "U-1"))
		}, "ALREADY_OFFERED"},
	} {
		t.Run(name, func(t *testing.T) {
			w := small(t, text)
			run := w.mustRun()
			test.change(w)
			if err := w.night.Approve(w.ctx, w.stamp("run.approve"), run.GetId(), ruling()); err != nil {
				t.Fatal(err)
			}
			done, err := w.night.Advance(w.ctx, run.GetId())
			if err != nil {
				t.Fatal(err)
			}
			skipped := done.GetSkipped()
			if done.GetState() != committed || len(skipped) != 1 || skipped[0].GetApplication() != "A-1" || skipped[0].GetUnit() != "U-1" ||
				skipped[0].GetReason().GetCode() != test.want || done.GetOffersCreated() != 1 || !slices.Equal(w.offers(run.GetId()), []string{"A-2 U-2"}) {
				t.Errorf("offers %q: %v", w.offers(run.GetId()), done)
			}
			told := w.explainApplication(run.GetId(), "A-1")
			if told.GetOutcome() != "U-1" || told.GetReason().GetCode() != test.want {
				t.Errorf("A-1 is told %v", told)
			}
			w.sound()
		})
	}
}

// Time that passes until the approval does not undo a match: the lease of a home
// is measured on the run's day.
func TestAnApprovalMayTakeDays(t *testing.T) {
	w := small(t, rulesOf("choice", "", "rank", "required"))
	run := w.mustRun()
	w.today += 9
	if err := w.night.Approve(w.ctx, w.stamp("run.approve"), run.GetId(), ruling()); err != nil {
		t.Fatal(err)
	}
	done, err := w.night.Advance(w.ctx, run.GetId())
	if err != nil || done.GetOffersCreated() != 2 {
		t.Fatalf("%v, %v", done, err)
	}
	if since := read(w, store.Units, "U-1").GetStatusSince(); since.GetDay() != 11 {
		t.Errorf("the home is offered since %v", since)
	}
	w.today -= 9
	_, last, err := w.night.Unfinished(w.ctx)
	if err != nil || last != w.today {
		t.Errorf("the last run is of %v, %v", last, err)
	}
}
