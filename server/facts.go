package server

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/eile-housing/eile/policy"
	"github.com/eile-housing/eile/policy/day"
	"github.com/eile-housing/eile/policy/table"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server/casework/application"
)

// typeFacts gives facts that came as text the type that the policy declares for
// them, and lists those that it does not know or that are of another type.
func typeFacts(field string, facts map[string]*eilev1.Fact, declared []table.Attribute) invalid {
	var faults invalid
	for _, name := range slices.Sorted(maps.Keys(facts)) {
		at := slices.IndexFunc(declared, func(a table.Attribute) bool { return a.Name == name })
		if at < 0 {
			faults = append(faults, fieldFault{field + "." + name, "the policy declares no such attribute"})
			continue
		}
		text, isText := facts[name].GetValue().(*eilev1.Fact_StringValue)
		if !isText || declared[at].Type == table.String {
			continue // policy.Validate checks the type
		}
		typed, err := table.ParseFact(declared[at], text.StringValue)
		if err != nil {
			faults = append(faults, fieldFault{field + "." + name, err.Error()})
			continue
		}
		typed.EffectiveOn, typed.RecordedAt = facts[name].GetEffectiveOn(), facts[name].GetRecordedAt()
		facts[name] = typed
	}
	return faults
}

// checkRegisteredAt tells what is wrong with a registration date; empty: nothing.
func checkRegisteredAt(text string, now time.Time) string {
	if !strings.Contains(text, "T") {
		on, err := day.Parse(text)
		if err != nil {
			return err.Error()
		}
		// A date alone is of some zone on earth; tomorrow in the east is no fault.
		if on > day.Of(now.Add(14*time.Hour), time.UTC) {
			return fmt.Sprintf("%s is in the future", text)
		}
		return ""
	}
	at, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		return fmt.Sprintf("%q is not a time: write it as 2017-03-01T09:30:00+02:00 or as a date alone", text)
	}
	if at.After(now.Add(time.Minute)) {
		return fmt.Sprintf("%s is in the future", text)
	}
	return ""
}

// fresh copies a message, so that a closure which runs again begins anew.
func fresh[M proto.Message](message M) M { return proto.Clone(message).(M) }

// against turns what a policy does not take into faults of fields.
func against(prefix string, found []policy.Violation) invalid {
	var faults invalid
	for _, violation := range found {
		faults = append(faults, fieldFault{prefix + violation.Field, violation.Reason.GetDetail()})
	}
	return faults
}

// with adds faults of fields that have none: what could not be read is not of
// the right type either, and is not refused twice.
func (v invalid) with(more invalid) invalid {
	all := slices.Clone(v)
	for _, fault := range more {
		if !slices.ContainsFunc(v, func(known fieldFault) bool { return known.Field == fault.Field }) {
			all = append(all, fault)
		}
	}
	return all
}

// applicant is the member who applies; nil where the household is not given.
func applicant(application *eilev1.Application) *eilev1.Member {
	for _, member := range application.GetHousehold().GetMembers() {
		if member.GetRelation() == eilev1.Relation_RELATION_SELF {
			return member
		}
	}
	return nil
}

// checkMembers finds dates that cannot be and partners that are not there.
func checkMembers(application *eilev1.Application, now time.Time, zone *time.Location) invalid {
	var faults invalid
	members := application.GetHousehold().GetMembers()
	selves := 0
	for i, member := range members {
		field := fmt.Sprintf("application.household.members[%d]", i+1)
		born, known, err := day.FromProto(member.GetBirthDate())
		switch {
		case err != nil:
			faults = append(faults, fieldFault{field + ".birth_date", err.Error()})
		case known && born > day.Of(now, zone):
			faults = append(faults, fieldFault{field + ".birth_date", "it is in the future"})
		}
		if of := int(member.GetPartnerOf()); of > len(members) || of == i+1 {
			faults = append(faults, fieldFault{field + ".partner_of", fmt.Sprintf("there is no other member %d", of)})
		}
		if member.GetRelation() == eilev1.Relation_RELATION_SELF {
			selves++
		}
	}
	if len(members) > 0 && selves != 1 {
		faults = append(faults, fieldFault{"application.household.members", fmt.Sprintf("exactly one member is self, not %d", selves)})
	}
	return faults
}

// checkTransfer finds a transfer that says too little.
func checkTransfer(transfer *eilev1.Transfer) invalid {
	var faults invalid
	if transfer == nil {
		return nil
	}
	if transfer.GetUnit() == "" {
		faults = append(faults, fieldFault{"application.transfer.unit", "a transfer names the home that it frees"})
	}
	if !slices.Contains(application.TransferReasons, transfer.GetReason()) {
		faults = append(faults, fieldFault{"application.transfer.reason", fmt.Sprintf("%q is not one of %s", transfer.GetReason(), strings.Join(application.TransferReasons, ", "))})
	}
	return faults
}

// checkLease finds a lease that cannot be.
func checkLease(unit *eilev1.Unit) invalid {
	lease := unit.GetLease()
	if lease == nil {
		return nil
	}
	var faults invalid
	starts, hasStart, err := day.FromProto(lease.GetStartsOn())
	if err != nil {
		faults = append(faults, fieldFault{"unit.lease.starts_on", err.Error()})
	}
	ends, hasEnd, err := day.FromProto(lease.GetEndsOn())
	if err != nil {
		faults = append(faults, fieldFault{"unit.lease.ends_on", err.Error()})
	}
	if hasStart && hasEnd && ends < starts {
		faults = append(faults, fieldFault{"unit.lease.ends_on", fmt.Sprintf("%s is before the start %s", ends, starts)})
	}
	if unit.GetTenure() == eilev1.Tenure_TENURE_OWNED {
		faults = append(faults, fieldFault{"unit.lease", "only a home of tenure RENTED_IN has a lease"})
	}
	return faults
}
