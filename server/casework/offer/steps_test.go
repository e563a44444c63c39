package offer_test

import (
	"testing"

	"github.com/eile-housing/eile/internal/eiletest"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server/casework"
	"github.com/eile-housing/eile/server/casework/offer"
	"github.com/eile-housing/eile/store"
)

func TestTheStepsFollowTheDomain(t *testing.T) {
	domain := eiletest.Domain(t, "Offer")
	eiletest.Holds(t, offer.Steps, eiletest.Draw(domain), domain, map[string]string{
		"make":     "One open offer per household, one per home",
		"accept":   "The applicant answers",
		"refuse":   "The applicant answers",
		"miss":     "only unjustified refusals, no-shows and expiries count",
		"expire":   "only unjustified refusals, no-shows and expiries count",
		"withdraw": "a landlord's withdrawal never does",
	})
}

// on changes an offer as the handlers do.
func on(w *eiletest.World, id string, fn func(casework.Change, *eilev1.Offer) error) error {
	w.Helper()
	return eiletest.On(w, "offer", store.Offers, id, fn)
}

func must(w *eiletest.World, id string, fn func(casework.Change, *eilev1.Offer) error) {
	w.Helper()
	if err := on(w, id, fn); err != nil {
		w.Fatal(err)
	}
}

func serve(c casework.Change, o *eilev1.Offer) error { return offer.Serve(c, o, c.Rules.Today) }

func accept(c casework.Change, o *eilev1.Offer) error { return offer.Accept(c, o, c.Rules.Today) }

func refuse(c casework.Change, o *eilev1.Offer) error {
	return offer.Refuse(c, o, "location", "too far", c.Rules.Today)
}

func miss(c casework.Change, o *eilev1.Offer) error {
	return offer.NoShow(c, o, "letter came back", c.Rules.Today)
}

func withdraw(c casework.Change, o *eilev1.Offer) error { return offer.Withdraw(c, o, "burst pipe") }

func reopen(c casework.Change, o *eilev1.Offer) error {
	return offer.Reopen(c, o, "the noise is gone")
}

func assess(assessment eilev1.Assessment) func(casework.Change, *eilev1.Offer) error {
	return func(c casework.Change, o *eilev1.Offer) error { return offer.Assess(c, o, assessment, "") }
}

// Each step of an offer is taken by somebody, or by a day.
func TestEachStepOfAnOffer(t *testing.T) {
	only := func(w *eiletest.World) string {
		if all := eiletest.All(w, store.Offers); len(all) > 0 {
			return all[0].GetId()
		}
		return ""
	}
	does := func(fn func(casework.Change, *eilev1.Offer) error) func(*eiletest.World) {
		return func(w *eiletest.World) { must(w, only(w), fn) }
	}
	made := func(w *eiletest.World) { w.MustOffer("A-1", "U-1") }
	accepted := func(w *eiletest.World) { w.Accept(w.MustOffer("A-1", "U-1")) }
	overdue := func(w *eiletest.World) {
		must(w, w.MustOffer("A-1", "U-1"), serve)
		w.Today += 6
	}
	world := func(t eiletest.T) *eiletest.World {
		t.Helper()
		return eiletest.Waiting(t, "strict")
	}
	eiletest.Walks(t, offer.Steps, world, map[string]eiletest.Road{
		"make":              {nil, made},
		"OPEN accept":       {made, does(accept)},
		"OPEN refuse":       {made, does(refuse)},
		"OPEN miss":         {made, does(miss)},
		"OPEN expire":       {overdue, does(offer.Expire)},
		"OPEN withdraw":     {made, does(withdraw)},
		"ACCEPTED withdraw": {accepted, does(withdraw)},
	}, func(w *eiletest.World) eilev1.OfferStatus {
		if id := only(w); id != "" {
			return eiletest.Read(w, store.Offers, id).GetStatus()
		}
		return 0
	})
}
