package figures

import (
	"github.com/eile-housing/eile/policy/day"
	"github.com/eile-housing/eile/policy/duplicate"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server/form"
	"github.com/eile-housing/eile/store"
)

// Duplicates finds the groups in one snapshot, which it reads whole.
func Duplicates(v *store.View) ([]*eilev1.DuplicateGroup, error) {
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
	default:
		return false
	}
}

func personOf(application *eilev1.Application, person *eilev1.Person) duplicate.Person {
	p := duplicate.Person{
		Reference: application.GetReference(), GivenName: person.GetGivenName(), FamilyName: person.GetFamilyName(),
		Email: person.GetEmail(), PersonalCode: person.GetPersonalCode(),
	}
	// A date that the calendar does not have is not known.
	p.Birth, p.BirthKnown, _ = day.FromProto(form.Applicant(application).GetBirthDate())
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
