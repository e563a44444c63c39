package nighttest

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/eile-housing/eile/internal/eiletest"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server/casework"
	"github.com/eile-housing/eile/server/casework/application"
	"github.com/eile-housing/eile/server/casework/offer"
	"github.com/eile-housing/eile/store"
)

// Towns are the policies that a property is tried on, by name.
var Towns = map[string]string{
	"choice":          eiletest.Town{Mode: "choice", Districts: "rank", Approval: "none"}.Text(),
	"choice, limits":  eiletest.Town{Mode: "choice", Districts: "limit", Approval: "none"}.Text(),
	"choice, soft":    eiletest.Town{Mode: "choice", Reserve: "soft", Districts: "rank", Approval: "none"}.Text(),
	"choice released": eiletest.Town{Mode: "choice", Reserve: "released", Districts: "limit", Approval: "none"}.Text(),
	"fill":            eiletest.Town{Mode: "fill", Districts: "rank", Approval: "none"}.Text(),
	"fill, hard":      eiletest.Town{Mode: "fill", Reserve: "hard", Districts: "rank", Approval: "none"}.Text(),
	"fill, released":  eiletest.Town{Mode: "fill", Reserve: "released", Districts: "limit", Approval: "none"}.Text(),
}

// Drawn is a town with everything that a night must see: open offers, overdue
// ones, homes that were refused, applications on hold, suspended, and due on the
// day of the run, which is three days after.
func Drawn(t *rapid.T, text string) *Nights {
	n := New(t, text)
	n.draw(t)
	n.Today += 3
	return n
}

// draw fills a town.
func (n *Nights) draw(t *rapid.T) {
	draw := func(name string, from ...string) string { return rapid.SampledFrom(from).Draw(t, name) }
	households, homes := rapid.IntRange(1, 10).Draw(t, "households"), rapid.IntRange(1, 7).Draw(t, "homes")
	for i := range homes {
		n.Home(fmt.Sprintf("U-%d", i), "rooms="+draw("rooms", "1", "2", "3"), "district="+draw("district", "", "north", "south"), "earmark="+draw("earmark", "", "", "big"))
	}
	for i := range households {
		pairs := []string{
			"points=" + draw("points", "0", "1", "2", "3", "4"), "rooms=" + draw("wants", "1", "2", "3"), "big=" + draw("big", "true", "false"),
			"list=" + draw("list", "general", "general", "second"), draw("until", "until=2027-01-01", "until=2025-06-04"), // the latter is over on the day of the run
		}
		for _, district := range []string{"north", "south"} {
			if draw("wants there", "no", "no", "yes") == "yes" {
				pairs = append(pairs, "district="+district)
			}
		}
		n.Household(fmt.Sprintf("A-%d", i), pairs...)
	}
	for i := range households {
		reference, unit := fmt.Sprintf("A-%d", i), fmt.Sprintf("U-%d", rapid.IntRange(0, homes-1).Draw(t, "home"))
		if eiletest.Read(n.World, store.Applications, reference).GetStatus() != eilev1.ApplicationStatus_APPLICATION_STATUS_WAITING {
			continue
		}
		what := draw("what", "", "", "", "offer", "overdue", "refused", "suspended")
		switch {
		case what == "suspended":
			n.Suspend(reference)
		case what != "" && eiletest.Read(n.World, store.Units, unit).GetStatus() == eilev1.UnitStatus_UNIT_STATUS_VACANT:
			n.offered(what, n.Manual(reference, unit))
		}
	}
}

// offered does with an open offer what was drawn.
func (n *Nights) offered(what, id string) {
	n.Helper()
	switch what {
	case "overdue":
		n.Serve(id, 4)
	case "refused":
		n.Refuse(id)
	}
}

// Serve notes that an offer was served some days ago.
func (n *Nights) Serve(id string, ago int) {
	n.Helper()
	eiletest.MustOn(n.World, "offer.serve", store.Offers, id, func(c casework.Change, stored *eilev1.Offer) error {
		return offer.Serve(c, stored, c.Rules.Today.AddDays(-ago))
	})
}

// Withdraw lets a household withdraw its application.
func (n *Nights) Withdraw(reference string) {
	n.Helper()
	eiletest.MustOn(n.World, "application.withdraw", store.Applications, reference, func(c casework.Change, stored *eilev1.Application) error {
		return application.Withdraw(c, stored, "moved")
	})
}

// EachTown holds a property for every town: for all of them at once, or, where
// EILE_LONG is set, for each as often as for all.
func EachTown(t *testing.T, holds func(t *rapid.T, text string)) {
	t.Helper()
	names := slices.Sorted(maps.Keys(Towns))
	if os.Getenv("EILE_LONG") == "" {
		rapid.Check(t, func(rt *rapid.T) { holds(rt, Towns[rapid.SampledFrom(names).Draw(rt, "town")]) })
		return
	}
	for _, name := range names {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rapid.Check(t, func(rt *rapid.T) { holds(rt, Towns[name]) })
		})
	}
}
