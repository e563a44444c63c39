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

const (
	openOffer      = eilev1.OfferStatus_OFFER_STATUS_OPEN
	acceptedOffer  = eilev1.OfferStatus_OFFER_STATUS_ACCEPTED
	refusedOffer   = eilev1.OfferStatus_OFFER_STATUS_REFUSED
	noShow         = eilev1.OfferStatus_OFFER_STATUS_NO_SHOW
	expiredOffer   = eilev1.OfferStatus_OFFER_STATUS_EXPIRED
	withdrawnOffer = eilev1.OfferStatus_OFFER_STATUS_WITHDRAWN
)

// RefusalsExceeded is the code of a proposed removal that rests on refusals.
const RefusalsExceeded = "REFUSALS_EXCEEDED"

// MakeOffer offers a home to a household. Everything that stands against it is
// in the refusal: state of either, an open offer, a home that the household has
// refused before.
func (r Rules) MakeOffer(tx *store.Tx, offer *eilev1.Offer) error {
	application, err := store.Applications.Get(tx, offer.GetApplication())
	if err != nil {
		return err
	}
	unit, err := store.Units.Get(tx, offer.GetUnit())
	if err != nil {
		return err
	}
	if err := r.against(tx, application, unit); err != nil {
		return err
	}
	offer.Status = openOffer
	offer.CreatedAt = timestamppb.New(tx.Now())
	offer.Etag = tx.ID()
	application.OpenOffer = offer.GetId()
	unit.OpenOffer = offer.GetId()
	r.moveUnit(tx, unit, offered, "offer "+offer.GetId())
	tx.Subject(offer.GetId(), offer.GetUnit())
	if err := tx.PutOffer(offer); err != nil {
		return err
	}
	if err := tx.PutUnit(unit); err != nil {
		return err
	}
	return r.Settle(tx, application)
}

func (r Rules) against(tx *store.Tx, application *eilev1.Application, unit *eilev1.Unit) error {
	var against reasons
	if status := application.GetStatus(); status != waiting {
		code := "NOT_WAITING"
		if status == onHold || status == suspended {
			code = statusName(status)
		}
		against.add(code, fmt.Sprintf("application %s is %s", application.GetReference(), statusName(status)))
	}
	if id := application.GetOpenOffer(); id != "" {
		against.add("HAS_OPEN_OFFER", fmt.Sprintf("application %s has the open offer %s", application.GetReference(), id))
	}
	if status := unit.GetStatus(); status != vacant {
		against.add("NOT_VACANT", fmt.Sprintf("unit %s is %s", unit.GetReference(), unitStatusName(status)))
	}
	if state := unit.GetCondition().GetState(); state != fit {
		against.add("NOT_FIT", fmt.Sprintf("unit %s is %s", unit.GetReference(), name(state, "CONDITION_STATE_")))
		against = append(against, unit.GetCondition().GetReasons()...)
	}
	barred, err := store.Barred(tx, application.GetReference(), unit.GetReference())
	if err != nil {
		return err
	}
	if barred != "" {
		against.add("ALREADY_OFFERED", fmt.Sprintf("unit %s was offered to application %s before (offer %s): reopen that offer with a reason", unit.GetReference(), application.GetReference(), barred))
	}
	return against.refusal(fmt.Sprintf("offer of unit %s to application %s", unit.GetReference(), application.GetReference()))
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
	offer.ServedOn = on.Proto()
	offer.RespondBy = on.AddDays(r.Policy.Offers().DaysToAnswer).Proto()
	return r.putOffer(tx, offer)
}

func mustBeOpen(what string, offer *eilev1.Offer) error {
	if status := offer.GetStatus(); status != openOffer {
		return Refuse(what, "NOT_OPEN", "it is "+offerStatusName(status))
	}
	return nil
}

func (r Rules) putOffer(tx *store.Tx, offer *eilev1.Offer) error {
	if offer.GetStatus() != openOffer && offer.GetClosedAt() == nil {
		offer.ClosedAt = timestamppb.New(tx.Now())
	}
	offer.Etag = tx.ID()
	tx.Subject(offer.GetId(), offer.GetApplication(), offer.GetUnit())
	return tx.PutOffer(offer)
}

