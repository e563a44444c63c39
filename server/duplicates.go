package server

import (
	"context"
	"slices"
	"sync"

	"github.com/eile-housing/eile/policy/day"
	"github.com/eile-housing/eile/policy/duplicate"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server/casework"
	"github.com/eile-housing/eile/server/casework/decision"
	"github.com/eile-housing/eile/store"
)

type duplicates struct {
	eilev1.UnimplementedDuplicateServiceServer
	*Server

	// The groups of the revision that was last asked for: the pages of one list
	// compare the people once. They hold no personal data and are not changed.
	mu       sync.Mutex
	revision uint64
	groups   []*eilev1.DuplicateGroup
}

func (s *duplicates) ListDuplicates(ctx context.Context, req *eilev1.ListDuplicatesRequest) (*eilev1.ListDuplicatesResponse, error) {
	size, start, err := page(req)
	if err != nil {
		return nil, err
	}
	groups, err := s.current(ctx)
	if err != nil {
		return nil, err
	}
	answer := &eilev1.ListDuplicatesResponse{}
	for _, group := range groups {
		first := group.GetApplications()[0].GetReference()
		if first < start || !askedFor(group, req) {
			continue
		}
		if len(answer.Groups) == size {
			answer.NextPageToken = nextPage(req, first)
			break
		}
		answer.Groups = append(answer.Groups, group)
	}
	return answer, nil
}

func askedFor(group *eilev1.DuplicateGroup, req *eilev1.ListDuplicatesRequest) bool {
	state := req.GetState()
	if req.GetApplication() == "" && state == 0 {
		state = eilev1.DuplicateState_DUPLICATE_STATE_OPEN
	}
	if state != 0 && group.GetState() != state {
		return false
	}
	return req.GetApplication() == "" || slices.Contains(referencesOf(group), req.GetApplication())
}

func referencesOf(group *eilev1.DuplicateGroup) []string {
	references := make([]string, len(group.GetApplications()))
	for i, application := range group.GetApplications() {
		references[i] = application.GetReference()
	}
	return references
}

func (s *duplicates) DecideDuplicate(ctx context.Context, req *eilev1.DecideDuplicateRequest) (*eilev1.DuplicateDecision, error) {
	finding, fault := s.finding(ctx, req)
	id, err := s.change(ctx, req, "duplicate.decide", req.GetDecision().GetReason(), func(c casework.Change) error {
		// Not before: a request that is repeated finds its group changed by itself.
		if fault != nil {
			return fault
		}
		c.Tx.Result(c.Tx.ID())
		return decision.JudgeDuplicate(c, req.GetGroup(), fresh(finding), req.GetDecision())
	})
	if err != nil {
		return nil, err
	}
	var decision *eilev1.DuplicateDecision
	err = s.register.View(ctx, func(v *store.View) error {
		decision, err = store.Duplicates.Get(v, id)
		return err
	})
	return decision, err
}

// finding is what the request says about the group as it is now.
func (s *duplicates) finding(ctx context.Context, req *eilev1.DecideDuplicateRequest) (*eilev1.DuplicateDecision, error) {
	groups, err := s.current(ctx)
	if err != nil {
		return nil, err
	}
	at := slices.IndexFunc(groups, func(group *eilev1.DuplicateGroup) bool { return group.GetId() == req.GetGroup() })
	if at < 0 {
		return nil, notFound("group of duplicates " + req.GetGroup())
	}
	all := referencesOf(groups[at])
	finding := &eilev1.DuplicateDecision{References: all, Outcome: req.GetOutcome(), Kept: req.GetKept()}
	var faults invalid
	if len(req.GetReferences()) > 0 {
		finding.References = slices.Sorted(slices.Values(req.GetReferences()))
	}
	for _, reference := range finding.GetReferences() {
		if !slices.Contains(all, reference) {
			faults = append(faults, fieldFault{"references", reference + " is not in the group"})
		}
	}
	finding.Reasons = duplicate.Reasons(groups[at], finding.GetReferences())
	if len(finding.GetReasons()) == 0 {
		faults = append(faults, fieldFault{"references", "no two of them match: name at least two that do, or none for the whole group"})
	}
	same := req.GetOutcome() == eilev1.DuplicateOutcome_DUPLICATE_OUTCOME_SAME
	switch {
	case same && !slices.Contains(finding.GetReferences(), req.GetKept()):
		faults = append(faults, fieldFault{"kept", "name the application that stays: one of those that are decided on"})
	case !same && req.GetKept() != "":
		faults = append(faults, fieldFault{"kept", "different households all stay: leave it empty"})
	}
	if len(faults) > 0 {
		return nil, faults
	}
	return finding, nil
}

