package explain_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/eile-housing/eile/internal/eiletest"
	"github.com/eile-housing/eile/internal/eiletest/nighttest"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server/casework"
	"github.com/eile-housing/eile/server/casework/application"
	"github.com/eile-housing/eile/server/casework/home"
	"github.com/eile-housing/eile/server/casework/state"
	"github.com/eile-housing/eile/server/night/explain"
	"github.com/eile-housing/eile/store"
)

// Each reason as the household and the home are told it.
func TestReasons(t *testing.T) {
	for name, test := range map[string]struct {
		rules string
		fill  func(w *nighttest.Nights)
		asked string // application and unit
		want  string // reason, rule, instead
	}{
		"not suitable, with the rule": {town("choice", "", "rank", "none"), func(w *nighttest.Nights) {
			w.Household("A-1", "points=3", "rooms=2")
			w.Household("A-2", "points=2")
			w.Home("U-1", "rooms=1")
		}, "A-1 U-1", "NOT_SUITABLE TOO_SMALL"},
		"kept for a group": {town("fill", "hard", "rank", "none"), func(w *nighttest.Nights) {
			w.Household("A-1", "points=3")
			w.Household("A-2", "points=2", "big=true")
			w.Home("U-1", "rooms=1", "earmark=big")
		}, "A-1 U-1", "NOT_SUITABLE EARMARKED"},
		"another district": {town("choice", "", "limit", "none"), func(w *nighttest.Nights) {
			w.Household("A-1", "points=3", "district=south")
			w.Household("A-2", "points=2")
			w.Home("U-1", "rooms=1", "district=north")
		}, "A-1 U-1", "NOT_SUITABLE OTHER_DISTRICT"},
		"preferred other": {town("choice", "", "rank", "none"), func(w *nighttest.Nights) {
			w.Household("A-1", "points=3", "district=south")
			w.Household("A-2", "points=2")
			w.Home("U-1", "rooms=1", "district=north")
			w.Home("U-2", "rooms=1", "district=south")
		}, "A-1 U-1", "PREFERRED_OTHER  U-2"},
		"placed elsewhere": {town("fill", "", "rank", "none"), func(w *nighttest.Nights) {
			w.Household("A-1", "points=3")
			w.Household("A-2", "points=2", "rooms=2")
			w.Home("U-1", "rooms=2")
			w.Home("U-2", "rooms=1")
		}, "A-1 U-1", "PLACED_ELSEWHERE  U-2"},
		"a home that is alike": {town("choice", "", "rank", "none"), func(w *nighttest.Nights) {
			w.Household("A-1", "points=3")
			w.Household("A-2", "points=2")
			w.Home("U-1", "rooms=1")
			w.Home("U-2", "rooms=1")
		}, "A-1 U-2", "PLACED_ELSEWHERE  U-1"},
		"reserved": {town("choice", "soft", "rank", "none"), func(w *nighttest.Nights) {
			w.Household("A-1", "points=3")
			w.Household("A-2", "points=2", "big=true")
			w.Home("U-1", "rooms=1", "earmark=big")
		}, "A-1 U-1", "RESERVED"},
		"already offered": {town("choice", "", "rank", "none"), func(w *nighttest.Nights) {
			w.Household("A-1", "points=3")
			w.Household("A-2", "points=2")
			w.Home("U-1", "rooms=1")
			w.Refuse(w.Manual("A-1", "U-1"))
		}, "A-1 U-1", "ALREADY_OFFERED"},
		"an open offer": {town("choice", "", "rank", "none"), func(w *nighttest.Nights) {
			w.Household("A-1", "points=3")
			w.Household("A-2", "points=2")
			w.Home("U-1", "rooms=1")
			w.Home("U-9", "rooms=1")
			w.Manual("A-1", "U-9")
		}, "A-1 U-1", "HAS_OPEN_OFFER"},
		"on hold": {town("choice", "", "rank", "none"), func(w *nighttest.Nights) {
			w.Household("A-1", "points=3")
			w.Household("A-2", "points=2")
			w.Home("U-1", "rooms=1")
			w.Amend("A-1", "until=2025-06-01")
		}, "A-1 U-1", "ON_HOLD"},
		"suspended": {town("choice", "", "rank", "none"), func(w *nighttest.Nights) {
			w.Household("A-1", "points=3")
			w.Household("A-2", "points=2")
			w.Home("U-1", "rooms=1")
			w.Suspend("A-1")
		}, "A-1 U-1", "SUSPENDED"},
		"passed over unread": {town("fill", "", "rank", "none"), func(w *nighttest.Nights) {
			w.Household("A-1", "points=9", "rooms=3") // the first of its pattern is read
			w.Household("A-2", "points=8", "rooms=3")
			w.Household("A-3", "points=7")
			w.Home("U-1", "rooms=1")
		}, "A-2 U-1", "NOT_SUITABLE TOO_SMALL"},
	} {
		t.Run(name, func(t *testing.T) {
			w := nighttest.New(t, test.rules)
			test.fill(w)
			run := w.MustRun()
			application, unit, _ := strings.Cut(test.asked, " ")
			home := ofUnit(w, run.GetId(), unit)
			var ofUnit *passed
			for _, p := range home.GetPassedOver() {
				if p.GetApplication() == application {
					ofUnit = p
				}
			}
			for asker, told := range map[string]*passed{"the household": homeOf(ofApplication(w, run.GetId(), application), unit), "the home": ofUnit} {
				got := strings.TrimSpace(told.GetReason().GetCode() + " " + told.GetRule().GetCode() + " " + told.GetInstead())
				if got != test.want || eiletest.Says("en", told.GetReason()) == "" || eiletest.Says("lt", told.GetReason()) == "" && told.GetRule() == nil ||
					told.GetHolder() != home.GetOutcome() || home.GetOutcome() == "" {
					t.Errorf("%s is told %v, want %s", asker, told, test.want)
				}
			}
		})
	}
}