// answer notes the day of the answer. Whoever answers was told, if nobody noted
// it before.
func (r Rules) answer(offer *eilev1.Offer, on day.Day) {
	if offer.GetServedOn() == nil {
		offer.ServedOn = on.Proto()
		offer.RespondBy = on.AddDays(r.Policy.Offers().DaysToAnswer).Proto()
	}
	offer.AnsweredOn = on.Proto()
}

// AcceptOffer reserves home and household; where the policy's last step is the
// acceptance, it houses.
func (r Rules) AcceptOffer(tx *store.Tx, offer *eilev1.Offer, on day.Day) error {
	what := "accept offer " + offer.GetId()
	if err := mustBeOpen(what, offer); err != nil {
		return err
	}
	application, unit, err := r.parties(tx, offer)
	if err != nil {
		return err
	}
	if status := application.GetStatus(); status != waiting {
		return Refuse(what, "NOT_WAITING", fmt.Sprintf("application %s is %s", application.GetReference(), statusName(status)))
	}
	r.answer(offer, on)
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
	tx.Status(statusName(waiting), statusName(reserved))
	if r.Policy.Offers().LastStep == policy.AcceptanceStep {
		if err := r.house(what, application, unit, tenancy, on); err != nil {
			return err
		}
		tx.Status(statusName(waiting), statusName(housed))
	}
	return r.putLetting(tx, application, unit, tenancy)
}

// RefuseOffer, RecordNoShow and ExpireOffer end an open offer without a
// letting. The household keeps its place, the home is vacant, and it is not
// offered to the household again. Whether it counts is assessed by an officer.
func (r Rules) RefuseOffer(tx *store.Tx, offer *eilev1.Offer, reason, note string, on day.Day) error {
	what := "refuse offer " + offer.GetId()
	if err := mustBeOpen(what, offer); err != nil {
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
	r.answer(offer, on)
	offer.RefusalReason, offer.Note = reason, note
	return r.close(tx, offer, refusedOffer)
}

// RecordNoShow ends an offer, since the household did not come.
func (r Rules) RecordNoShow(tx *store.Tx, offer *eilev1.Offer, note string, on day.Day) error {
	if err := mustBeOpen("record a no-show for offer "+offer.GetId(), offer); err != nil {
		return err
	}
	r.answer(offer, on)
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
	return r.close(tx, offer, expiredOffer)
}

// WithdrawOffer takes an open or accepted offer back. It never counts, and the
// household has its former place.
func (r Rules) WithdrawOffer(tx *store.Tx, offer *eilev1.Offer, reason string) error {
	what := "withdraw offer " + offer.GetId()
	if offer.GetStatus() == acceptedOffer {
		application, err := store.Applications.Get(tx, offer.GetApplication())
		if err != nil {
			return err
		}
		if application.GetStatus() != reserved {
			return Refuse(what, "LETTING_DONE", fmt.Sprintf("application %s is %s", application.GetReference(), statusName(application.GetStatus())))
		}
		offer.Status, offer.Note = withdrawnOffer, reason
		if err := r.putOffer(tx, offer); err != nil {
			return err
		}
		if err := r.dropTenancy(tx, application, reason); err != nil {
			return err
		}
		application.Status = waiting
		return r.Settle(tx, application)
	}
	if err := mustBeOpen(what, offer); err != nil {
		return err
	}
	offer.Note = reason
	return r.close(tx, offer, withdrawnOffer)
}

// close ends an open offer and frees both sides.
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
	r.moveUnit(tx, unit, vacant, "offer "+offer.GetId()+" "+offerStatusName(to))
	if err := tx.PutUnit(unit); err != nil {
		return err
	}
	return r.Settle(tx, application)
}

func (r Rules) parties(tx *store.Tx, offer *eilev1.Offer) (*eilev1.Application, *eilev1.Unit, error) {
	application, err := store.Applications.Get(tx, offer.GetApplication())
	if err != nil {
		return nil, nil, err
	}
	unit, err := store.Units.Get(tx, offer.GetUnit())
	return application, unit, err
}

