package figures_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/eile-housing/eile/internal/eiletest"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/proto/spell"
	"github.com/eile-housing/eile/server/casework"
	"github.com/eile-housing/eile/server/casework/home"
	"github.com/eile-housing/eile/server/figures"
	"github.com/eile-housing/eile/store"
)

// vacancies in words: what each home waits for, and since when it is empty.
func vacancies(w *eiletest.World, matches ...*eilev1.Run_Match) (lines []string) {
	w.Helper()
	w.View(func(v *store.View) error {
		run, err := figures.LatestRun(v)
		if err != nil {
			return err
		}
		homes, err := figures.Vacancies(v, w.Today, run, matches)
		for _, vacant := range homes {
			reasons := []string{}
			for _, reason := range vacant.GetReasons() {
				reasons = append(reasons, reason.GetCode())
			}
			state := spell.Name(vacant.GetState())
			lines = append(lines, fmt.Sprintf("%s %s %s %d", vacant.GetUnit(), state, strings.Join(reasons, " "), vacant.GetDaysEmpty()))
		}
		return err
	})
	return lines
}

// matched puts a run into the register that matched just now.
func matched(w *eiletest.World, id string, state eilev1.RunState) {
	w.Helper()
	w.Must("test", func(c casework.Change) error {
		return c.Tx.PutRun(&eilev1.Run{Id: id, State: state, MatchedAt: timestamppb.New(c.Tx.Now())}, id)
	})
}

// A home that is vacant waits for something that can be named, and those that
// are empty for longest come first.
func TestWhatVacantHomesWaitFor(t *testing.T) {
	t.Parallel()
	w := eiletest.New(t, plain)
	expect := func(what string, got []string, want ...string) {
		t.Helper()
		if !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", what, got, want)
		}
	}
	w.Home("U-2")
	w.Home("U-3", "worn=60")
	w.Today++
	w.Home("U-1")
	expect("before any run", vacancies(w), "U-2 WAITING_FOR_OFFER AWAITS_RUN 1", "U-3 FLAGGED WORN 1", "U-1 WAITING_FOR_OFFER AWAITS_RUN 0")
	matched(w, "2025-06-03", eilev1.RunState_RUN_STATE_MATCHED)
	match := &eilev1.Run_Match{Unit: "U-1", Application: "A-1"}
	w.Today++
	w.Home("U-4")
	expect("a run that is not approved", vacancies(w, match), "U-2 NOBODY_SUITS NOBODY_SUITS 2", "U-3 FLAGGED WORN 2", "U-1 WAITING_FOR_OFFER AWAITS_APPROVAL 1", "U-4 WAITING_FOR_OFFER AWAITS_RUN 0")
	matched(w, "2025-06-04", eilev1.RunState_RUN_STATE_CANCELLED)
	matched(w, "2025-06-04.2", eilev1.RunState_RUN_STATE_COMMITTED)
	expect("an offer that could not be made", vacancies(w, match), "U-2 NOBODY_SUITS NOBODY_SUITS 2", "U-3 FLAGGED WORN 2", "U-1 WAITING_FOR_OFFER AWAITS_RUN 1", "U-4 NOBODY_SUITS NOBODY_SUITS 0")
	w.Household("A-1", "points=1")
	w.Accept(w.MustOffer("A-1", "U-1"))
	expect("a home that is let", vacancies(w, match), "U-2 NOBODY_SUITS NOBODY_SUITS 2", "U-3 FLAGGED WORN 2", "U-4 NOBODY_SUITS NOBODY_SUITS 0")
}

// A home whose facts are missing is not assessed, and says which.
func TestAHomeThatIsNotAssessed(t *testing.T) {
	t.Parallel()
	w := eiletest.New(t, plain)
	w.Must("unit.register", func(c casework.Change) error {
		unit := w.Dwelling("U-1")
		unit.WearPercent = nil
		return home.Register(c, unit)
	})
	if got := vacancies(w); len(got) != 1 || !strings.HasPrefix(got[0], "U-1 UNASSESSED MISSING_") {
		t.Errorf("%q", got)
	}
}
