package offer

import (
	"fmt"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server/casework"
	"github.com/eile-housing/eile/server/casework/state"
	"github.com/eile-housing/eile/store"
)

// Assess says whether a refusal, no-show or expiry was justified. What is not,
// counts; beyond the policy's number the application is held with a proposed
// removal. An offer never served never counts.
func Assess(c casework.Change, offer *eilev1.Offer, assessment eilev1.Assessment, note string) error {
	if !missed(offer.GetStatus()) {
		return casework.Refuse("assess offer "+offer.GetId(), "NOTHING_TO_ASSESS", "it is "+casework.Name(offer.GetStatus()))
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
	what := "reopen offer " + offer.GetId()
	if !missed(offer.GetStatus()) {
		return casework.Refuse(what, "NOTHING_TO_REOPEN", "it is "+casework.Name(offer.GetStatus()))
	}
	barred, err := store.Barred(c.Tx, offer.GetApplication(), offer.GetUnit())
	if err != nil {
		return err
	}
	switch barred {
	case offer.GetId():
	case "":
		return casework.Refuse(what, "NOTHING_TO_REOPEN", fmt.Sprintf("unit %s may be offered to application %s as it is", offer.GetUnit(), offer.GetApplication()))
	default:
		return casework.Refuse(what, "NOTHING_TO_REOPEN", fmt.Sprintf("the later offer %s stands against it: reopen that one", barred))
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