// dropOffer withdraws the open offer of an application, if there is one.
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
	r.moveUnit(tx, unit, vacant, "offer "+offer.GetId()+" withdrawn")
	return tx.PutUnit(unit)
}

// AssessOffer says whether a refusal, no-show or expiry was justified. What is
// not, counts; beyond the policy's number the application is held with a
// proposed removal. An offer never served never counts.
func (r Rules) AssessOffer(tx *store.Tx, offer *eilev1.Offer, assessment eilev1.Assessment, note string) error {
	what := "assess offer " + offer.GetId()
	switch offer.GetStatus() {
	case refusedOffer, noShow, expiredOffer:
	default:
		return Refuse(what, "NOTHING_TO_ASSESS", "it is "+offerStatusName(offer.GetStatus()))
	}
	application, err := store.Applications.Get(tx, offer.GetApplication())
	if err != nil {
		return err
	}
	counts := assessment == eilev1.Assessment_ASSESSMENT_UNJUSTIFIED && offer.GetServedOn() != nil
	added := counts && !offer.GetCounted()
	switch {
	case added:
		application.CountedRefusals++
	case !counts && offer.GetCounted():
		application.CountedRefusals--
	}
	offer.Assessment, offer.Counted = assessment, counts
	if note != "" {
		offer.Note = note
	}
	if err := r.putOffer(tx, offer); err != nil {
		return err
	}
	r.countRefusals(application, added)
	return r.Settle(tx, application)
}

// countRefusals holds or releases an application by its counted refusals. Only
// one that was added holds: a person who reinstated the application knew of the
// others. One that is suspended is held when it comes back.
func (r Rules) countRefusals(application *eilev1.Application, added bool) {
	rules := r.Policy.Offers()
	over := rules.Hold && int(application.GetCountedRefusals()) > rules.RefusalsAllowed
	held := hasReason(application.GetProposedDecision().GetReasons(), RefusalsExceeded)
	switch status := application.GetStatus(); {
	case added && over && !held && (status == waiting || status == onHold || status == suspended):
		why := &eilev1.Reason{
			Code:     RefusalsExceeded,
			Detail:   fmt.Sprintf("%d offers were refused, missed or left to expire without a valid reason; the policy allows %d", application.GetCountedRefusals(), rules.RefusalsAllowed),
			DetailLt: fmt.Sprintf("be svarbios priežasties atsisakyta arba neatsakyta pasiūlymų: %d; tvarka leidžia %d", application.GetCountedRefusals(), rules.RefusalsAllowed),
		}
		r.hold(application, eilev1.DecisionKind_DECISION_KIND_REMOVE, []*eilev1.Reason{why}, false)
		if status == suspended {
			application.Status = suspended
		}
	case !over && held:
		application.ProposedDecision = nil
		if status == onHold {
			application.Status = waiting
		}
	}
}

// ReopenOffer lets the home be offered to the household again.
func (r Rules) ReopenOffer(tx *store.Tx, offer *eilev1.Offer, reason string) error {
	what := "reopen offer " + offer.GetId()
	switch offer.GetStatus() {
	case refusedOffer, noShow, expiredOffer:
	default:
		return Refuse(what, "NOTHING_TO_REOPEN", "it is "+offerStatusName(offer.GetStatus()))
	}
	offer.Reopened, offer.Note = true, reason
	if err := tx.Unbar(offer.GetApplication(), offer.GetUnit()); err != nil {
		return err
	}
	return r.putOffer(tx, offer)
}

// MakeManualOffer makes an offer outside a run, by decision.
func (r Rules) MakeManualOffer(tx *store.Tx, offer *eilev1.Offer, by *eilev1.ByDecision) error {
	if _, err := r.decide(tx, eilev1.DecisionKind_DECISION_KIND_MANUAL_OFFER, offer.GetId(), by, nil); err != nil {
		return err
	}
	return r.MakeOffer(tx, offer)
}
