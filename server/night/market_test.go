package night

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/eile-housing/eile/allocation/verify"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server/casework"
	"github.com/eile-housing/eile/server/casework/application"
	"github.com/eile-housing/eile/server/casework/home"
	"github.com/eile-housing/eile/server/casework/offer"
)

// Who gets what, under each kind of policy, in the order of the list.
func TestWhoGetsWhat(t *testing.T) {
	for name, test := range map[string]struct {
		rules string
		fill  func(w *town)
		want  string // matches in legal order; released ones with an asterisk
	}{
		"in legal order, homes by reference": {rulesOf("choice", "", "rank", "none"), func(w *town) {
			w.household("A-2", 2)
			w.household("A-1", 3)
			w.home("U-2", 1, "", "")
			w.home("U-1", 1, "", "")
		}, "A-1 U-1, A-2 U-2"},
		"list after list": {rulesOf("choice", "", "rank", "none"), func(w *town) {
			w.household("A-1", 9, "list=second")
			w.household("A-2", 1)
			w.home("U-1", 1, "", "")
		}, "A-2 U-1"},
		"districts that rank": {rulesOf("choice", "", "rank", "none"), func(w *town) {
			w.household("A-1", 3, "district=south")
			w.household("A-2", 2, "district=south")
			w.home("U-1", 1, "north", "")
			w.home("U-2", 1, "south", "")
		}, "A-1 U-2, A-2 U-1"},
		"districts that limit": {rulesOf("choice", "", "limit", "none"), func(w *town) {
			w.household("A-1", 3, "district=south")
			w.household("A-2", 2, "district=south")
			w.household("A-3", 1)
			w.home("U-1", 1, "north", "")
			w.home("U-2", 1, "south", "")
		}, "A-1 U-2, A-3 U-1"},
		"choice leaves a home that fill would use": {rulesOf("choice", "", "rank", "none"), func(w *town) {
			w.household("A-1", 3)
			w.household("A-2", 2, "rooms=2")
			w.home("U-1", 2, "", "")
			w.home("U-2", 1, "", "")
		}, "A-1 U-1"},
		"fill moves the senior": {rulesOf("fill", "", "rank", "none"), func(w *town) {
			w.household("A-1", 3)
			w.household("A-2", 2, "rooms=2")
			w.home("U-1", 2, "", "")
			w.home("U-2", 1, "", "")
		}, "A-1 U-2, A-2 U-1"},
		"a home refused before": {rulesOf("fill", "", "rank", "none"), func(w *town) {
			w.household("A-1", 3)
			w.household("A-2", 2)
			w.home("U-1", 1, "", "")
			w.home("U-2", 1, "", "")
			w.refuse(w.manual("A-1", "U-1"))
		}, "A-1 U-2, A-2 U-1"},
		"nothing but a home refused before": {rulesOf("choice", "", "rank", "none"), func(w *town) {
			w.household("A-1", 3)
			w.home("U-1", 1, "", "")
			w.refuse(w.manual("A-1", "U-1"))
		}, ""},
		"an offer whose time is over": {rulesOf("choice", "", "rank", "none"), func(w *town) {
			w.household("A-1", 3)
			w.household("A-2", 2)
			w.home("U-1", 1, "", "")
			w.home("U-2", 1, "", "")
			for i, unit := range []string{"U-1", "U-2"} {
				made := w.manual(fmt.Sprintf("A-%d", i+1), unit)
				w.onOffer(made, func(c casework.Change, o *eilev1.Offer) error { return offer.Serve(c, o, w.today) })
			}
			w.today += 6 // five days to answer
		}, "A-1 U-2, A-2 U-1"},
		"a hard earmark stays empty": {rulesOf("fill", "hard", "rank", "none"), func(w *town) {
			w.household("A-1", 3)
			w.household("A-2", 2, "big=true")
			w.home("U-1", 1, "", "big")
			w.home("U-2", 1, "", "big")
		}, "A-2 U-1"},
		"a soft earmark goes to the group first": {rulesOf("choice", "soft", "rank", "none"), func(w *town) {
			w.household("A-1", 3)
			w.household("A-2", 2, "big=true")
			w.home("U-1", 1, "", "big")
		}, "A-2 U-1"},
		"a soft earmark goes to others then": {rulesOf("choice", "soft", "rank", "none"), func(w *town) {
			w.household("A-1", 3)
			w.home("U-1", 1, "", "big")
		}, "A-1 U-1"},
		"a released earmark goes to others in a second round": {rulesOf("fill", "released", "rank", "none"), func(w *town) {
			w.household("A-1", 5)
			w.household("A-2", 4, "rooms=2")
			w.household("A-3", 3, "big=true")
			w.household("A-4", 2)
			w.home("U-1", 1, "", "")
			w.home("U-2", 1, "", "big")
			w.home("U-3", 1, "", "big")
			w.home("U-4", 1, "", "big")
		}, "A-1 U-1, A-3 U-2, A-4 U-3*"},
		"in choice mode too, and within districts": {rulesOf("choice", "released", "limit", "none"), func(w *town) {
			w.household("A-1", 5, "district=south")
			w.household("A-2", 4, "district=north")
			w.home("U-1", 1, "north", "big")
		}, "A-2 U-1*"},
		"a flagged home, one not seen, one under repair": {rulesOf("choice", "", "rank", "none"), func(w *town) {
			for i := range 4 {
				w.household(fmt.Sprintf("A-%d", i+1), 4-i)
				w.home(fmt.Sprintf("U-%d", i+1), 1, "", "")
			}
			change := func(unit string, fn func(u *eilev1.Unit)) {
				w.onUnit(unit, func(c casework.Change, u *eilev1.Unit) error {
					before := u.GetStatus()
					fn(u)
					return home.Amend(c, u, before)
				})
			}
			worn := int32(99)
			change("U-1", func(u *eilev1.Unit) { u.WearPercent = &worn })
			change("U-2", func(u *eilev1.Unit) { u.WearPercent = nil })
			change("U-3", func(u *eilev1.Unit) { u.Status = eilev1.UnitStatus_UNIT_STATUS_UNDER_REPAIR })
		}, "A-1 U-4"},
		"on hold, suspended, engaged, ended": {rulesOf("choice", "", "rank", "none"), func(w *town) {
			for i := range 5 {
				w.household(fmt.Sprintf("A-%d", i+1), 5-i)
			}
			w.home("U-1", 1, "", "")
			w.home("U-9", 1, "", "")
			w.amend("A-1", "until=2025-06-01")
			w.suspend("A-2")
			w.manual("A-3", "U-9")
			w.onApplication("A-4", func(c casework.Change, a *eilev1.Application) error { return application.Withdraw(c, a, "moved") })
		}, "A-5 U-1"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newTown(t.Context(), t, test.rules)
			defer w.db.Close()
			test.fill(w)
			run := w.mustRun()
			matches, err := w.night.Matches(w.ctx, run.GetId())
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, match := range matches.GetMatches() {
				got = append(got, match.GetApplication()+" "+match.GetUnit()+map[bool]string{true: "*"}[match.GetReleased()])
			}
			if strings.Join(got, ", ") != test.want || len(w.offers(run.GetId())) != len(got) {
				t.Errorf("matched %q, want %q; offers %q", got, test.want, w.offers(run.GetId()))
			}
			evident(t, w, run)
			w.sound()
		})
	}
}