// current are the groups of the register as it is now.
func (s *duplicates) current(ctx context.Context) ([]*eilev1.DuplicateGroup, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	err := s.register.View(ctx, func(v *store.View) error {
		if v.Revision() == s.revision {
			return nil
		}
		groups, err := compare(v)
		if err == nil {
			s.revision, s.groups = v.Revision(), groups
		}
		return err
	})
	return s.groups, err
}

// compare finds the groups in one snapshot, which it reads whole.
func compare(v *store.View) ([]*eilev1.DuplicateGroup, error) {
	var finder duplicate.Finder
	for entry, err := range store.Applications.All(v, "", "") {
		if err != nil {
			return nil, err
		}
		if gone(entry.Record.GetStatus()) {
			continue
		}
		person, known, err := store.Persons.Find(v, entry.ID)
		if err != nil {
			return nil, err
		}
		if known {
			finder.Add(personOf(entry.Record, person))
		}
	}
	var groups []*eilev1.DuplicateGroup
	for _, group := range finder.Groups() {
		matters, err := describe(v, group)
		if err != nil {
			return nil, err
		}
		if matters {
			groups = append(groups, group)
		}
	}
	var decisions []*eilev1.DuplicateDecision
	for entry, err := range store.Duplicates.All(v, "", "") {
		if err != nil {
			return nil, err
		}
		decisions = append(decisions, entry.Record)
	}
	duplicate.Decide(groups, decisions)
	return groups, nil
}

// gone tells whether an application asks for nothing and got nothing. One that
// was housed is not: its household may be asking for a second home.
func gone(status eilev1.ApplicationStatus) bool {
	switch status {
	case eilev1.ApplicationStatus_APPLICATION_STATUS_REJECTED, eilev1.ApplicationStatus_APPLICATION_STATUS_WITHDRAWN,
		eilev1.ApplicationStatus_APPLICATION_STATUS_REMOVED:
		return true
	}
	return false
}

func personOf(application *eilev1.Application, person *eilev1.Person) duplicate.Person {
	p := duplicate.Person{
		Reference: application.GetReference(), GivenName: person.GetGivenName(), FamilyName: person.GetFamilyName(),
		Email: person.GetEmail(), PersonalCode: person.GetPersonalCode(),
	}
	// A date that the calendar does not have is not known.
	p.Birth, p.BirthKnown, _ = day.FromProto(applicant(application).GetBirthDate())
	return p
}

// describe fills in the statuses and tells whether there is anything to decide:
// not where everybody was housed, and not where one sitting tenant asks for a
// transfer from the home that the household was given.
func describe(v *store.View, group *eilev1.DuplicateGroup) (bool, error) {
	asking, transfers := 0, 0
	for _, member := range group.GetApplications() {
		application, err := store.Applications.Get(v, member.GetReference())
		if err != nil {
			return false, err
		}
		member.Status = application.GetStatus()
		if member.GetStatus() == eilev1.ApplicationStatus_APPLICATION_STATUS_HOUSED {
			continue
		}
		asking++
		if application.GetTransfer() != nil {
			transfers++
		}
	}
	return asking > 1 || asking == 1 && transfers == 0, nil
}
