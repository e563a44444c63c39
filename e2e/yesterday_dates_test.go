package e2e

import (
	"maps"

	"google.golang.org/protobuf/types/known/timestamppb"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// dated is a record that says when it was made and changed, and by its etag which of
// its states it is in.
type dated interface {
	GetEtag() string
	GetCreateTime() *timestamppb.Timestamp
	GetUpdateTime() *timestamppb.Timestamp
}

// moments are those of a record, in nanoseconds.
type moments struct {
	etag             string
	created, updated int64
}

// dated reads the moments of every record that can be amended. None is without, and
// nothing is changed before it is made.
func (s *service) dated() map[string]moments {
	s.t.Helper()
	found := map[string]moments{}
	for _, a := range read(s, &eilev1.ListApplicationsResponse{}, "application", "list").GetApplications() {
		s.date(found, "application "+a.GetReference(), a)
	}
	for _, u := range read(s, &eilev1.ListUnitsResponse{}, "unit", "list").GetUnits() {
		s.date(found, "unit "+u.GetReference(), u)
	}
	for _, o := range read(s, &eilev1.ListOffersResponse{}, "offer", "list").GetOffers() {
		s.date(found, "offer "+o.GetId(), o)
	}
	for _, t := range read(s, &eilev1.ListTenanciesResponse{}, "tenancy", "list").GetTenancies() {
		s.date(found, "tenancy "+t.GetId(), t)
	}
	for _, r := range read(s, &eilev1.ListRunsResponse{}, "run", "list").GetRuns() {
		s.date(found, "run "+r.GetId(), r)
	}
	for _, p := range read(s, &eilev1.ListProgrammesResponse{}, "programme", "list").GetProgrammes() {
		s.date(found, "programme "+p.GetName(), p)
	}
	for _, d := range read(s, &eilev1.ListDecommissionsResponse{}, "decommission", "list").GetDecommissions() {
		s.date(found, "proposal "+d.GetId(), d)
	}
	return found
}

func (s *service) date(into map[string]moments, name string, record dated) {
	s.t.Helper()
	created, updated := record.GetCreateTime(), record.GetUpdateTime()
	if created == nil || updated == nil || record.GetEtag() == "" || updated.AsTime().Before(created.AsTime()) {
		s.t.Errorf("%s: made %v, changed %v, etag %q", name, created, updated, record.GetEtag())
	}
	into[name] = moments{record.GetEtag(), created.AsTime().UnixNano(), updated.AsTime().UnixNano()}
}

// datedAs fails unless every record has the moments that it had.
func (s *service) datedAs(when string, want map[string]moments) {
	s.t.Helper()
	if got := s.dated(); !maps.Equal(got, want) {
		s.t.Errorf("%s the records have the moments %v, they had %v", when, got, want)
	}
}
