package night_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/eile-housing/eile/allocation/verify"
	"github.com/eile-housing/eile/internal/eiletest"
	"github.com/eile-housing/eile/internal/eiletest/nighttest"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server/casework"
	"github.com/eile-housing/eile/server/casework/home"
	"github.com/eile-housing/eile/server/night/explain"
	"github.com/eile-housing/eile/store"
)

// Who gets what, under each kind of policy, in the order of the list.
func TestWhoGetsWhat(t *testing.T) {
	for name, test := range map[string]struct {
		rules string
		fill  func(w *nighttest.Nights)
		want  string // matches in legal order; released ones with an asterisk
	}{
		"in legal order, homes by reference": {town("choice", "", "rank", "none"), func(w *nighttest.Nights) {
			w.Household("A-2", "points=2")
			w.Household("A-1", "points=3")
			w.Home("U-2", "rooms=1")
			w.Home("U-1", "rooms=1")
		}, "A-1 U-1, A-2 U-2"},
		"list after list": {town("choice", "", "rank", "none"), func(w *nighttest.Nights) {
			w.Household("A-1", "points=9", "list=second")
			w.Household("A-2", "points=1")
			w.Home("U-1", "rooms=1")
		}, "A-2 U-1"},
		"districts that rank": {town("choice", "", "rank", "none"), func(w *nighttest.Nights) {
			w.Household("A-1", "points=3", "district=south")
			w.Household("A-2", "points=2", "district=south")
			w.Home("U-1", "rooms=1", "district=north")
			w.Home("U-2", "rooms=1", "district=south")
		}, "A-1 U-2, A-2 U-1"},
		"districts that limit": {town("choice", "", "limit", "none"), func(w *nighttest.Nights) {
			w.Household("A-1", "points=3", "district=south")
			w.Household("A-2", "points=2", "district=south")
			w.Household("A-3", "points=1")
			w.Home("U-1", "rooms=1", "district=north")
			w.Home("U-2", "rooms=1", "district=south")
		}, "A-1 U-2, A-3 U-1"},
		"choice leaves a home that fill would use": {town("choice", "", "rank", "none"), func(w *nighttest.Nights) {
			w.Household("A-1", "points=3")
			w.Household("A-2", "points=2", "rooms=2")
			w.Home("U-1", "rooms=2")
			w.Home("U-2", "rooms=1")
		}, "A-1 U-1"},
		"fill moves the senior": {town("fill", "", "rank", "none"), func(w *nighttest.Nights) {
			w.Household("A-1", "points=3")
			w.Household("A-2", "points=2", "rooms=2")
			w.Home("U-1", "rooms=2")
			w.Home("U-2", "rooms=1")
		}, "A-1 U-2, A-2 U-1"},
		"a home refused before": {town("fill", "", "rank", "none"), func(w *nighttest.Nights) {
			w.Household("A-1", "points=3")
			w.Household("A-2", "points=2")
			w.Home("U-1", "rooms=1")
			w.Home("U-2", "rooms=1")
			w.Refuse(w.Manual("A-1", "U-1"))
		}, "A-1 U-2, A-2 U-1"},
		"nothing but a home refused before": {town("choice", "", "rank", "none"), func(w *nighttest.Nights) {
			w.Household("A-1", "points=3")
			w.Home("U-1", "rooms=1")
			w.Refuse(w.Manual("A-1", "U-1"))
		}, ""},
		"an offer whose time is over": {town("choice", "", "rank", "none"), func(w *nighttest.Nights) {
			w.Household("A-1", "points=3")
			w.Household("A-2", "points=2")
			w.Home("U-1", "rooms=1")
			w.Home("U-2", "rooms=1")
			for i, unit := range []string{"U-1", "U-2"} {
				made := w.Manual(fmt.Sprintf("A-%d", i+1), unit)
				w.Serve(made, 0)
			}
			w.Today += 6 // five days to answer
		}, "A-1 U-2, A-2 U-1"},
		"a hard earmark stays empty": {town("fill", "hard", "rank", "none"), func(w *nighttest.Nights) {
			w.Household("A-1", "points=3")
			w.Household("A-2", "points=2", "big=true")
			w.Home("U-1", "rooms=1", "earmark=big")
			w.Home("U-2", "rooms=1", "earmark=big")
		}, "A-2 U-1"},
		"a soft earmark goes to the group first": {town("choice", "soft", "rank", "none"), func(w *nighttest.Nights) {
			w.Household("A-1", "points=3")
			w.Household("A-2", "points=2", "big=true")
			w.Home("U-1", "rooms=1", "earmark=big")
		}, "A-2 U-1"},
		"a soft earmark goes to others then": {town("choice", "soft", "rank", "none"), func(w *nighttest.Nights) {
			w.Household("A-1", "points=3")
			w.Home("U-1", "rooms=1", "earmark=big")
		}, "A-1 U-1"},
		"a released earmark goes to others in a second round": {town("fill", "released", "rank", "none"), func(w *nighttest.Nights) {
			w.Household("A-1", "points=5")
			w.Household("A-2", "points=4", "rooms=2")
			w.Household("A-3", "points=3", "big=true")
			w.Household("A-4", "points=2")
			w.Home("U-1", "rooms=1")
			w.Home("U-2", "rooms=1", "earmark=big")
			w.Home("U-3", "rooms=1", "earmark=big")
			w.Home("U-4", "rooms=1", "earmark=big")
		}, "A-1 U-1, A-3 U-2, A-4 U-3*"},
		"in choice mode too, and within districts": {town("choice", "released", "limit", "none"), func(w *nighttest.Nights) {
			w.Household("A-1", "points=5", "district=south")
			w.Household("A-2", "points=4", "district=north")
			w.Home("U-1", "rooms=1", "district=north", "earmark=big")
		}, "A-2 U-1*"},
		"a flagged home, one not seen, one under repair": {town("choice", "", "rank", "none"), func(w *nighttest.Nights) {
			for i := range 4 {
				w.Household(fmt.Sprintf("A-%d", i+1), fmt.Sprintf("points=%d", 4-i))
				w.Home(fmt.Sprintf("U-%d", i+1), "rooms=1")
			}
			change := func(unit string, fn func(u *eilev1.Unit)) {
				eiletest.MustOn(w.World, "unit.amend", store.Units, unit, func(c casework.Change, u *eilev1.Unit) error {
					before := u.GetStatus()
					fn(u)
					return home.Amend(c, u, before)
				})
			}
			w.Mend("U-1", "worn=99")
			change("U-2", func(u *eilev1.Unit) { u.WearPercent = nil })
			change("U-3", func(u *eilev1.Unit) { u.Status = eilev1.UnitStatus_UNIT_STATUS_UNDER_REPAIR })
		}, "A-1 U-4"},
		"on hold, suspended, engaged, ended": {town("choice", "", "rank", "none"), func(w *nighttest.Nights) {
			for i := range 5 {
				w.Household(fmt.Sprintf("A-%d", i+1), fmt.Sprintf("points=%d", 5-i))
			}
			w.Home("U-1", "rooms=1")
			w.Home("U-9", "rooms=1")
			w.Amend("A-1", "until=2025-06-01")
			w.Suspend("A-2")
			w.Manual("A-3", "U-9")
			w.Withdraw("A-4")
		}, "A-5 U-1"},
	} {
		t.Run(name, func(t *testing.T) {
			w := nighttest.New(t, test.rules)
			test.fill(w)
			run := w.MustRun()
			var got []string
			for _, match := range w.Matches(run.GetId()) {
				got = append(got, match.GetApplication()+" "+match.GetUnit()+map[bool]string{true: "*"}[match.GetReleased()])
			}
			if strings.Join(got, ", ") != test.want || len(w.Offers(run.GetId())) != len(got) {
				t.Errorf("matched %q, want %q; offers %q", got, test.want, w.Offers(run.GetId()))
			}
			w.Evident(run)
			w.Sound()
		})
	}
}

