package filter

import (
	"slices"
	"time"

	"github.com/eile-housing/eile/policy/day"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// Applications are those that a request asks for.
type Applications struct {
	req        *eilev1.ListApplicationsRequest
	registered Span
	zone       *time.Location
}

// NewApplications reads the filters of a request. Days begin in zone.
func NewApplications(req *eilev1.ListApplicationsRequest, zone *time.Location) (Applications, error) {
	span, err := NewSpan("registered_from", req.GetRegisteredFrom(), "registered_until", req.GetRegisteredUntil())
	return Applications{req: req, registered: span, zone: zone}, err
}

// Keep tells whether an application is asked for.
func (f Applications) Keep(a *eilev1.Application) bool {
	req := f.req
	return is(req.GetStatus(), a.GetStatus()) && is(req.GetList(), a.GetList()) && is(req.GetNeedClass(), a.GetNeedClass()) &&
		is(req.GetEligibility(), a.GetEligibility()) && is(req.GetProposed(), a.GetProposedDecision().GetKind()) &&
		either(req.HasOpenOffer, a.GetOpenOffer() != "") &&
		(req.GetDistrict() == "" || slices.Contains(a.GetDistricts(), req.GetDistrict())) &&
		(req.GetMissing() == "" || slices.Contains(a.GetMissing(), req.GetMissing())) &&
		(req.GetGround() == "" || slices.ContainsFunc(a.GetGrounds(), func(g *eilev1.Ground) bool { return g.GetCode() == req.GetGround() })) &&
		f.registered.has(f.registeredOn(a))
}

// registeredOn is the day of the registration.
func (f Applications) registeredOn(a *eilev1.Application) (day.Day, bool) {
	at, known := day.KeptMoment(a.GetRegisteredAt())
	return at.Day(f.zone), known
}

// Position tells whether a place is asked for.
func Position(req *eilev1.ListPositionsRequest, position *eilev1.Position) bool {
	return is(req.GetNeedClass(), position.GetNeedClass())
}
