package casework

import (
	"fmt"

	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/eile-housing/eile/policy/day"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/store"
)

const (
	openOffer      = eilev1.OfferStatus_OFFER_STATUS_OPEN
	acceptedOffer  = eilev1.OfferStatus_OFFER_STATUS_ACCEPTED
	refusedOffer   = eilev1.OfferStatus_OFFER_STATUS_REFUSED
	noShow         = eilev1.OfferStatus_OFFER_STATUS_NO_SHOW
	expiredOffer   = eilev1.OfferStatus_OFFER_STATUS_EXPIRED
	withdrawnOffer = eilev1.OfferStatus_OFFER_STATUS_WITHDRAWN
)

// Fit says what speaks against a home for a household, beside their states. It
// must only read.
type Fit func(application *eilev1.Application, unit *eilev1.Unit) []*eilev1.Reason

// MakeOffer offers a home to a household. Both are brought to the day first.
// Everything that stands against it is in the refusal: state of either, an open
// offer, a home that the household has refused before, and what fit finds.
func (r Rules) MakeOffer(tx *store.Tx, offer *eilev1.Offer, fit Fit) error {
	application, unit, err := r.parties(tx, offer)
	if err != nil {
		return err
	}
	against, err := r.against(tx, application, unit)
	if err != nil {
		return err
	}
	against = append(against, fit(application, unit)...)
	what := fmt.Sprintf("offer of unit %s to application %s", unit.GetReference(), application.GetReference())
	if err := against.refusal(what); err != nil {
		return err
	}
	offer.Status = openOffer
	offer.CreatedAt = timestamppb.New(tx.Now())
	application.OpenOffer, unit.OpenOffer = offer.GetId(), offer.GetId()
	r.moveUnit(tx, unit, offered, "offer "+offer.GetId())
	if err := r.putOffer(tx, offer); err != nil {
		return err
	}
	if err := tx.PutUnit(unit); err != nil {
		return err
	}
	return r.Settle(tx, application)
}

// MakeManualOffer makes an offer outside a run, by decision, which may give a
// home that the rules would not: what an emergency or a court orders.
func (r Rules) MakeManualOffer(tx *store.Tx, offer *eilev1.Offer, by *eilev1.ByDecision) error {
	if _, err := r.decide(tx, eilev1.DecisionKind_DECISION_KIND_MANUAL_OFFER, offer.GetId(), by, nil); err != nil {
		return err
	}
	return r.MakeOffer(tx, offer, func(*eilev1.Application, *eilev1.Unit) []*eilev1.Reason { return nil })
}

// against lists what the states of a household and a home have against an offer.
func (r Rules) against(tx *store.Tx, application *eilev1.Application, unit *eilev1.Unit) (reasons, error) {
	against := r.notWaiting(application)
	if id := application.GetOpenOffer(); id != "" {
		against.add("HAS_OPEN_OFFER", fmt.Sprintf("application %s has the open offer %s", application.GetReference(), id))
	}
	if status := unit.GetStatus(); status != vacant {
		against.add("NOT_VACANT", fmt.Sprintf("unit %s is %s", unit.GetReference(), unitStatusName(status)))
	}
	if GivingUp(unit) {
		against.add("GIVING_UP", fmt.Sprintf("unit %s is approved to be given up: proposal %s", unit.GetReference(), unit.GetGivingUp().GetProposal()))
	}
	r.Assess(unit)
	if r.LeaseOver(unit) {
		ends, _ := LeaseEnds(unit)
		against.add("LEASE_ENDED", fmt.Sprintf("the lease of unit %s ended on %s", unit.GetReference(), ends))
	}
	if state := unit.GetCondition().GetState(); state != fit {
		against.add("NOT_FIT", fmt.Sprintf("unit %s is %s", unit.GetReference(), name(state, "CONDITION_STATE_")))
		against = append(against, unit.GetCondition().GetReasons()...)
	}
	barred, err := store.Barred(tx, application.GetReference(), unit.GetReference())
	if barred != "" {
		against.add("ALREADY_OFFERED", fmt.Sprintf("unit %s was offered to application %s before (offer %s): reopen that offer with a reason", unit.GetReference(), application.GetReference(), barred))
	}
	return against, err
}

// notWaiting brings an application to the day and lists why it does not wait.
func (r Rules) notWaiting(application *eilev1.Application) reasons {
	r.Evaluate(application)
	var against reasons
	status := application.GetStatus()
	code := "NOT_WAITING"
	switch status {
	case waiting:
		return nil
	case onHold, suspended:
		code = statusName(status)
	}
	against.add(code, fmt.Sprintf("application %s is %s", application.GetReference(), statusName(status)))
	if status == onHold {
		return append(against, application.GetProposedDecision().GetReasons()...)
	}
	if status == received {
		return append(against, application.GetReasons()...)
	}
	return against
}

