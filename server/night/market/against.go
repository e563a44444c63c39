package market

import (
	"fmt"
	"slices"
	"strings"

	"google.golang.org/protobuf/proto"

	"github.com/eile-housing/eile/policy"
	"github.com/eile-housing/eile/policy/day"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// Against says what the rules of a day have against offering a home to a
// household. One that was released is kept for nobody.
func Against(rules *policy.Evaluator, on day.Day, application *eilev1.Application, unit *eilev1.Unit, released bool) []*eilev1.Reason {
	if reason := outside(rules.Policy(), unit, application.GetDistricts()); reason != nil {
		return []*eilev1.Reason{reason}
	}
	if released {
		unit = proto.CloneOf(unit)
		unit.Earmark = ""
	}
	_, why := rules.Suitable(application, unit, on)
	return why
}

// outside is the reason that a household named districts, they limit, and the
// home stands in none of them; nil: it may have it.
func outside(rules *policy.Policy, unit *eilev1.Unit, districts []string) *eilev1.Reason {
	if !rules.Districts.Limit || len(districts) == 0 || slices.Contains(districts, unit.GetDistrict()) {
		return nil
	}
	return &eilev1.Reason{
		Code:     "OTHER_DISTRICT",
		Detail:   fmt.Sprintf("the home is in %s, the household asked for %s", place(unit.GetDistrict()), strings.Join(districts, ", ")),
		DetailLt: fmt.Sprintf("būsto rajonas – %s, o prašyta: %s", place(unit.GetDistrict()), strings.Join(districts, ", ")),
	}
}

func place(district string) string {
	if district == "" {
		return "—"
	}
	return district
}
