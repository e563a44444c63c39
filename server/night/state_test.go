package night_test

import (
	"testing"

	"github.com/eile-housing/eile/internal/eiletest"
	"github.com/eile-housing/eile/internal/eiletest/nighttest"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server/night"
	"github.com/eile-housing/eile/store"
)

func TestTheStepsFollowTheDomain(t *testing.T) {
	domain := eiletest.Domain(t, "Run")
	const road, ends = "`PREPARING → MATCHED → APPROVED → COMMITTED`", "or `DRY_RUN FAILED CANCELLED`"
	eiletest.Holds(t, night.Steps, eiletest.Draw(domain), domain, map[string]string{
		"start": road, "match": road, "approve": "only after `eile run approve`", "commit": road, "cancel": ends, "fail": ends, "foretell": ends,
	})
}

// Each step of a run is taken.
func TestTheStepsAreTaken(t *testing.T) {
	const id = "2025-06-02"
	var foretold eilev1.RunState
	// without is what the nights of a process that ends at once do.
	without := func(w *eiletest.World, do func(n *nighttest.Nights) error) {
		n := nighttest.Of(w)
		n.Night.Close()
		if err := do(n); err != nil {
			w.Fatal(err)
		}
	}
	start := func(w *eiletest.World) {
		without(w, func(n *nighttest.Nights) error {
			_, err := n.Night.Start(w.Context(), n.Timer(), w.Today)
			return err
		})
	}
	resume := func(w *eiletest.World) {
		if err := nighttest.Of(w).Night.Resume(w.Context()); err != nil {
			w.Fatal(err)
		}
	}
	match := func(w *eiletest.World) { start(w); resume(w) }
	approve := func(w *eiletest.World) {
		without(w, func(n *nighttest.Nights) error {
			return n.Night.Approve(w.Context(), w.Stamp("run.approve"), id, "", eiletest.By("D-1"))
		})
	}
	cancel := func(w *eiletest.World) {
		without(w, func(n *nighttest.Nights) error { return n.Night.Cancel(w.Context(), w.Stamp("run.cancel"), id, "") })
	}
	foretell := func(w *eiletest.World) {
		without(w, func(n *nighttest.Nights) error {
			run, err := n.Night.DryRun(w.Context(), w.Today)
			foretold = run.GetState()
			return err
		})
	}
	required, none := town("choice", "", "rank", "required"), town("choice", "", "rank", "none")
	alternating := eiletest.Version(required, "2") + "out_of_turn: {grounds: [{code: fire, title: {en: Fire}}], alternate: {out_of_turn: 1, ordinary: 2}}\n"
	eiletest.Walks(t, night.Steps, func(t eiletest.T) *eiletest.World {
		foretold = 0
		w := eiletest.New(t, required)
		w.Household("A-1", "points=1")
		w.Home("U-1")
		return w
	}, map[string]eiletest.Road{
		"start":              {nil, start},
		"PREPARING match":    {start, resume},
		"MATCHED approve":    {match, approve},
		"APPROVED commit":    {func(w *eiletest.World) { match(w); approve(w) }, resume},
		"PREPARING cancel":   {start, cancel},
		"MATCHED cancel":     {match, cancel},
		"PREPARING fail":     {start, func(w *eiletest.World) { w.Activate(alternating); resume(w) }},
		"MATCHED fail":       {match, func(w *eiletest.World) { w.Activate(eiletest.Version(none, "2")); resume(w) }},
		"MATCHED foretell":   {match, foretell},
		"COMMITTED foretell": {func(w *eiletest.World) { match(w); approve(w); resume(w) }, foretell},
	}, func(w *eiletest.World) eilev1.RunState {
		runs := eiletest.All(w, store.Runs)
		if foretold != 0 || len(runs) == 0 {
			return foretold
		}
		return runs[0].GetState()
	})
}
