package form

import (
	"fmt"

	"github.com/eile-housing/eile/policy"
	"github.com/eile-housing/eile/policy/words"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// RentKinds gives the attributes the types of the policy and lists every fault.
func RentKinds(rules *policy.Policy, kinds []*eilev1.RentKind) error {
	var faults Faults
	seen := map[string]int{}
	for i, kind := range kinds {
		field := fmt.Sprintf("kinds[%d].", i)
		if first, twice := seen[kind.GetName()]; twice {
			faults = append(faults, Fault{field + "name", words.Reason("NAME_TWICE", words.Text("name", kind.GetName()), words.Number("first", first))})
		}
		seen[kind.GetName()] = i
		found := typeFacts(field+"attributes", nil, kind.GetAttributes(), rules.Attributes(policy.UnitKind))
		if len(found) == 0 {
			found = against(field, rules.ValidateUnit(&eilev1.Unit{Attributes: kind.GetAttributes()}))
		}
		faults = append(faults, found...)
		if area := kind.GetAreaSqm(); area != nil && area.GetUnits() <= 0 {
			faults = append(faults, Fault{field + "area_sqm", words.Reason("NOT_MORE_THAN_0")})
		}
	}
	return faults.err()
}