// What is told of a whole household or home, where there is no pair to tell of.
func TestReasonsInAll(t *testing.T) {
	w := nighttest.New(t, town("choice", "", "rank", "none"))
	w.Household("A-1", "points=3")
	w.Household("A-2", "points=2")
	w.Household("A-3", "points=0")
	w.Household("A-4", "points=1", "rooms=3")
	w.Home("U-1", "rooms=1")
	eiletest.MustOn(w.World, "unit.assess", store.Units, "U-1", home.Settle)
	w.Home("U-2", "rooms=1")
	eiletest.MustOn(w.World, "unit.amend", store.Units, "U-2", func(c casework.Change, u *eilev1.Unit) error {
		before := u.GetStatus()
		u.Status = eilev1.UnitStatus_UNIT_STATUS_LET
		return home.Amend(c, u, before)
	})
	run := w.MustRun()
	w.Household("A-5", "points=9")
	w.Today++
	again := w.MustRun()
	for application, want := range map[string]string{"A-1": "", "A-2": "OUTRANKED", "A-3": "ON_HOLD", "A-4": "NO_SUITABLE_CLASS", "A-5": "NOT_REGISTERED"} {
		if got := ofApplication(w, run.GetId(), application).GetReason().GetCode(); got != want && !(application == "A-4" && got == "OUTRANKED") {
			t.Errorf("application %s is told %q, want %q", application, got, want)
		}
	}
	if got := ofUnit(w, run.GetId(), "U-2").GetReason().GetCode(); got != "NOT_IN_RUN" {
		t.Errorf("a home that is let: %s", got)
	}
	if got := ofApplication(w, again.GetId(), "A-1").GetReason().GetCode(); got != "HAS_OPEN_OFFER" {
		t.Errorf("one that was offered a home the night before: %s", got)
	}
	for _, ask := range []func(context.Context, *store.Register, string, string) (*answer, error){explain.Unit, explain.Application} {
		for _, pair := range [][2]string{{run.GetId(), "none"}, {"2020-01-01", "A-1"}} {
			if _, err := ask(w.Context(), w.Register, pair[0], pair[1]); !errors.Is(err, store.ErrNotFound) {
				t.Errorf("explain %q: %v", pair, err)
			}
		}
	}
}

// A home that nobody takes says so.
func TestAHomeThatNobodyTakes(t *testing.T) {
	w := nighttest.New(t, town("choice", "", "rank", "none"))
	w.Household("A-1", "points=3", "district=south")
	w.Home("U-1", "rooms=1", "district=north")
	w.Home("U-2", "rooms=1", "district=south")
	run := w.MustRun()
	if got := ofUnit(w, run.GetId(), "U-1"); got.GetReason().GetCode() != "NOBODY_LEFT" || got.GetOutcome() != "" || len(got.GetPassedOver()) != 0 {
		t.Errorf("told %v", got)
	}
}

