package offer

import (
	"github.com/eile-housing/eile/policy/words"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/proto/spell"
	"github.com/eile-housing/eile/server/casework"
	"github.com/eile-housing/eile/server/casework/state"
	"github.com/eile-housing/eile/server/casework/tenancy"
	told "github.com/eile-housing/eile/server/words"
	"github.com/eile-housing/eile/store"
)

// Withdraw takes an open offer back, or an accepted one whose letting is not
// done. It never counts, and the household has its former place.
func Withdraw(c casework.Change, offer *eilev1.Offer, reason string) error {
	what := words.Say("what.withdraw_offer", words.Text("offer", offer.GetId()))
	if offer.GetStatus() != acceptedOffer {
		if err := mustBeOpen(what, offer); err != nil {
			return err
		}
		offer.Note = reason
		return end(c, offer, withdrawn)
	}
	application, err := store.Applications.Get(c.Tx, offer.GetApplication())
	if err != nil {
		return err
	}
	letting, err := tenancy.Pending(c, application)
	if err != nil {
		return err
	}
	if letting.GetOffer() != offer.GetId() {
		return casework.Refuse(what, words.Reason("LETTING_DONE.offer", words.Text("application", application.GetReference()), words.Term("status", spell.Name(application.GetStatus()))))
	}
	offer.Note = reason
	if err := move(c, offer, withdrawn); err != nil {
		return err
	}
	return tenancy.Release(c, application, reason)
}

// end closes an open offer and frees both sides. A home that the household
// refused, missed or let expire is not offered to it again.
func end(c casework.Change, offer *eilev1.Offer, event string) error {
	application, unit, err := parties(c, offer)
	if err != nil {
		return err
	}
	if err := move(c, offer, event); err != nil {
		return err
	}
	if missed(offer.GetStatus()) {
		if err := c.Tx.Bar(application.GetReference(), unit.GetReference(), offer.GetId()); err != nil {
			return err
		}
	}
	application.OpenOffer, unit.OpenOffer = "", ""
	over := told.Note(words.Say("note.offer_over", words.Text("offer", offer.GetId()), words.Text("status", spell.Name(offer.GetStatus()))))
	if err := state.Vacate(c, unit, vacatedBy(offer.GetStatus()), over, c.Rules.Today); err != nil {
		return err
	}
	if err := c.Tx.PutUnit(unit); err != nil {
		return err
	}
	return state.Settle(c, application)
}

// Drop withdraws the open offer of an application, if there is one. The caller
// writes the application.
func Drop(c casework.Change, application *eilev1.Application, why string) error {
	if application.GetOpenOffer() == "" {
		return nil
	}
	offer, err := store.Offers.Get(c.Tx, application.GetOpenOffer())
	if err != nil {
		return err
	}
	unit, err := store.Units.Get(c.Tx, offer.GetUnit())
	if err != nil {
		return err
	}
	offer.Note = why
	if err := move(c, offer, withdrawn); err != nil {
		return err
	}
	application.OpenOffer, unit.OpenOffer = "", ""
	if err := state.Vacate(c, unit, vacatedBy(withdrawnOffer), withdrawnNote(offer), c.Rules.Today); err != nil {
		return err
	}
	return c.Tx.PutUnit(unit)
}

// TakeBack withdraws the open offer of a home; the household has its former
// place.
func TakeBack(c casework.Change, unit *eilev1.Unit, offer *eilev1.Offer, application *eilev1.Application, why string) error {
	offer.Note = why
	if err := move(c, offer, withdrawn); err != nil {
		return err
	}
	application.OpenOffer, unit.OpenOffer = "", ""
	if err := state.Vacate(c, unit, vacatedBy(withdrawnOffer), withdrawnNote(offer), c.Rules.Today); err != nil {
		return err
	}
	if err := state.Settle(c, application); err != nil {
		return err
	}
	return state.SettleUnit(c, unit)
}

// withdrawnNote is why a home is vacant whose offer was withdrawn.
func withdrawnNote(offer *eilev1.Offer) string {
	return told.Note(words.Say("note.offer_withdrawn", words.Text("offer", offer.GetId())))
}

// vacatedBy is why an offer that ended left its home vacant.
func vacatedBy(offer eilev1.OfferStatus) eilev1.VacancyReason {
	switch offer {
	case refusedOffer:
		return eilev1.VacancyReason_VACANCY_REASON_OFFER_REFUSED
	case missedOffer:
		return eilev1.VacancyReason_VACANCY_REASON_NO_SHOW
	case expiredOffer:
		return eilev1.VacancyReason_VACANCY_REASON_OFFER_EXPIRED
	default:
		return eilev1.VacancyReason_VACANCY_REASON_OFFER_WITHDRAWN
	}
}

// parties are the household and the home of an offer.
func parties(c casework.Change, offer *eilev1.Offer) (*eilev1.Application, *eilev1.Unit, error) {
	application, err := store.Applications.Get(c.Tx, offer.GetApplication())
	if err != nil {
		return nil, nil, err
	}
	unit, err := store.Units.Get(c.Tx, offer.GetUnit())
	return application, unit, err
}
