package market

import (
	"slices"

	"google.golang.org/protobuf/proto"

	"github.com/eile-housing/eile/policy"
	"github.com/eile-housing/eile/policy/day"
	"github.com/eile-housing/eile/policy/words"
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
	return words.Reason("OTHER_DISTRICT", words.Text("district", unit.GetDistrict()), words.Items("asked", districts...))
}
