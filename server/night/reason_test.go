package night

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server/casework"
	"github.com/eile-housing/eile/server/casework/application"
	"github.com/eile-housing/eile/server/casework/home"
	"github.com/eile-housing/eile/server/casework/state"
	"github.com/eile-housing/eile/store"
)

// Each reason as the household and the home are told it.
func TestReasons(t *testing.T) {
	for name, test := range map[string]struct {
		rules string
		fill  func(w *town)
		asked string // application and unit
		want  string // reason, rule, instead
	}{
		"not suitable, with the rule": {rulesOf("choice", "", "rank", "none"), func(w *town) {
			w.household("A-1", 3, "rooms=2")
			w.household("A-2", 2)
			w.home("U-1", 1, "", "")
		}, "A-1 U-1", "NOT_SUITABLE TOO_SMALL"},
		"kept for a group": {rulesOf("fill", "hard", "rank", "none"), func(w *town) {
			w.household("A-1", 3)
			w.household("A-2", 2, "big=true")
			w.home("U-1", 1, "", "big")
		}, "A-1 U-1", "NOT_SUITABLE EARMARKED"},
		"another district": {rulesOf("choice", "", "limit", "none"), func(w *town) {
			w.household("A-1", 3, "district=south")
			w.household("A-2", 2)
			w.home("U-1", 1, "north", "")
		}, "A-1 U-1", "NOT_SUITABLE OTHER_DISTRICT"},
		"preferred other": {rulesOf("choice", "", "rank", "none"), func(w *town) {
			w.household("A-1", 3, "district=south")
			w.household("A-2", 2)
			w.home("U-1", 1, "north", "")
			w.home("U-2", 1, "south", "")
		}, "A-1 U-1", "PREFERRED_OTHER  U-2"},
		"placed elsewhere": {rulesOf("fill", "", "rank", "none"), func(w *town) {
			w.household("A-1", 3)
			w.household("A-2", 2, "rooms=2")
			w.home("U-1", 2, "", "")
			w.home("U-2", 1, "", "")
		}, "A-1 U-1", "PLACED_ELSEWHERE  U-2"},
		"a home that is alike": {rulesOf("choice", "", "rank", "none"), func(w *town) {
			w.household("A-1", 3)
			w.household("A-2", 2)
			w.home("U-1", 1, "", "")
			w.home("U-2", 1, "", "")
		}, "A-1 U-2", "PLACED_ELSEWHERE  U-1"},
		"reserved": {rulesOf("choice", "soft", "rank", "none"), func(w *town) {
			w.household("A-1", 3)
			w.household("A-2", 2, "big=true")
			w.home("U-1", 1, "", "big")
		}, "A-1 U-1", "RESERVED"},
		"already offered": {rulesOf("choice", "", "rank", "none"), func(w *town) {
			w.household("A-1", 3)
			w.household("A-2", 2)
			w.home("U-1", 1, "", "")
			w.refuse(w.manual("A-1", "U-1"))
		}, "A-1 U-1", "ALREADY_OFFERED"},
		"an open offer": {rulesOf("choice", "", "rank", "none"), func(w *town) {
			w.household("A-1", 3)
			w.household("A-2", 2)
			w.home("U-1", 1, "", "")
			w.home("U-9", 1, "", "")
			w.manual("A-1", "U-9")
		}, "A-1 U-1", "HAS_OPEN_OFFER"},
		"on hold": {rulesOf("choice", "", "rank", "none"), func(w *town) {
			w.household("A-1", 3)
			w.household("A-2", 2)
			w.home("U-1", 1, "", "")
			w.amend("A-1", "until=2025-06-01")
		}, "A-1 U-1", "ON_HOLD"},
		"suspended": {rulesOf("choice", "", "rank", "none"), func(w *town) {
			w.household("A-1", 3)
			w.household("A-2", 2)
			w.home("U-1", 1, "", "")
			w.suspend("A-1")
		}, "A-1 U-1", "SUSPENDED"},
		"passed over unread": {rulesOf("fill", "", "rank", "none"), func(w *town) {
			w.household("A-1", 9, "rooms=3") // the first of its pattern is read
			w.household("A-2", 8, "rooms=3")
			w.household("A-3", 7)
			w.home("U-1", 1, "", "")
		}, "A-2 U-1", "NOT_SUITABLE TOO_SMALL"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newTown(t.Context(), t, test.rules)
			defer w.db.Close()
			test.fill(w)
			run := w.mustRun()
			application, unit, _ := strings.Cut(test.asked, " ")
			home := w.explainUnit(run.GetId(), unit)
			var ofUnit *passed
			for _, p := range home.GetPassedOver() {
				if p.GetApplication() == application {
					ofUnit = p
				}
			}
			for asker, told := range map[string]*passed{"the household": homeOf(w.explainApplication(run.GetId(), application), unit), "the home": ofUnit} {
				got := strings.TrimSpace(told.GetReason().GetCode() + " " + told.GetRule().GetCode() + " " + told.GetInstead())
				if got != test.want || told.GetReason().GetDetail() == "" || told.GetReason().GetDetailLt() == "" && told.GetRule() == nil ||
					told.GetHolder() != home.GetOutcome() || home.GetOutcome() == "" {
					t.Errorf("%s is told %v, want %s", asker, told, test.want)
				}
			}
		})
	}
}