// The files of two rounds: the second asks about the homes that were left and
// the households that were not housed.
func TestTheSecondRound(t *testing.T) {
	w := nighttest.New(t, town("fill", "released", "rank", "none"))
	w.Household("A-1", "points=3")
	w.Household("A-2", "points=2", "big=true")
	w.Household("A-3", "points=1")
	w.Home("U-1", "rooms=1")
	w.Home("U-2", "rooms=1", "earmark=big")
	w.Home("U-3", "rooms=1", "earmark=big")
	run := w.MustRun()
	files := w.Files(run.GetId())
	names := []string{"instance.2.json", "instance.json", "outcome.2.json", "outcome.json"}
	var got []string
	for name := range files {
		got = append(got, name)
	}
	slices.Sort(got)
	if !slices.Equal(got, names) || run.GetRounds() != 2 {
		t.Fatalf("files %q, want %q", got, names)
	}
	second := string(files["instance.2.json"])
	if strings.Count(second, `"accepts"`) != 1 || strings.Count(second, `"count": 1`) != 1 || strings.Contains(second, "A-3") {
		t.Errorf("the second round asks:\n%s", second)
	}
	// The outcome of one round is none of the other.
	if violations, err := verify.Check(files["instance.2.json"], files["outcome.json"]); err == nil && len(violations) == 0 {
		t.Error("the verifier takes the first outcome for the second instance")
	}
	if answer := told(w, run.GetId(), "A-1", "U-3"); answer.GetReason().GetCode() != "NOT_SUITABLE" || answer.GetRule().GetCode() != "EARMARKED" {
		t.Errorf("A-1 was housed before U-3 was released, and is told %v", answer)
	}
	if answer := told(w, run.GetId(), "A-3", "U-2"); answer.GetReason().GetCode() != "NOT_SUITABLE" || answer.GetRule().GetCode() != "EARMARKED" {
		t.Errorf("U-2 was never released, A-3 is told %v", answer)
	}
}

// told is what a household is told of a home of a run.
func told(w *nighttest.Nights, run, reference, unit string) *eilev1.ExplainRunResponse_PassedOver {
	w.Helper()
	answer, err := explain.Application(w.Context(), w.Register, run, reference)
	if err != nil {
		w.Fatal(err)
	}
	for _, passed := range answer.GetPassedOver() {
		if passed.GetUnit() == unit {
			return passed
		}
	}
	return nil
}

// Groups can be health data: the evidence names them only where they decide who
// goes first.
func TestGroupsInTheEvidence(t *testing.T) {
	for reserve, want := range map[string]bool{"soft": true, "released": false, "hard": false} {
		w := nighttest.New(t, town("choice", reserve, "rank", "none"))
		w.Household("A-1", "points=2", "big=true")
		w.Home("U-1", "rooms=1")
		run := w.MustRun()
		if got := strings.Contains(string(w.Files(run.GetId())["instance.json"]), `"groups": ["big"]`); got != want {
			t.Errorf("a %s reserve puts groups into the evidence: %t", reserve, got)
		}
	}
}