// ServeOffer notes that the household was told; the time to answer begins.
func (r Rules) ServeOffer(tx *store.Tx, offer *eilev1.Offer, on day.Day) error {
	what := "serve offer " + offer.GetId()
	if err := mustBeOpen(what, offer); err != nil {
		return err
	}
	if served, ok := dayOf(offer.GetServedOn()); ok {
		return Refuse(what, "ALREADY_SERVED", fmt.Sprintf("it was served on %s", served))
	}
	if on > r.Today {
		return Refuse(what, "IN_THE_FUTURE", fmt.Sprintf("%s is to come", on))
	}
	r.serve(offer, on)
	return r.putOffer(tx, offer)
}

func (r Rules) serve(offer *eilev1.Offer, on day.Day) {
	offer.ServedOn = on.Proto()
	offer.RespondBy = on.AddDays(r.Policy.Offers().DaysToAnswer).Proto()
}

func mustBeOpen(what string, offer *eilev1.Offer) error {
	if status := offer.GetStatus(); status != openOffer {
		return Refuse(what, "NOT_OPEN", "it is "+offerStatusName(status))
	}
	return nil
}

// putOffer writes an offer, and when it was closed.
func (r Rules) putOffer(tx *store.Tx, offer *eilev1.Offer) error {
	if offer.GetStatus() != openOffer && offer.GetClosedAt() == nil {
		offer.ClosedAt = timestamppb.New(tx.Now())
	}
	offer.Etag = tx.ID()
	tx.Subject(offer.GetId(), offer.GetApplication(), offer.GetUnit())
	return tx.PutOffer(offer)
}

func (r Rules) parties(tx *store.Tx, offer *eilev1.Offer) (*eilev1.Application, *eilev1.Unit, error) {
	application, err := store.Applications.Get(tx, offer.GetApplication())
	if err != nil {
		return nil, nil, err
	}
	unit, err := store.Units.Get(tx, offer.GetUnit())
	return application, unit, err
}

// WithdrawOffer takes an open offer back, or an accepted one whose letting is
// not done. It never counts, and the household has its former place.
func (r Rules) WithdrawOffer(tx *store.Tx, offer *eilev1.Offer, reason string) error {
	what := "withdraw offer " + offer.GetId()
	if offer.GetStatus() != acceptedOffer {
		if err := mustBeOpen(what, offer); err != nil {
			return err
		}
		offer.Note = reason
		return r.close(tx, offer, withdrawnOffer)
	}
	application, err := store.Applications.Get(tx, offer.GetApplication())
	if err != nil {
		return err
	}
	tenancy, pending, err := r.pendingTenancy(tx, application)
	if err != nil {
		return err
	}
	if !pending || tenancy.GetOffer() != offer.GetId() {
		return Refuse(what, "LETTING_DONE", fmt.Sprintf("its letting is done or has failed; application %s is %s", application.GetReference(), statusName(application.GetStatus())))
	}
	offer.Status, offer.Note = withdrawnOffer, reason
	if err := r.putOffer(tx, offer); err != nil {
		return err
	}
	return r.release(tx, application, reason)
}

// close ends an open offer and frees both sides. A home that the household
// refused, missed or let expire is not offered to it again.
func (r Rules) close(tx *store.Tx, offer *eilev1.Offer, to eilev1.OfferStatus) error {
	application, unit, err := r.parties(tx, offer)
	if err != nil {
		return err
	}
	offer.Status = to
	if err := r.putOffer(tx, offer); err != nil {
		return err
	}
	if to != withdrawnOffer {
		if err := tx.Bar(application.GetReference(), unit.GetReference(), offer.GetId()); err != nil {
			return err
		}
	}
	application.OpenOffer, unit.OpenOffer = "", ""
	r.vacate(tx, unit, vacatedBy(to), "offer "+offer.GetId()+" "+offerStatusName(to), r.Today)
	if err := tx.PutUnit(unit); err != nil {
		return err
	}
	return r.Settle(tx, application)
}

// dropOffer withdraws the open offer of an application, if there is one. The
// caller writes the application.
func (r Rules) dropOffer(tx *store.Tx, application *eilev1.Application, why string) error {
	if application.GetOpenOffer() == "" {
		return nil
	}
	offer, err := store.Offers.Get(tx, application.GetOpenOffer())
	if err != nil {
		return err
	}
	unit, err := store.Units.Get(tx, offer.GetUnit())
	if err != nil {
		return err
	}
	offer.Status, offer.Note = withdrawnOffer, why
	if err := r.putOffer(tx, offer); err != nil {
		return err
	}
	application.OpenOffer, unit.OpenOffer = "", ""
	r.vacate(tx, unit, vacatedBy(withdrawnOffer), "offer "+offer.GetId()+" withdrawn", r.Today)
	return tx.PutUnit(unit)
}