// A manual offer shows, with its basis and decision, in the explanation of
// everyone who waited before the one that it was made to: in the run before it,
// where that left the home empty, and in the run after it.
func TestAManualOfferShows(t *testing.T) {
	w := nighttest.New(t, town("choice", "", "rank", "none"))
	for i := range 4 {
		w.Household(fmt.Sprintf("A-%d", i+1), fmt.Sprintf("points=%d", 4-i), "rooms=2")
	}
	w.Home("U-1", "rooms=1")
	before := w.MustRun()
	w.Suspend("A-2")
	w.Manual("A-3", "U-1")
	w.Today++
	after := w.MustRun()
	w.Today++
	eiletest.MustOn(w.World, "application.reinstate", store.Applications, "A-2", func(c casework.Change, a *eilev1.Application) error {
		return application.Reinstate(c, a, eiletest.By("D-1"))
	})
	later := w.MustRun()
	for _, run := range []string{before.GetId(), after.GetId()} {
		told := ofUnit(w, run, "U-1")
		if told.GetOutcome() != "A-3" || told.GetReason().GetCode() != "MANUAL_OFFER" || !strings.Contains(eiletest.Says("en", told.GetReason()), "COURT") ||
			!strings.Contains(eiletest.Says("en", told.GetReason()), "D-7") || len(told.GetPassedOver()) != 1 || told.GetPassedOver()[0].GetApplication() != "A-1" {
			t.Errorf("run %s tells of U-1: %v", run, told)
		}
		for application, want := range map[string]bool{"A-1": true, "A-2": false, "A-3": false, "A-4": false} {
			passed := homeOf(ofApplication(w, run, application), "U-1")
			if got := passed.GetReason().GetCode() == "MANUAL_OFFER"; got != want || got && passed.GetHolder() != "A-3" {
				t.Errorf("run %s tells %s of U-1: %v", run, application, passed)
			}
		}
	}
	if told := ofUnit(w, later.GetId(), "U-1"); told.GetReason().GetCode() != "NOT_IN_RUN" {
		t.Errorf("a later run tells of U-1: %v", told)
	}
}

// While a night runs, people withdraw, register and answer. Nobody gets a wrong
// offer, and what could not become one is told.
func TestANightAmongOtherWork(t *testing.T) {
	w := nighttest.New(t, town("fill", "", "rank", "none"))
	for i := range 40 {
		w.Household(fmt.Sprintf("A-%02d", i), fmt.Sprintf("points=%d", 50-i))
	}
	for i := range 30 {
		w.Home(fmt.Sprintf("U-%02d", i), "rooms=1")
	}
	var others sync.WaitGroup
	for worker := range 4 {
		others.Go(func() {
			for i := range 10 {
				reference := fmt.Sprintf("A-%02d", 4*i+worker)
				_, _, err := casework.Update(w.Context(), w.Register, w.Stamp("test"), w.InForce(), func(c casework.Change) error {
					a, err := store.Applications.Get(c.Tx, reference)
					if err != nil {
						return err
					}
					switch i % 3 {
					case 0:
						return application.Withdraw(c, a, "moved")
					case 1:
						return application.Suspend(c, a, nil, nil, eiletest.By("D-1"))
					}
					return state.Settle(c, a)
				})
				if err != nil && eiletest.Codes(err) == nil {
					t.Error(err)
				}
			}
		})
	}
	run := w.MustRun()
	others.Wait()
	if run.GetState() != eilev1.RunState_RUN_STATE_COMMITTED || int(run.GetOffersCreated())+len(w.Skips(run.GetId())) != int(run.GetMatched()) {
		t.Errorf("%d matched, %d offers, skipped %v", run.GetMatched(), run.GetOffersCreated(), w.Skips(run.GetId()))
	}
	w.Sound()
	w.Evident(run)
	for _, skip := range w.Skips(run.GetId()) {
		if skip.GetReason().GetCode() == "" || ofApplication(w, run.GetId(), skip.GetApplication()).GetReason().GetCode() != skip.GetReason().GetCode() {
			t.Errorf("skipped %v", skip)
		}
	}
}

// The evidence does not grow with the list where nobody more can be housed.
func TestTheEvidenceDoesNotGrowWithTheList(t *testing.T) {
	for _, mode := range []string{"choice", "fill"} {
		w := nighttest.New(t, town(mode, "", "rank", "none"))
		for i := range 120 {
			w.Household(fmt.Sprintf("A-%03d", i), fmt.Sprintf("points=%d", 1000-i), "rooms=3") // suits no home
		}
		for i := range 40 {
			w.Household(fmt.Sprintf("B-%03d", i), fmt.Sprintf("points=%d", 100-i))
		}
		w.Home("U-1", "rooms=2")
		w.Home("U-2", "rooms=2")
		run := w.MustRun()
		if run.GetMatched() != 2 || run.GetRead() != 3 {
			t.Errorf("%s: %d households were read for %d homes", mode, run.GetRead(), run.GetMatched())
		}
		if told := ofUnit(w, run.GetId(), "U-2"); len(told.GetPassedOver()) != 121 {
			t.Errorf("%s: %d stood before the holder of U-2, want 121", mode, len(told.GetPassedOver()))
		}
	}
}
