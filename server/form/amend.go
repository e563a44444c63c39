package form

import (
	"maps"
	"slices"
	"strings"

	"google.golang.org/protobuf/types/known/fieldmaskpb"

	"github.com/eile-housing/eile/policy/words"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// amendable are the paths that a mask may name; attributes may be named one by
// one as attributes.NAME.
var amendable = []string{"household", "districts", "attributes", "evidence", "list", "register_number", "registered_at"}

// ApplicationMask refuses paths that cannot be amended.
func ApplicationMask(mask *fieldmaskpb.FieldMask) error {
	if len(mask.GetPaths()) == 0 {
		return Wrong("update_mask", words.Reason("NOTHING_TO_CHANGE.application", words.Items("fields", amendable...)))
	}
	for _, path := range mask.GetPaths() {
		if !slices.Contains(amendable, path) && !strings.HasPrefix(path, "attributes.") && path != "person" {
			return Wrong("update_mask", words.Reason("NOT_AMENDABLE.application", words.Text("field", path), words.Items("fields", amendable...)))
		}
	}
	return nil
}

// AmendApplication copies what the mask names; an attribute named by itself and
// not given is cleared.
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
			setFact(&application.Attributes, strings.TrimPrefix(path, "attributes."), given.GetAttributes())
		}
	}
}
