package filter

import (
	"slices"

	"github.com/eile-housing/eile/policy/day"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server/casework"
)

// Runs are those that a request asks for.
type Runs struct {
	req *eilev1.ListRunsRequest
	on  Span
}

// NewRuns reads the filters of a request.
func NewRuns(req *eilev1.ListRunsRequest) (Runs, error) {
	span, err := NewSpan("from", req.GetFrom(), "until", req.GetUntil())
	return Runs{req: req, on: span}, err
}

// Keep tells whether a run is asked for.
func (f Runs) Keep(run *eilev1.Run) bool {
	on, known, _ := day.FromProto(run.GetOn())
	return is(f.req.GetState(), run.GetState()) && f.on.has(on, known)
}

// Match tells whether a match of a run is asked for.
func Match(req *eilev1.ListRunMatchesRequest, match *eilev1.RunMatch) bool {
	return is(req.GetApplication(), match.GetApplication()) && is(req.GetUnit(), match.GetUnit()) && either(req.Skipped, match.GetSkipped() != nil)
}

// Entry tells whether an entry of the audit is asked for.
func Entry(req *eilev1.ListAuditEntriesRequest, entry *eilev1.AuditEntry) bool {
	return person(req.GetActor(), entry.GetActor()) && Action(req.GetAction(), entry.GetAction()) &&
		(req.GetSubject() == "" || slices.Contains(entry.GetSubjects(), req.GetSubject()))
}

// Duplicate tells whether a group of duplicates is asked for: where neither a
// state nor an application is, those that wait for a person.
func Duplicate(req *eilev1.ListDuplicatesRequest, group *eilev1.DuplicateGroup) bool {
	state := req.GetState()
	if req.GetApplication() == "" && state == 0 {
		state = eilev1.DuplicateState_DUPLICATE_STATE_OPEN
	}
	return is(state, group.GetState()) &&
		(req.GetApplication() == "" || slices.ContainsFunc(group.GetApplications(), func(a *eilev1.DuplicateApplication) bool { return a.GetReference() == req.GetApplication() })) &&
		(req.GetReason() == 0 || slices.ContainsFunc(group.GetMatches(), func(m *eilev1.DuplicateMatch) bool { return m.GetReason() == req.GetReason() }))
}

// person tells whether a filter asks for a person, in whatever spelling; empty: for all.
func person(asked, has string) bool { return asked == "" || casework.SamePerson(asked, has) }
