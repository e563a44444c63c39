package form

import (
	"fmt"
	"slices"
	"time"

	"github.com/eile-housing/eile/policy"
	"github.com/eile-housing/eile/policy/day"
	"github.com/eile-housing/eile/policy/words"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server/casework"
	"github.com/eile-housing/eile/server/casework/application"
)

// Application types the attributes and lists everything that is wrong. kept is
// the record before it is amended, nil where it is new: a date or a text that an
// earlier program took in another form does not keep the rest from being amended.
func Application(rules *policy.Policy, kept, given *eilev1.Application, person *eilev1.Person, now time.Time) error {
	faults := typeFacts("application.attributes", kept.GetAttributes(), given.GetAttributes(), rules.Attributes(policy.ApplicationKind))
	before := kept.GetHousehold().GetMembers()
	for i, member := range given.GetHousehold().GetMembers() {
		var known map[string]*eilev1.Fact
		if i < len(before) {
			known = before[i].GetAttributes()
		}
		faults = append(faults, typeFacts("application.household.members.attributes", known, member.GetAttributes(), rules.Attributes(policy.MemberKind))...)
	}
	if kept == nil || given.GetRegisteredAt() != kept.GetRegisteredAt() {
		if fault := checkRegisteredAt(given.GetRegisteredAt(), now, rules.Location); fault != nil {
			faults = append(faults, Fault{"application.registered_at", fault})
		}
	}
	faults = append(faults, checkTransfer(given.GetTransfer())...)
	faults = faults.with(against("application.", rules.Validate(given)))
	faults = append(faults, Members(given, now, rules.Location)...)
	if person != nil {
		faults = faults.with(against("person.", rules.ValidatePerson(person, Applicant(given))))
	}
	return faults.err()
}

// checkRegisteredAt tells what is wrong with a registration date; nil: nothing.
func checkRegisteredAt(text string, now time.Time, zone *time.Location) *eilev1.Reason {
	registered, err := day.ParseMoment(text)
	if err != nil {
		return words.Reason("WRONG_VALUE", words.Text("problem", err.Error()))
	}
	if registered.NotAfter(now, zone) != nil {
		return words.Reason("IN_THE_FUTURE", words.Text("when", text))
	}
	return nil
}

// Applicant is the member who applies; nil where the household is not given.
func Applicant(application *eilev1.Application) *eilev1.Member {
	for _, member := range application.GetHousehold().GetMembers() {
		if member.GetRelation() == eilev1.Relation_RELATION_SELF {
			return member
		}
	}
	return nil
}

// Members finds dates that cannot be and partners that are not there.
func Members(application *eilev1.Application, now time.Time, zone *time.Location) Faults {
	var faults Faults
	members := application.GetHousehold().GetMembers()
	selves := 0
	for i, member := range members {
		field := fmt.Sprintf("application.household.members[%d]", i+1)
		born, known, wrong := casework.GivenDay(member.GetBirthDate())
		switch {
		case wrong != nil:
			faults = append(faults, Fault{field + ".birth_date", wrong})
		case known && born > day.Of(now, zone):
			faults = append(faults, Fault{field + ".birth_date", words.Reason("IN_THE_FUTURE.born")})
		}
		if of := int(member.GetPartnerOf()); of > len(members) || of == i+1 {
			faults = append(faults, Fault{field + ".partner_of", words.Reason("NO_SUCH_MEMBER", words.Number("member", of))})
		}
		if member.GetRelation() == eilev1.Relation_RELATION_SELF {
			selves++
		}
	}
	if len(members) > 0 && selves != 1 {
		faults = append(faults, Fault{"application.household.members", words.Reason("ONE_SELF", words.Number("members", selves))})
	}
	return faults
}

// checkTransfer finds a transfer that says too little.
func checkTransfer(transfer *eilev1.Transfer) Faults {
	var faults Faults
	if transfer == nil {
		return nil
	}
	if transfer.GetUnit() == "" {
		faults = append(faults, Fault{"application.transfer.unit", words.Reason("NO_HOME_TO_FREE")})
	}
	if !slices.Contains(application.TransferReasons, transfer.GetReason()) {
		faults = append(faults, Fault{"application.transfer.reason", words.Reason("NOT_ONE_OF", words.Text("given", transfer.GetReason()), words.Items("known", application.TransferReasons...))})
	}
	return faults
}
