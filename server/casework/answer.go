package casework

import (
	"fmt"
	"strings"

	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/eile-housing/eile/policy"
	"github.com/eile-housing/eile/policy/day"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/store"
)

// answered notes the day of an answer. Whoever answers was told, if nobody
// noted it before. An answer that comes late is taken while the offer is open.
func (r Rules) answered(what string, offer *eilev1.Offer, on day.Day) error {
	if err := r.dated(what, offer, on); err != nil {
		return err
	}
	if offer.GetServedOn() == nil {
		r.serve(offer, on)
	}
	return nil
}

// dated notes the day on which an open offer was answered or missed.
func (r Rules) dated(what string, offer *eilev1.Offer, on day.Day) error {
	if err := mustBeOpen(what, offer); err != nil {
		return err
	}
	if on > r.Today {
		return Refuse(what, "IN_THE_FUTURE", fmt.Sprintf("%s is to come", on))
	}
	if served, ok := dayOf(offer.GetServedOn()); ok && on < served {
		return Refuse(what, "BEFORE_SERVED", fmt.Sprintf("on %s the household had not been told: it was served on %s", on, served))
	}
	offer.AnsweredOn = on.Proto()
	return nil
}

// AcceptOffer reserves home and household; where the policy's last step is the
// acceptance, it houses.
func (r Rules) AcceptOffer(tx *store.Tx, offer *eilev1.Offer, on day.Day) error {
	what := "accept offer " + offer.GetId()
	if err := r.answered(what, offer, on); err != nil {
		return err
	}
	application, unit, err := r.parties(tx, offer)
	if err != nil {
		return err
	}
	if err := r.notWaiting(application).refusal(what); err != nil {
		return err
	}
	offer.Status = acceptedOffer
	if err := r.putOffer(tx, offer); err != nil {
		return err
	}
	application.OpenOffer, unit.OpenOffer = "", ""
	tenancy := &eilev1.Tenancy{
		Id: offer.GetId(), Unit: unit.GetReference(), Application: application.GetReference(), Offer: offer.GetId(),
		Kind: eilev1.TenancyKind_TENANCY_KIND_SOCIAL, CreatedAt: timestamppb.New(tx.Now()),
	}
	unit.Tenancy = tenancy.GetId()
	application.Status, application.ReservedTenancy = reserved, tenancy.GetId()
	r.moveUnit(tx, unit, reservedUnit, "offer "+offer.GetId()+" accepted")
	if r.Policy.Offers().LastStep == policy.AcceptanceStep {
		if err := r.house(tx, what, application, unit, tenancy, on); err != nil {
			return err
		}
	}
	return r.putLetting(tx, application, unit, tenancy)
}

// RefuseOffer ends an open offer with a reason code of the policy. The household
// keeps its place. Whether it counts is assessed by an officer.
func (r Rules) RefuseOffer(tx *store.Tx, offer *eilev1.Offer, reason, note string, on day.Day) error {
	what := "refuse offer " + offer.GetId()
	if err := r.answered(what, offer, on); err != nil {
		return err
	}
	rules := r.Policy.Offers()
	if !rules.Knows(reason) {
		known := make([]string, len(rules.RefusalReasons))
		for i, entry := range rules.RefusalReasons {
			known[i] = entry.Code
		}
		return Refuse(what, "UNKNOWN_REASON", fmt.Sprintf("policy %s does not know the refusal reason %q: use one of %s", r.Policy.Name(), reason, strings.Join(known, ", ")))
	}
	offer.RefusalReason, offer.Note = reason, note
	return r.close(tx, offer, refusedOffer)
}

// RecordNoShow ends an offer, since the household did not come. It does not say
// that the household was told: what was never served never counts.
func (r Rules) RecordNoShow(tx *store.Tx, offer *eilev1.Offer, note string, on day.Day) error {
	if err := r.dated("record a no-show for offer "+offer.GetId(), offer, on); err != nil {
		return err
	}
	offer.Note = note
	return r.close(tx, offer, noShow)
}

// Overdue tells whether the time to answer an offer is over.
func (r Rules) Overdue(offer *eilev1.Offer) bool {
	until, ok := dayOf(offer.GetRespondBy())
	return ok && offer.GetStatus() == openOffer && until < r.Today
}

// ExpireOffer ends an offer whose time is over.
func (r Rules) ExpireOffer(tx *store.Tx, offer *eilev1.Offer) error {
	if !r.Overdue(offer) {
		return Refuse("expire offer "+offer.GetId(), "NOT_OVERDUE", "it is "+offerStatusName(offer.GetStatus())+" and its time is not over")
	}
	return r.close(tx, offer, expiredOffer)
}

// AssessOffer says whether a refusal, no-show or expiry was justified. What is
// not, counts; beyond the policy's number the application is held with a
// proposed removal. An offer never served never counts.
func (r Rules) AssessOffer(tx *store.Tx, offer *eilev1.Offer, assessment eilev1.Assessment, note string) error {
	if !missed(offer.GetStatus()) {
		return Refuse("assess offer "+offer.GetId(), "NOTHING_TO_ASSESS", "it is "+offerStatusName(offer.GetStatus()))
	}
	application, err := store.Applications.Get(tx, offer.GetApplication())
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
	if err := r.putOffer(tx, offer); err != nil {
		return err
	}
	return r.Settle(tx, application)
}

// missed tells whether an offer ended by what the household did or did not do.
func missed(status eilev1.OfferStatus) bool {
	return status == refusedOffer || status == noShow || status == expiredOffer
}

// ReopenOffer lets the home be offered to the household again.
func (r Rules) ReopenOffer(tx *store.Tx, offer *eilev1.Offer, reason string) error {
	what := "reopen offer " + offer.GetId()
	if !missed(offer.GetStatus()) {
		return Refuse(what, "NOTHING_TO_REOPEN", "it is "+offerStatusName(offer.GetStatus()))
	}
	barred, err := store.Barred(tx, offer.GetApplication(), offer.GetUnit())
	if err != nil {
		return err
	}
	switch barred {
	case offer.GetId():
	case "":
		return Refuse(what, "NOTHING_TO_REOPEN", fmt.Sprintf("unit %s may be offered to application %s as it is", offer.GetUnit(), offer.GetApplication()))
	default:
		return Refuse(what, "NOTHING_TO_REOPEN", fmt.Sprintf("the later offer %s stands against it: reopen that one", barred))
	}
	if err := tx.Unbar(offer.GetApplication(), offer.GetUnit()); err != nil {
		return err
	}
	offer.Reopened = true
	if offer.GetNote() == "" {
		offer.Note = reason
	}
	return r.putOffer(tx, offer)
}
