package offer

import (
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/eile-housing/eile/policy/words"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/proto/spell"
	"github.com/eile-housing/eile/server/casework"
)

const (
	openOffer      = eilev1.OfferStatus_OFFER_STATUS_OPEN
	acceptedOffer  = eilev1.OfferStatus_OFFER_STATUS_ACCEPTED
	refusedOffer   = eilev1.OfferStatus_OFFER_STATUS_REFUSED
	missedOffer    = eilev1.OfferStatus_OFFER_STATUS_NO_SHOW
	expiredOffer   = eilev1.OfferStatus_OFFER_STATUS_EXPIRED
	withdrawnOffer = eilev1.OfferStatus_OFFER_STATUS_WITHDRAWN
)

// What moves an offer.
const (
	opened    = "make"
	accepted  = "accept"
	refused   = "refuse"
	notShown  = "miss" // the household did not come
	expired   = "expire"
	withdrawn = "withdraw" // also of one that is accepted, while its letting is not done
)

// steps are the steps of an offer.
var steps = casework.Steps[eilev1.OfferStatus]{Noun: "offer", All: []casework.Step[eilev1.OfferStatus]{
	{From: 0, Event: opened, To: openOffer},
	{From: openOffer, Event: accepted, To: acceptedOffer},
	{From: openOffer, Event: refused, To: refusedOffer},
	{From: openOffer, Event: notShown, To: missedOffer},
	{From: openOffer, Event: expired, To: expiredOffer},
	{From: openOffer, Event: withdrawn, To: withdrawnOffer},
	{From: acceptedOffer, Event: withdrawn, To: withdrawnOffer},
}}

// move takes an offer one step on and writes it, and when it was closed.
func move(c casework.Change, offer *eilev1.Offer, event string) (err error) {
	offer.Status, err = steps.Take(offer.GetId(), offer.GetStatus(), event)
	if err != nil {
		return err
	}
	if offer.GetStatus() != openOffer && offer.GetClosedAt() == nil {
		offer.ClosedAt = timestamppb.New(c.Tx.Now())
	}
	return put(c, offer)
}

// put writes an offer.
func put(c casework.Change, offer *eilev1.Offer) error {
	c.Tx.Subject(offer.GetId(), offer.GetApplication(), offer.GetUnit())
	return c.Tx.PutOffer(offer)
}

// mustBeOpen refuses what can be done to an open offer only.
func mustBeOpen(what words.Phrase, offer *eilev1.Offer) error {
	if status := offer.GetStatus(); status != openOffer {
		return casework.Refuse(what, words.Reason("NOT_OPEN", words.Term("status", spell.Name(status))))
	}
	return nil
}