// What is told of a whole household or home, where there is no pair to tell of.
func TestReasonsInAll(t *testing.T) {
	w := newTown(t.Context(), t, rulesOf("choice", "", "rank", "none"))
	defer w.db.Close()
	w.household("A-1", 3)
	w.household("A-2", 2)
	w.household("A-3", 0)
	w.household("A-4", 1, "rooms=3")
	w.home("U-1", 1, "", "")
	w.onUnit("U-1", func(c casework.Change, u *eilev1.Unit) error { return home.Settle(c, u) })
	w.home("U-2", 1, "", "")
	w.onUnit("U-2", func(c casework.Change, u *eilev1.Unit) error {
		before := u.GetStatus()
		u.Status = eilev1.UnitStatus_UNIT_STATUS_LET
		return home.Amend(c, u, before)
	})
	run := w.mustRun()
	w.household("A-5", 9)
	w.today++
	again := w.mustRun()
	for application, want := range map[string]string{"A-1": "", "A-2": "OUTRANKED", "A-3": "ON_HOLD", "A-4": "NO_SUITABLE_CLASS", "A-5": "NOT_REGISTERED"} {
		if got := w.explainApplication(run.GetId(), application).GetReason().GetCode(); got != want && !(application == "A-4" && got == "OUTRANKED") {
			t.Errorf("application %s is told %q, want %q", application, got, want)
		}
	}
	if got := w.explainUnit(run.GetId(), "U-2").GetReason().GetCode(); got != "NOT_IN_RUN" {
		t.Errorf("a home that is let: %s", got)
	}
	if got := w.explainApplication(again.GetId(), "A-1").GetReason().GetCode(); got != "HAS_OPEN_OFFER" {
		t.Errorf("one that was offered a home the night before: %s", got)
	}
	for _, ask := range []func(context.Context, string, string) (*answer, error){w.night.ExplainUnit, w.night.ExplainApplication} {
		for _, pair := range [][2]string{{run.GetId(), "none"}, {"2020-01-01", "A-1"}} {
			if _, err := ask(w.ctx, pair[0], pair[1]); !errors.Is(err, store.ErrNotFound) {
				t.Errorf("explain %q: %v", pair, err)
			}
		}
	}
}

// A home that nobody takes says so.
func TestAHomeThatNobodyTakes(t *testing.T) {
	w := newTown(t.Context(), t, rulesOf("choice", "", "rank", "none"))
	defer w.db.Close()
	w.household("A-1", 3, "district=south")
	w.home("U-1", 1, "north", "")
	w.home("U-2", 1, "south", "")
	run := w.mustRun()
	if got := w.explainUnit(run.GetId(), "U-1"); got.GetReason().GetCode() != "NOBODY_LEFT" || got.GetOutcome() != "" || len(got.GetPassedOver()) != 0 {
		t.Errorf("told %v", got)
	}
}

