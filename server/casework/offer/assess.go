package offer

import (
	"github.com/eile-housing/eile/policy/words"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/proto/spell"
	"github.com/eile-housing/eile/server/casework"
	"github.com/eile-housing/eile/server/casework/state"
	"github.com/eile-housing/eile/store"
)

// Assess says whether a refusal, no-show or expiry was justified. What is not,
// counts; beyond the policy's number the application is held with a proposed
// removal. An offer never served never counts.
func Assess(c casework.Change, offer *eilev1.Offer, assessment eilev1.Assessment, note string) error {
	if !missed(offer.GetStatus()) {
		return casework.Refuse(words.Say("what.assess_offer", words.Text("offer", offer.GetId())), words.Reason("NOTHING_TO_ASSESS", words.Term("status", spell.Name(offer.GetStatus()))))
	}
	application, err := store.Applications.Get(c.Tx, offer.GetApplication())
	if err != nil {
		return err
	}
	counts := assessment == eilev1.Assessment_ASSESSMENT_UNJUSTIFIED && offer.GetServedOn() != nil
	switch {
	case counts && !offer.GetCounted():
		application.CountedRefusals++
	case !counts && offer.GetCounted():
		application.CountedRefusals--
		application.ExcusedRefusals = min(application.GetExcusedRefusals(), application.GetCountedRefusals())
	}
	offer.Assessment, offer.Counted = assessment, counts
	if note != "" {
		offer.Note = note
	}
	if err := put(c, offer); err != nil {
		return err
	}
	return state.Settle(c, application)
}

// missed tells whether an offer ended by what the household did or did not do.
func missed(status eilev1.OfferStatus) bool {
	return status == refusedOffer || status == missedOffer || status == expiredOffer
}

// Reopen lets the home be offered to the household again.
func Reopen(c casework.Change, offer *eilev1.Offer, reason string) error {
	what := words.Say("what.reopen_offer", words.Text("offer", offer.GetId()))
	if !missed(offer.GetStatus()) {
		return casework.Refuse(what, words.Reason("NOTHING_TO_REOPEN", words.Term("status", spell.Name(offer.GetStatus()))))
	}
	barred, err := store.Barred(c.Tx, offer.GetApplication(), offer.GetUnit())
	if err != nil {
		return err
	}
	switch barred {
	case offer.GetId():
	case "":
		return casework.Refuse(what, words.Reason("NOTHING_TO_REOPEN.as_it_is", words.Text("unit", offer.GetUnit()), words.Text("application", offer.GetApplication())))
	default:
		return casework.Refuse(what, words.Reason("NOTHING_TO_REOPEN.later", words.Text("offer", barred)))
	}
	if err := c.Tx.Unbar(offer.GetApplication(), offer.GetUnit()); err != nil {
		return err
	}
	offer.Reopened = true
	if offer.GetNote() == "" {
		offer.Note = reason
	}
	return put(c, offer)
}
