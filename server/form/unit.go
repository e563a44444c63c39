package form

import (
	"strings"

	"google.golang.org/genproto/googleapis/api/annotations"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	"github.com/eile-housing/eile/policy"
	"github.com/eile-housing/eile/policy/day"
	"github.com/eile-housing/eile/policy/words"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server/casework"
)

// Unit types the attributes of a home and lists everything that is wrong. kept is the record before
// it is amended, nil where it is new, as it is of an Application.
func Unit(rules *policy.Policy, kept, unit *eilev1.Unit) error {
	faults := typeFacts("unit.attributes", kept.GetAttributes(), unit.GetAttributes(), rules.Attributes(policy.UnitKind))
	faults = faults.with(against("unit.", rules.ValidateUnit(unit)))
	faults = append(faults, checkLease(unit)...)
	return faults.err()
}

// checkLease finds a lease that cannot be.
func checkLease(unit *eilev1.Unit) Faults {
	lease := unit.GetLease()
	if lease == nil {
		return nil
	}
	var faults Faults
	starts, hasStart, wrong := casework.GivenDay(lease.GetStartsOn())
	if wrong != nil {
		faults = append(faults, Fault{"unit.lease.starts_on", wrong})
	}
	ends, hasEnd, wrong := casework.GivenDay(lease.GetEndsOn())
	if wrong != nil {
		faults = append(faults, Fault{"unit.lease.ends_on", wrong})
	}
	if hasStart && hasEnd && ends < starts {
		faults = append(faults, Fault{"unit.lease.ends_on", words.Reason("BEFORE_START.lease", words.Day("ends", ends), words.Day("starts", starts))})
	}
	if unit.GetTenure() == eilev1.Tenure_TENURE_OWNED {
		faults = append(faults, Fault{"unit.lease", words.Reason("NO_LEASE.owned")})
	}
	return faults
}

// UnitMask refuses paths that cannot be amended.
func UnitMask(mask *fieldmaskpb.FieldMask) error {
	if len(mask.GetPaths()) == 0 {
		return Wrong("update_mask", words.Reason("NOTHING_TO_CHANGE.unit"))
	}
	fields := (&eilev1.Unit{}).ProtoReflect().Descriptor().Fields()
	for _, path := range mask.GetPaths() {
		if strings.HasPrefix(path, "attributes.") {
			continue
		}
		field := fields.ByTextName(path)
		if field == nil || !isAmendable(field) {
			return notAmendable(path, amendableOf(fields))
		}
	}
	return nil
}

// amendableOf are the fields of a home that a mask may name.
func amendableOf(fields protoreflect.FieldDescriptors) []string {
	var names []string
	for i := range fields.Len() {
		if field := fields.Get(i); isAmendable(field) {
			names = append(names, field.TextName())
		}
	}
	return names
}

// isAmendable tells whether a mask may name a field of a home.
func isAmendable(field protoreflect.FieldDescriptor) bool {
	return behaves(field, annotations.FieldBehavior_OPTIONAL) && field.Name() != "etag"
}

// AmendUnit copies what the mask names; what is named and not given is cleared.
func AmendUnit(unit, given *eilev1.Unit, mask *fieldmaskpb.FieldMask) {
	for _, path := range mask.GetPaths() {
		if name, single := strings.CutPrefix(path, "attributes."); single {
			setFact(&unit.Attributes, name, given.GetAttributes())
			continue
		}
		copyField(unit, given, path)
	}
}

// Inspection types the attributes of an inspection and lists everything that is
// wrong. One without a day is of today.
func Inspection(rules *policy.Policy, inspection *eilev1.Inspection, today day.Day) error {
	faults := typeFacts("inspection.attributes", nil, inspection.GetAttributes(), rules.Attributes(policy.InspectionKind))
	on, set, wrong := casework.GivenDay(inspection.GetInspectedOn())
	switch {
	case wrong != nil:
		faults = append(faults, Fault{"inspection.inspected_on", wrong})
	case !set:
		inspection.InspectedOn = today.Proto()
	case on > today:
		faults = append(faults, Fault{"inspection.inspected_on", words.Reason("IN_THE_FUTURE", words.Text("when", on.String()))})
	}
	faults = faults.with(against("inspection.", rules.ValidateInspection(inspection)))
	return faults.err()
}
