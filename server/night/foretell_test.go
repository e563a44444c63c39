package night_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"
	"pgregory.net/rapid"

	"github.com/eile-housing/eile/internal/eiletest"
	"github.com/eile-housing/eile/internal/eiletest/nighttest"
	"github.com/eile-housing/eile/policy/day"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/store"
)

// What a dry run foretells is what the run then does, for any register: hashes,
// matches, counts, offers and skips. It leaves every byte as it is.
func TestTheRunIsAsForetold(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := anyRegister(t)
		if rapid.IntRange(0, 2).Draw(t, "killed before") == 0 {
			w = killedBefore(t, w)
		}
		on := w.Today
		unfinished, last, err := w.Night.Unfinished(w.Context())
		if err != nil {
			t.Fatal(err)
		}
		if late := day.Day(rapid.IntRange(0, 2).Draw(t, "days late")); unfinished == "" && on-late > last {
			on -= late
		}
		foretold(t, w, on)
		w.Sound()
	})
}

// foretold runs the night of a day and holds it against what was foretold.
func foretold(t *rapid.T, w *nighttest.Nights, on day.Day) {
	before := w.Bytes()
	foreseen, err := w.Night.DryRun(w.Context(), on)
	if err != nil {
		t.Fatalf("dry run: %v", err)
	}
	if w.Bytes() != before {
		t.Fatal("the dry run changed the register")
	}
	if again, err := w.Night.DryRun(w.Context(), on); err != nil || !proto.Equal(again, foreseen) {
		t.Fatalf("foretold: %v\nand then: %v, %v", foreseen, again, err)
	}
	begun, err := w.Night.Start(w.Context(), w.Timer(), on)
	if err != nil {
		t.Fatalf("run: %v", err)
	}
	run, err := w.Night.Wait(w.Context(), begun.GetId())
	if err != nil {
		t.Fatalf("run: %v", err)
	}
	sameRun(t, w, foreseen, run)
	w.Evident(run)
	if run.GetState() != committed {
		return
	}
	skipped := map[string]bool{}
	for _, skip := range foreseen.GetSkipped() {
		skipped[skip.GetApplication()] = true
	}
	var want []string
	for _, match := range foreseen.GetMatches() {
		if !skipped[match.GetApplication()] {
			want = append(want, match.GetApplication()+" "+match.GetUnit())
		}
	}
	if got := w.Offers(run.GetId()); !slices.Equal(got, want) {
		t.Errorf("offers %q, foretold %q", got, want)
	}
}

// killedBefore is the world after the process was killed in the middle of a
// night. The run is left as it is, or resumed, and days go by.
func killedBefore(t *rapid.T, w *nighttest.Nights) *nighttest.Nights {
	left, _ := killedAt(w, rapid.IntRange(0, 40).Draw(t, "killed at"), rapid.Bool().Draw(t, "after the commit"))
	reopened := left.On(left.DB)
	moving := slices.ContainsFunc(eiletest.All(left.World, store.Runs), func(run *eilev1.Run) bool {
		rests := run.GetState() == committed || run.GetState() == matched && left.InForce().Policy.ApprovalRequired
		return run.GetId() == left.Today.String() && !rests
	})
	if !moving || rapid.Bool().Draw(t, "resumed") {
		if _, err := reopened.Complete(); err != nil {
			t.Fatalf("resumed: %v", err)
		}
		reopened.Today += day.Day(rapid.IntRange(1, 9).Draw(t, "days after"))
	}
	return reopened
}

// anyPolicy draws what a night must do in different ways.
func anyPolicy(t *rapid.T) string {
	draw := func(name string, from ...string) string { return rapid.SampledFrom(from).Draw(t, name) }
	policy := eiletest.Town{
		Mode: draw("mode", "choice", "fill"), Reserve: draw("reserve", "", "hard", "released", "soft", "soft, share: {lettings: 1, of: 2}"),
		Districts: draw("districts", "rank", "limit"), Approval: draw("approval", "none", "none", "required"),
	}
	if policy.Mode == "fill" && strings.HasPrefix(policy.Reserve, "soft") {
		policy.Reserve = "hard"
	}
	text := strings.Replace(policy.Text(), "last_step: acceptance", "last_step: "+draw("last step", "acceptance", "contract"), 1)
	if draw("order", "points", "date") == "date" {
		text = strings.Replace(text, "{by: value, expr: points, direction: descending}", "{by: registered_at}", 1)
	}
	return text + draw("transfers", "", "out_of_turn: {grounds: [{code: lease_ending, title: {en: The lease ends}}]}\n") + "leases: {transfer_months: 1}\n"
}

