package eiletest

import (
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server/casework"
	"github.com/eile-housing/eile/server/casework/application"
	"github.com/eile-housing/eile/server/casework/offer"
	"github.com/eile-housing/eile/server/casework/tenancy"
	"github.com/eile-housing/eile/store"
)

// By is a decision with a number and a reason.
func By(number string) *eilev1.ByDecision { return &eilev1.ByDecision{Number: number, Reason: "heard"} }

// Offer makes an offer as a night does, and answers its id.
func (w *World) Offer(reference, unit string) (id string, err error) {
	w.Helper()
	id = "O-" + w.NewID()
	return id, w.Change("offer.create", func(c casework.Change) error {
		made := &eilev1.Offer{Id: id, Application: reference, Unit: unit}
		return offer.Make(c, made, func(a *eilev1.Application, u *eilev1.Unit) []*eilev1.Reason {
			_, why := c.Rules.Evaluator.Suitable(a, u, c.Rules.Today)
			return why
		})
	})
}

// MustOffer makes an offer as a night does, which must succeed.
func (w *World) MustOffer(reference, unit string) string {
	w.Helper()
	id, err := w.Offer(reference, unit)
	if err != nil {
		w.Fatal(err)
	}
	return id
}

// Manual makes an offer by decision, and answers its id.
func (w *World) Manual(reference, unit string) string {
	w.Helper()
	id := "M-" + w.NewID()
	w.Must("offer.create", func(c casework.Change) error {
		return offer.MakeManual(c, &eilev1.Offer{Id: id, Application: reference, Unit: unit, Basis: "COURT", Decision: "D-7"}, By("D-7"))
	})
	return id
}

// Accept lets the household accept an offer today.
func (w *World) Accept(id string) {
	w.Helper()
	MustOn(w, "offer.accept", store.Offers, id, func(c casework.Change, stored *eilev1.Offer) error {
		return offer.Accept(c, stored, c.Rules.Today)
	})
}

// Refuse lets the household refuse an offer today.
func (w *World) Refuse(id string) {
	w.Helper()
	MustOn(w, "offer.refuse", store.Offers, id, func(c casework.Change, stored *eilev1.Offer) error {
		return offer.Refuse(c, stored, "location", "too far", c.Rules.Today)
	})
}

// Assess lets an officer assess an offer that came to nothing.
func (w *World) Assess(id string, assessment eilev1.Assessment) {
	w.Helper()
	MustOn(w, "offer.assess", store.Offers, id, func(c casework.Change, stored *eilev1.Offer) error {
		return offer.Assess(c, stored, assessment, "")
	})
}

// Step records a step of a letting today.
func (w *World) Step(id string, step eilev1.TenancyStep) {
	w.Helper()
	MustOn(w, "tenancy.step", store.Tenancies, id, func(c casework.Change, stored *eilev1.Tenancy) error {
		return tenancy.RecordStep(c, stored, step, c.Rules.Today)
	})
}

// Suspend suspends an application from today on.
func (w *World) Suspend(reference string) {
	w.Helper()
	MustOn(w, "application.suspend", store.Applications, reference, func(c casework.Change, stored *eilev1.Application) error {
		return application.Suspend(c, stored, nil, nil, By("D-1"))
	})
}