// A manual offer shows, with its basis and decision, in the explanation of
// everyone who waited before the one that it was made to: in the run before it,
// where that left the home empty, and in the run after it.
func TestAManualOfferShows(t *testing.T) {
	w := newTown(t.Context(), t, rulesOf("choice", "", "rank", "none"))
	defer w.db.Close()
	for i := range 4 {
		w.household(fmt.Sprintf("A-%d", i+1), 4-i, "rooms=2")
	}
	w.home("U-1", 1, "", "")
	before := w.mustRun()
	w.suspend("A-2")
	w.manual("A-3", "U-1")
	w.today++
	after := w.mustRun()
	w.today++
	w.onApplication("A-2", func(c casework.Change, a *eilev1.Application) error { return application.Reinstate(c, a, ruling()) })
	later := w.mustRun()
	for _, run := range []string{before.GetId(), after.GetId()} {
		told := w.explainUnit(run, "U-1")
		if told.GetOutcome() != "A-3" || told.GetReason().GetCode() != "MANUAL_OFFER" || !strings.Contains(told.GetReason().GetDetail(), "COURT") ||
			!strings.Contains(told.GetReason().GetDetail(), "D-7") || len(told.GetPassedOver()) != 1 || told.GetPassedOver()[0].GetApplication() != "A-1" {
			t.Errorf("run %s tells of U-1: %v", run, told)
		}
		for application, want := range map[string]bool{"A-1": true, "A-2": false, "A-3": false, "A-4": false} {
			passed := homeOf(w.explainApplication(run, application), "U-1")
			if got := passed.GetReason().GetCode() == "MANUAL_OFFER"; got != want || got && passed.GetHolder() != "A-3" {
				t.Errorf("run %s tells %s of U-1: %v", run, application, passed)
			}
		}
	}
	if told := w.explainUnit(later.GetId(), "U-1"); told.GetReason().GetCode() != "NOT_IN_RUN" {
		t.Errorf("a later run tells of U-1: %v", told)
	}
}

// While a night runs, people withdraw, register and answer. Nobody gets a wrong
// offer, and what could not become one is told.
func TestANightAmongOtherWork(t *testing.T) {
	w := newTown(t.Context(), t, rulesOf("fill", "", "rank", "none"))
	defer w.db.Close()
	for i := range 40 {
		w.household(fmt.Sprintf("A-%02d", i), 50-i)
	}
	for i := range 30 {
		w.home(fmt.Sprintf("U-%02d", i), 1, "", "")
	}
	var others sync.WaitGroup
	for worker := range 4 {
		others.Go(func() {
			for i := range 10 {
				reference := fmt.Sprintf("A-%02d", 4*i+worker)
				err := w.change("test", func(c casework.Change) error {
					a, err := store.Applications.Get(c.Tx, reference)
					if err != nil {
						return err
					}
					switch i % 3 {
					case 0:
						return application.Withdraw(c, a, "moved")
					case 1:
						return application.Suspend(c, a, nil, nil, ruling())
					}
					return state.Settle(c, a)
				})
				var refusal casework.Refusal
				if err != nil && !errors.As(err, &refusal) {
					t.Error(err)
				}
			}
		})
	}
	run := w.mustRun()
	others.Wait()
	if run.GetState() != committed || int(run.GetOffersCreated())+len(run.GetSkipped()) != int(run.GetMatched()) {
		t.Errorf("%d matched, %d offers, skipped %v", run.GetMatched(), run.GetOffersCreated(), run.GetSkipped())
	}
	w.sound()
	evident(t, w, run)
	for _, skip := range run.GetSkipped() {
		if skip.GetReason().GetCode() == "" || w.explainApplication(run.GetId(), skip.GetApplication()).GetReason().GetCode() != skip.GetReason().GetCode() {
			t.Errorf("skipped %v", skip)
		}
	}
}
