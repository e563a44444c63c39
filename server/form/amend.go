package form

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	"github.com/eile-housing/eile/policy/words"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// amendable are the paths that a mask may name; attributes may be named one by
// one as attributes.NAME, and personal data as person.FIELD.
var amendable = []string{"household", "districts", "attributes", "evidence", "list", "register_number", "registered_at", "person"}

// ApplicationMask refuses paths that cannot be amended.
func ApplicationMask(mask *fieldmaskpb.FieldMask) error {
	if len(mask.GetPaths()) == 0 {
		return Wrong("update_mask", words.Reason("NOTHING_TO_CHANGE.application", words.Items("fields", amendable...)))
	}
	persons := (&eilev1.Person{}).ProtoReflect().Descriptor().Fields()
	for _, path := range mask.GetPaths() {
		name, personal := strings.CutPrefix(path, "person.")
		known := slices.Contains(amendable, path) || strings.HasPrefix(path, "attributes.") || personal && persons.ByTextName(name) != nil
		if !known {
			return notAmendable(path, amendable)
		}
	}
	return nil
}

func notAmendable(path string, fields []string) error {
	return Wrong("update_mask", words.Reason("NOT_AMENDABLE", words.Text("field", path), words.Items("fields", fields...)))
}

// AmendedPerson is the personal data that a request leaves on record: what is given
// in place of the whole, or, where the mask names fields, these over what is stored.
// Nil: nothing is given.
func AmendedPerson(stored, given *eilev1.Person, mask *fieldmaskpb.FieldMask) *eilev1.Person {
	if slices.Contains(mask.GetPaths(), "person") {
		return cmp.Or(given, &eilev1.Person{})
	}
	amended := proto.CloneOf(cmp.Or(stored, &eilev1.Person{}))
	named := false
	for _, path := range mask.GetPaths() {
		if name, ok := strings.CutPrefix(path, "person."); ok {
			copyField(amended, given, name)
			named = true
		}
	}
	if named {
		return amended
	}
	return given
}

// copyField makes a field what it is given as; not given, it is cleared.
func copyField(into, given proto.Message, name string) {
	to, from := into.ProtoReflect(), given.ProtoReflect()
	field := to.Descriptor().Fields().ByTextName(name)
	if from.Has(field) {
		to.Set(field, from.Get(field))
	} else {
		to.Clear(field)
	}
}

// AmendApplication copies what the mask names; an attribute named by itself and
// not given is cleared. Personal data is none of it.
func AmendApplication(application, given *eilev1.Application, mask *fieldmaskpb.FieldMask) {
	for _, path := range mask.GetPaths() {
		switch path {
		case "household":
			application.Household = given.GetHousehold()
		case "districts":
			application.Districts = given.GetDistricts()
		case "attributes":
			application.Attributes = maps.Clone(given.GetAttributes())
		case "evidence":
			application.Evidence = given.GetEvidence()
		case "list":
			application.List = given.GetList()
		case "register_number":
			application.RegisterNumber = given.GetRegisterNumber()
		case "registered_at":
			application.RegisteredAt = given.GetRegisteredAt()
		default:
			if name, single := strings.CutPrefix(path, "attributes."); single {
				setFact(&application.Attributes, name, given.GetAttributes())
			}
		}
	}
}

// programmeFields are the paths that the mask of a programme may name.
var programmeFields = []string{"case_worker", "places", "spread_districts"}

// ProgrammeMask is what a request changes of a programme: what its mask names, and
// without one what is given.
func ProgrammeMask(req *eilev1.AmendProgrammeRequest) ([]string, error) {
	paths := req.GetUpdateMask().GetPaths()
	if len(paths) == 0 {
		if req.GetCaseWorker() != "" {
			paths = append(paths, "case_worker")
		}
		if req.SpreadDistricts != nil {
			paths = append(paths, "spread_districts")
		}
		if len(req.GetPlaces()) > 0 {
			paths = append(paths, "places")
		}
	}
	if len(paths) == 0 {
		return nil, Wrong("case_worker", words.Reason("NOTHING_TO_CHANGE"))
	}
	for _, path := range paths {
		if !slices.Contains(programmeFields, path) {
			return nil, notAmendable(path, programmeFields)
		}
	}
	if slices.Contains(paths, "case_worker") && req.GetCaseWorker() == "" {
		return nil, Wrong("case_worker", words.Reason("MISSING"))
	}
	return paths, nil
}

// AmendProgramme copies what is named of a programme.
func AmendProgramme(programme *eilev1.Programme, req *eilev1.AmendProgrammeRequest, paths []string) {
	for _, path := range paths {
		switch path {
		case "case_worker":
			programme.CaseWorker = req.GetCaseWorker()
		case "places":
			programme.Places = req.GetPlaces()
		case "spread_districts":
			programme.SpreadDistricts = req.GetSpreadDistricts()
		}
	}
}
