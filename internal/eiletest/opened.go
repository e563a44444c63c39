package eiletest

import (
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/proto/spell"
	"github.com/eile-housing/eile/store"
)

// source is the text of a policy by its name: strict, or one that eile ships.
func source(t T, name string) string {
	t.Helper()
	if name == "strict" {
		return Strict
	}
	return Shipped(t, name)
}

// Eligible are facts by which a household may be housed under a policy.
func Eligible(name string) []string {
	return map[string][]string{
		"strict":        {"income=50"},
		"taipei-points": {"points=30", "unit_type=1-bedroom"},
		"lt-vilnius": {
			"declared_residence=Vilnius", "net_income_cents=500000", "assets_cents=0", "owns_home=false", "declared_year=2024",
		},
	}[name]
}

// Suiting are facts by which a home suits who is Eligible.
func Suiting(name string) []string {
	return map[string][]string{"taipei-points": {"unit_type=1-bedroom"}}[name]
}

// Waiting is a world under strict or a policy that eile ships, in which the
// households wait and the homes U-1 and U-2 are vacant.
func Waiting(t T, name string) *World {
	t.Helper()
	return WaitingUnder(t, name, "")
}

// WaitingUnder is Waiting under a policy with some more rules.
func WaitingUnder(t T, name, more string) *World {
	t.Helper()
	w := New(t, source(t, name)+more)
	for _, reference := range []string{"A-1", "A-2"} {
		w.Household(reference, Eligible(name)...)
	}
	for _, reference := range []string{"U-1", "U-2"} {
		w.Home(reference, Suiting(name)...)
	}
	return w
}

// Opened is a world that is Waiting, in which A-1 has the open offer of U-1.
func Opened(t T, name string) (w *World, offer string) {
	t.Helper()
	w = Waiting(t, name)
	return w, w.MustOffer("A-1", "U-1")
}

// Is fails unless an application has a status, given as people write it, and
// answers the application.
func (w *World) Is(reference, status string) *eilev1.Application {
	w.Helper()
	stored := Read(w, store.Applications, reference)
	if got := spell.Name(stored.GetStatus()); got != status {
		w.Errorf("application %s is %s, want %s", reference, got, status)
	}
	return stored
}

// HomeIs fails unless a home has a status, given as people write it, and answers
// the home.
func (w *World) HomeIs(reference, status string) *eilev1.Unit {
	w.Helper()
	stored := Read(w, store.Units, reference)
	if got := spell.Name(stored.GetStatus()); got != status {
		w.Errorf("unit %s is %s, want %s", reference, got, status)
	}
	return stored
}

// OfferIs fails unless an offer has a status, given as people write it, and
// answers the offer.
func (w *World) OfferIs(id, status string) *eilev1.Offer {
	w.Helper()
	stored := Read(w, store.Offers, id)
	if got := spell.Name(stored.GetStatus()); got != status {
		w.Errorf("offer %s is %s, want %s", id, got, status)
	}
	return stored
}

// Estate is strict with what a household stands on that must leave its home: the
// attribute of a sitting tenant, the ground of a lease that ends, and a transfer
// from a home that is given up, before others.
var Estate = Version(Strict, "1",
	"    until: {type: date}\n", "    until: {type: date}\n    sitting_tenant: {type: bool, unclaimed: false}\n",
	"\nmode: choice", "\nleases: {transfer_months: 3}\n"+
		"out_of_turn: {grounds: [{code: lease_ending, title: {en: Lease}}], transfers: [HOME_GIVEN_UP]}\nmode: choice")

// Tenanted is a world under Estate in which A-1 lives in U-1, a home with some
// facts, and U-2 is vacant.
func Tenanted(t T, pairs ...string) *World {
	t.Helper()
	w := New(t, Estate)
	w.Household("A-1", "income=50")
	w.Home("U-1", pairs...)
	w.Home("U-2")
	w.House("A-1", "U-1")
	return w
}

// House offers a home to a household and lets it, and answers the id of the
// letting.
func (w *World) House(reference, unit string) string {
	w.Helper()
	id := w.MustOffer(reference, unit)
	w.Accept(id)
	w.Step(id, eilev1.TenancyStep_TENANCY_STEP_KEYS)
	return id
}