// anyRegister draws a register that had a night already: with open offers and
// overdue ones, refusals that bar homes, lettings that are done and others that
// are not, tenants whose lease ends, homes to be assessed again, holds,
// suspensions, and applications that fall due.
func anyRegister(t *rapid.T) *nighttest.Nights {
	draw := func(name string, from ...string) string { return rapid.SampledFrom(from).Draw(t, name) }
	text := anyPolicy(t)
	w := nighttest.New(t, text)
	dates := []string{"2025-06-03", "2025-06-09", "2025-06-20", "2025-07-03", "2027-01-01", "2027-01-01"}
	homes := func(prefix string, atMost int) {
		for i := range rapid.IntRange(1, atMost).Draw(t, "homes") {
			pairs := []string{"rooms=" + draw("rooms", "1", "2", "3"), "district=" + draw("district", "", "north", "south"), "worn=" + draw("worn", "10", "10", "10", "60")}
			if strings.Contains(text, "reserves:") {
				pairs = append(pairs, "earmark="+draw("earmark", "", "", "big"))
			}
			if draw("tenure", "owned", "rented") == "rented" {
				pairs = append(pairs, "until="+draw("lease until", dates...))
			}
			w.Home(fmt.Sprintf("%s-%d", prefix, i), pairs...)
		}
	}
	homes("U", 6)
	for i := range rapid.IntRange(1, 9).Draw(t, "households") {
		pairs := []string{
			"points=" + draw("points", "0", "1", "2", "3"), "rooms=" + draw("wants", "1", "2", "3"), "big=" + draw("big", "true", "false"),
			"list=" + draw("list", "general", "general", "second"), "until=" + draw("until", dates...), "registered_at=" + draw("registered", "2020-01-01", "2021-05-05"),
		}
		if draw("wants there", "no", "no", "yes") == "yes" {
			pairs = append(pairs, "district=north")
		}
		w.Household(fmt.Sprintf("A-%d", i), pairs...)
	}
	if _, err := w.Complete(); err != nil {
		t.Fatal(err)
	}
	lived(t, w)
	homes("V", 4)
	if draw("policy", "stays", "changes") == "changes" {
		w.Activate(eiletest.Version(text, "2"))
	}
	w.Today += day.Day(rapid.IntRange(1, 20).Draw(t, "days between"))
	return w
}

// lived lets the day after a night pass: offers are answered, or served and left,
// and others among the waiting are suspended, withdraw, or are offered a home.
func lived(t *rapid.T, w *nighttest.Nights) {
	draw := func(name string, from ...string) string { return rapid.SampledFrom(from).Draw(t, name) }
	for _, made := range eiletest.All(w.World, store.Offers) {
		switch draw("answer", "accepted", "accepted", "refused", "served", "served long ago", "") {
		case "accepted":
			w.Accept(made.GetId())
		case "refused":
			w.Refuse(made.GetId())
		case "served":
			w.Serve(made.GetId(), 0)
		case "served long ago":
			w.Serve(made.GetId(), 4)
		}
	}
	for _, known := range eiletest.All(w.World, store.Applications) {
		if known.GetStatus() != eilev1.ApplicationStatus_APPLICATION_STATUS_WAITING || known.GetOpenOffer() != "" {
			continue
		}
		switch draw("fate", "", "", "", "suspended", "withdrawn", "amended", "offered") {
		case "suspended":
			w.Suspend(known.GetReference())
		case "withdrawn":
			w.Withdraw(known.GetReference())
		case "amended":
			w.Amend(known.GetReference(), "rooms=1", "points=3")
		case "offered":
			offerAny(w, known.GetReference())
		}
	}
}

// offerAny makes an offer of the first home that may be offered.
func offerAny(w *nighttest.Nights, reference string) {
	for _, unit := range eiletest.All(w.World, store.Units) {
		if _, err := w.Offer(reference, unit.GetReference()); err == nil {
			return
		}
	}
}
