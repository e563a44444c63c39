package night

import (
	"slices"
	"strings"

	"github.com/eile-housing/eile/policy"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server/casework"
	"github.com/eile-housing/eile/store"
)

// homes are the vacant and fit homes of a night in classes: homes of one class
// are alike for the rules and stand in one district. A home that some household
// may not be offered again is a class of its own.
type homes struct {
	classes    []*class
	count      int
	unassessed int
	flagged    int
	barred     map[string][]int32 // classes that an application may not have
}

// class of homes, in order of reference.
type class struct {
	key      string
	district string
	earmark  string
	units    []string
	sample   *eilev1.Unit
}

func readHomes(v *store.View, frozen store.Frozen, rules casework.Rules, over *overlay) (*homes, error) {
	h := &homes{flagged: frozen.Flagged, barred: map[string][]int32{}}
	byKey := map[string]*class{}
	references := slices.Clone(frozen.Vacant)
	if over != nil {
		for reference := range over.units {
			if !slices.Contains(references, reference) {
				references = append(references, reference)
			}
		}
		slices.Sort(references)
	}
	refused := map[string][]string{} // applications by unit
	for _, reference := range references {
		unit, err := over.unit(v, reference)
		if err != nil {
			return nil, err
		}
		if over != nil {
			h.flagged += flagMoved(v, reference, unit)
		}
		if unit.GetStatus() != eilev1.UnitStatus_UNIT_STATUS_VACANT || casework.GivingUp(unit) || rules.LeaseOver(unit) {
			continue
		}
		switch unit.GetCondition().GetState() {
		case eilev1.ConditionState_CONDITION_STATE_UNASSESSED:
			h.unassessed++
			continue
		case eilev1.ConditionState_CONDITION_STATE_FIT:
		default:
			continue
		}
		key := rules.UnitKey(unit, rules.Today) + "\x00" + unit.GetDistrict()
		barred, err := barredFrom(v, reference, over)
		if err != nil {
			return nil, err
		}
		if len(barred) > 0 {
			key += "\x00" + reference
			refused[key] = barred
		}
		c := byKey[key]
		if c == nil {
			c = &class{key: key, district: unit.GetDistrict(), earmark: softEarmark(rules.Policy, unit), sample: unit}
			byKey[key] = c
			h.classes = append(h.classes, c)
		}
		c.units = append(c.units, reference)
		h.count++
	}
	for i, c := range h.classes {
		for _, application := range refused[c.key] {
			h.barred[application] = append(h.barred[application], int32(i))
		}
	}
	return h, nil
}

// flagMoved is 1 or -1 where a dry run finds a home flagged that was not, or
// the other way round.
func flagMoved(v *store.View, reference string, unit *eilev1.Unit) int {
	stored, _, err := store.Units.Find(v, reference)
	if err != nil {
		return 0
	}
	const flagged = eilev1.ConditionState_CONDITION_STATE_FLAGGED
	was, is := stored.GetCondition().GetState() == flagged, unit.GetCondition().GetState() == flagged
	switch {
	case is && !was:
		return 1
	case was && !is:
		return -1
	}
	return 0
}

// barredFrom answers the applications that a home is not offered to again.
func barredFrom(v *store.View, unit string, over *overlay) ([]string, error) {
	var applications []string
	for id, err := range v.OffersFor(unit) {
		if err != nil {
			return nil, err
		}
		offer, err := store.Offers.Get(v, id)
		if err != nil {
			return nil, err
		}
		barred, err := store.Barred(v, offer.GetApplication(), unit)
		if err != nil {
			return nil, err
		}
		if (barred != "" || over != nil && over.barred[offer.GetApplication()] == unit) && !slices.Contains(applications, offer.GetApplication()) {
			applications = append(applications, offer.GetApplication())
		}
	}
	return applications, nil
}

// softEarmark is the group that goes first to a home which others may have too.
func softEarmark(rules *policy.Policy, unit *eilev1.Unit) string {
	for _, reserve := range rules.Reserves() {
		if reserve.Code == unit.GetEarmark() && reserve.Strict == policy.SoftReserve {
			return reserve.Code
		}
	}
	return ""
}

// kept is what the register keeps of the classes, to explain the run later.
func (h *homes) kept() []*eilev1.RunMatches_Class {
	kept := make([]*eilev1.RunMatches_Class, len(h.classes))
	for i, c := range h.classes {
		kept[i] = &eilev1.RunMatches_Class{Units: c.units}
	}
	return kept
}

// wish is how much a household wants a district: its place among the wanted
// ones, or after them all.
func wish(districts []string, district string) int {
	if at := slices.Index(districts, district); at >= 0 {
		return at
	}
	return len(districts)
}

// accepts orders the classes that suit by the wanted districts. Where districts
// limit, the others are left out.
func (h *homes) accepts(suitable []int32, districts []string, limit bool) []int32 {
	if len(districts) == 0 {
		return suitable
	}
	wanted := slices.Clone(suitable)
	if limit {
		wanted = slices.DeleteFunc(wanted, func(c int32) bool { return !slices.Contains(districts, h.classes[c].district) })
	}
	slices.SortStableFunc(wanted, func(a, b int32) int {
		return wish(districts, h.classes[a].district) - wish(districts, h.classes[b].district)
	})
	return wanted
}

// districtsKey names a list of wanted districts.
func districtsKey(districts []string) string { return strings.Join(districts, "\x00") }