// The files of two rounds: the second asks about the homes that were left and
// the households that were not housed.
func TestTheSecondRound(t *testing.T) {
	w := newTown(t.Context(), t, rulesOf("fill", "released", "rank", "none"))
	defer w.db.Close()
	w.household("A-1", 3)
	w.household("A-2", 2, "big=true")
	w.household("A-3", 1)
	w.home("U-1", 1, "", "")
	w.home("U-2", 1, "", "big")
	w.home("U-3", 1, "", "big")
	run := w.mustRun()
	files := w.files(run.GetId())
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
	if told := homeOf(w.explainApplication(run.GetId(), "A-1"), "U-3"); told.GetReason().GetCode() != "NOT_SUITABLE" || told.GetRule().GetCode() != "EARMARKED" {
		t.Errorf("A-1 was housed before U-3 was released, and is told %v", told)
	}
	if told := homeOf(w.explainApplication(run.GetId(), "A-3"), "U-2"); told.GetReason().GetCode() != "NOT_SUITABLE" || told.GetRule().GetCode() != "EARMARKED" {
		t.Errorf("U-2 was never released, A-3 is told %v", told)
	}
}

// Groups can be health data: the evidence names them only where they decide who
// goes first.
func TestGroupsInTheEvidence(t *testing.T) {
	for reserve, want := range map[string]bool{"soft": true, "released": false, "hard": false} {
		w := newTown(t.Context(), t, rulesOf("choice", reserve, "rank", "none"))
		w.household("A-1", 2, "big=true")
		w.home("U-1", 1, "", "")
		run := w.mustRun()
		if got := strings.Contains(string(w.files(run.GetId())["instance.json"]), `"groups": ["big"]`); got != want {
			t.Errorf("a %s reserve puts groups into the evidence: %t", reserve, got)
		}
		w.db.Close()
	}
}
