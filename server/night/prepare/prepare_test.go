package prepare_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"go.uber.org/goleak"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/eile-housing/eile/internal/eiletest"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server/casework"
	"github.com/eile-housing/eile/server/casework/home"
	"github.com/eile-housing/eile/server/casework/offer"
	"github.com/eile-housing/eile/server/night/market"
	"github.com/eile-housing/eile/server/night/prepare"
	"github.com/eile-housing/eile/store"
	"github.com/eile-housing/eile/store/living"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const run = "2025-07-01"

// busy is a town in which everything is due on 1 July: A-1 has an overdue offer of
// U-1, the lease of U-2 ends on the day, in which A-2 lives, that of U-3 is over,
// U-4 is offered to A-4 and its lease is over, the rights of end, and the
// homes were not assessed under the policy in force.
func busy(t *testing.T) *eiletest.World {
	t.Helper()
	text := eiletest.Town{Mode: "choice", Districts: "rank", Approval: "none"}.Text() + "leases: {transfer_months: 1}\n"
	w := eiletest.New(t, text)
	for i := range 6 {
		w.Household(fmt.Sprintf("A-%d", i+1), "points=3", "until="+[]string{"2027-01-01", "2025-06-30"}[i/4%2])
	}
	w.Home("U-1")
	w.Home("U-2", "until=2025-07-20")
	w.Home("U-3", "until=2025-06-20")
	w.Home("U-4", "until=2025-06-25")
	w.Home("U-5")
	late := w.Manual("A-1", "U-1")
	w.Accept(w.Manual("A-2", "U-2"))
	w.Manual("A-4", "U-4")
	eiletest.MustOn(w, "offer.serve", store.Offers, late, func(c casework.Change, stored *eilev1.Offer) error {
		return offer.Serve(c, stored, c.Rules.Today)
	})
	w.Activate(eiletest.Version(text, "2"))
	w.Today = eiletest.Day(w, run)
	return w
}

func day(w *eiletest.World) error {
	return prepare.Day(w.Context(), w.Register, w.InForce(), func(action string) store.Stamp { return prepare.Stamp(w, action, run) })
}

// The day does all that is due, once, and the audit tells how much.
func TestDay(t *testing.T) {
	w := busy(t)
	before := w.Now()
	if err := day(w); err != nil {
		t.Fatal(err)
	}
	w.Is("A-1", "WAITING")
	w.Is("A-4", "WAITING")
	w.Is("A-5", "ON_HOLD")
	if transfer := w.Is("T-U-2", "WAITING"); transfer.GetTransfer().GetUnit() != "U-2" {
		t.Errorf("the household whose lease ends: %v", transfer)
	}
	for unit, gone := range map[string]bool{"U-1": false, "U-3": true, "U-4": true} {
		if home := w.HomeIs(unit, "VACANT"); (home.GetLeftStockOn() != nil) != gone {
			t.Errorf("home %s left the stock: %v", unit, home.GetLeftStockOn())
		}
	}
	for _, unit := range eiletest.All(w, store.Units) {
		if unit.GetCondition().GetPolicy().GetVersion() != "2" {
			t.Errorf("home %s was assessed under %v", unit.GetReference(), unit.GetCondition().GetPolicy())
		}
	}
	for _, made := range eiletest.All(w, store.Offers) {
		want := map[string]string{"A-1": "EXPIRED", "A-2": "ACCEPTED", "A-4": "WITHDRAWN"}[made.GetApplication()]
		w.OfferIs(made.GetId(), want)
	}
	w.View(func(v *store.View) error {
		expired, rechecked, err := prepare.Counted(v, &eilev1.Run{Id: run, StartedAt: timestamppb.New(before)})
		if expired != 1 || rechecked != 2 {
			t.Errorf("%d expired, %d rechecked", expired, rechecked)
		}
		return err
	})
	revision := w.DB.Revision()
	if err := day(w); err != nil || w.DB.Revision() != revision {
		t.Errorf("again: %v, revisions %d to %d", err, revision, w.DB.Revision())
	}
}

// Under rules that are not in force nothing is done and nothing is read.
func TestOtherRules(t *testing.T) {
	w := busy(t)
	former := w.InForce()
	w.Activate(eiletest.Version(eiletest.Town{Mode: "fill", Districts: "rank", Approval: "none"}.Text(), "3"))
	stamp := func(action string) store.Stamp { return prepare.Stamp(w, action, run) }
	if err := prepare.Day(w.Context(), w.Register, former, stamp); !errors.Is(err, store.ErrStaging) {
		t.Errorf("the day: %v", err)
	}
	err := w.Register.Freeze(w.Context(), func(v *store.View, frozen living.Frozen) error {
		_, _, err := prepare.Market(v, frozen, former, nil)
		return err
	})
	if !errors.Is(err, store.ErrStaging) {
		t.Errorf("the market: %v", err)
	}
}

