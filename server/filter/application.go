package filter

import (
	"slices"

	"github.com/eile-housing/eile/policy/day"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// Applications are those that a request asks for.
type Applications struct {
	req        *eilev1.ListApplicationsRequest
	registered Span
}

// NewApplications reads the filters of a request.
func NewApplications(req *eilev1.ListApplicationsRequest) (Applications, error) {
	span, err := NewSpan("registered_from", req.GetRegisteredFrom(), "registered_until", req.GetRegisteredUntil())
	return Applications{req: req, registered: span}, err
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
		f.registered.has(registeredOn(a))
}

// registeredOn is the local date of the registration: the text begins with it.
func registeredOn(a *eilev1.Application) (day.Day, bool) {
	text := a.GetRegisteredAt()
	if len(text) < len("2006-01-02") {
		return 0, false
	}
	on, err := day.Parse(text[:len("2006-01-02")])
	return on, err == nil
}
