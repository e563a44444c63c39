package filter

import (
	"slices"

	"github.com/eile-housing/eile/policy/day"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// Unit tells whether a home is asked for. The condition of one that is given up is
// history: it is listed by its status only.
func Unit(req *eilev1.ListUnitsRequest, unit *eilev1.Unit) bool {
	const gone = eilev1.UnitStatus_UNIT_STATUS_DECOMMISSIONED
	if req.GetCondition() != 0 && unit.GetStatus() == gone && req.GetStatus() != gone {
		return false
	}
	return is(req.GetStatus(), unit.GetStatus()) && is(req.GetCondition(), unit.GetCondition().GetState()) &&
		is(req.GetDistrict(), unit.GetDistrict()) && is(req.GetTenure(), unit.GetTenure()) && is(req.GetEarmark(), unit.GetEarmark()) &&
		is(req.GetGivingUp(), unit.GetGivingUp().GetState()) && either(req.Adapted, unit.GetAdapted()) &&
		(req.MinRooms == nil || unit.Rooms != nil && unit.GetRooms() >= req.GetMinRooms()) &&
		(req.MaxRooms == nil || unit.Rooms != nil && unit.GetRooms() <= req.GetMaxRooms())
}

// Lease tells whether a rented-in home is asked for.
func Lease(req *eilev1.ListLeasesRequest, home *eilev1.RentedHome) bool {
	return is(req.GetDistrict(), home.GetDistrict()) && is(req.GetOwner(), home.GetOwner()) && is(req.GetWarning(), home.GetWarning())
}

// Vacancy tells whether a vacant home is asked for.
func Vacancy(req *eilev1.ListVacanciesRequest, home *eilev1.VacantHome) bool {
	return is(req.GetState(), home.GetState()) && is(req.GetDistrict(), home.GetDistrict()) && is(req.GetReason(), home.GetVacancy().GetReason())
}

// Tenancy tells whether a tenancy is asked for.
func Tenancy(req *eilev1.ListTenanciesRequest, tenancy *eilev1.Tenancy) bool {
	return is(req.GetUnit(), tenancy.GetUnit()) && is(req.GetApplication(), tenancy.GetApplication()) && is(req.GetKind(), tenancy.GetKind()) &&
		is(req.GetOrganisation(), tenancy.GetOrganisation()) &&
		either(req.InForce, tenancy.GetEndedOn() == nil) && either(req.Housed, tenancy.GetHoused())
}

// Programme tells whether a programme is asked for.
func Programme(req *eilev1.ListProgrammesRequest, programme *eilev1.Programme) bool {
	return is(req.GetCaseWorker(), programme.GetCaseWorker()) &&
		(req.GetUnit() == "" || slices.ContainsFunc(programme.GetHomes(), func(h *eilev1.Programme_Home) bool { return h.GetUnit() == req.GetUnit() })) &&
		(req.GetApplication() == "" ||
			slices.ContainsFunc(programme.GetMembers(), func(m *eilev1.Programme_Member) bool { return m.GetApplication() == req.GetApplication() }))
}

// Offers are those that a request asks for.
type Offers struct {
	req     *eilev1.ListOffersRequest
	respond Span
}

// NewOffers reads the filters of a request.
func NewOffers(req *eilev1.ListOffersRequest) (Offers, error) {
	span, err := NewSpan("respond_until", nil, "respond_until", req.GetRespondUntil())
	return Offers{req: req, respond: span}, err
}

// Keep tells whether an offer is asked for. What may be assessed is an offer that
// the household refused, missed or let pass.
func (f Offers) Keep(offer *eilev1.Offer) bool {
	req := f.req
	status := offer.GetStatus()
	assessable := status == eilev1.OfferStatus_OFFER_STATUS_REFUSED || status == eilev1.OfferStatus_OFFER_STATUS_NO_SHOW ||
		status == eilev1.OfferStatus_OFFER_STATUS_EXPIRED
	respond, known, _ := day.FromProto(offer.GetRespondBy())
	return is(req.GetStatus(), offer.GetStatus()) && is(req.GetRun(), offer.GetRun()) && is(req.GetUnit(), offer.GetUnit()) &&
		is(req.GetApplication(), offer.GetApplication()) && is(req.GetBasis(), offer.GetBasis()) &&
		either(req.Served, offer.GetServedOn() != nil) && f.respond.has(respond, known) &&
		(req.Assessed == nil || assessable && either(req.Assessed, offer.GetAssessment() != 0))
}