// The market is the homes that can be offered, with those who were offered them
// before, and who waits for them.
func TestMarket(t *testing.T) {
	w := busy(t)
	w.Home("U-6", "worn=99")
	eiletest.MustOn(w, "unit.amend", store.Units, "U-5", func(c casework.Change, unit *eilev1.Unit) error {
		before := unit.GetStatus()
		unit.WearPercent = nil
		return home.Amend(c, unit, before)
	})
	if err := day(w); err != nil {
		t.Fatal(err)
	}
	w.Refuse(w.Manual("A-3", "U-1"))
	err := w.Register.Freeze(w.Context(), func(v *store.View, frozen living.Frozen) error {
		night, stock, err := prepare.Market(v, frozen, w.InForce(), func(reference string) string { return "h" + reference })
		if err != nil {
			return err
		}
		if stock.Unassessed != 1 || stock.Flagged != 1 {
			t.Errorf("%+v: U-5 is not assessed, U-6 is flagged", stock)
		}
		if len(night.Homes) != 1 || night.Homes[0].Unit.GetReference() != "U-1" || !slices.Equal(night.Homes[0].Barred, []string{"A-1", "A-3"}) {
			t.Errorf("homes %v", night.Homes)
		}
		var references []string
		for standing := range night.Waiting("general") {
			references = append(references, standing.Reference)
			if _, err := night.Suitability(standing.Reference); err != nil || standing.OpenOffer {
				t.Errorf("%v: %v", standing, err)
			}
		}
		if slices.Sort(references); !slices.Equal(references, []string{"A-1", "A-3", "A-4", "T-U-2"}) {
			t.Errorf("they wait: %q", references)
		}
		for range night.Waiting("general") {
			break // whoever has seen enough goes
		}
		result, err := market.Solve(night)
		if err == nil && (len(result.Matches) != 1 || result.Matches[0].GetUnit() != "U-1") {
			t.Errorf("matched %v", result.Matches)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// On a scratch the day is done, and the register stays as it is.
func TestScratch(t *testing.T) {
	w := busy(t)
	before := w.Bytes()
	err := prepare.Scratch(w.Context(), w.Register, w, w.InForce(), func(scratch *store.Register, revision uint64) error {
		if revision != uint64(w.DB.Revision()) {
			t.Errorf("revision %d, the register is at %d", revision, w.DB.Revision())
		}
		return scratch.View(w.Context(), func(v *store.View) error {
			held, err := store.Applications.Get(v, "A-5")
			if held.GetStatus() != eilev1.ApplicationStatus_APPLICATION_STATUS_ON_HOLD {
				t.Errorf("on the scratch A-5 is %v", held.GetStatus())
			}
			return err
		})
	})
	if err != nil || w.Bytes() != before {
		t.Errorf("%v; the register changed: %t", err, w.Bytes() != before)
	}
	gone := errors.New("gone")
	if err := prepare.Scratch(w.Context(), w.Register, w, w.InForce(), func(*store.Register, uint64) error { return gone }); !errors.Is(err, gone) {
		t.Errorf("what fails on it: %v", err)
	}
}

// What the nights do not do is refused, not done otherwise.
func TestUnsupported(t *testing.T) {
	soft := eiletest.Town{Mode: "fill", Reserve: "soft", Districts: "rank", Approval: "none"}.Text()
	alternating := eiletest.Town{Mode: "choice", Districts: "rank", Approval: "none"}.Text() +
		"out_of_turn: {grounds: [{code: fire, title: {en: Fire}}], alternate: {out_of_turn: 1, ordinary: 2}}\n"
	for code, text := range map[string]string{"SOFT_RESERVE": soft, "ALTERNATION": alternating, "": strings.Replace(soft, "strict: soft", "strict: hard", 1)} {
		w := eiletest.New(t, text)
		err := prepare.Scratch(w.Context(), w.Register, w, w.InForce(), func(*store.Register, uint64) error { return nil })
		if got := strings.Join(eiletest.Codes(err), " "); got != code {
			t.Errorf("refused for %q, want %q: %v", got, code, err)
		}
	}
}
