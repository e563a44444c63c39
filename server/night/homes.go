package night

import (
	"fmt"
	"slices"
	"strings"

	"google.golang.org/protobuf/proto"

	"github.com/eile-housing/eile/policy"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server/casework"
	"github.com/eile-housing/eile/server/casework/state"
	"github.com/eile-housing/eile/store"
	"github.com/eile-housing/eile/store/living"
)

// homes are the vacant and fit homes of a night in classes: homes of one class
// are alike for the rules and stand in one district. A home that some household
// may not be offered again is a class of its own.
type homes struct {
	classes    []*class
	count      int
	unassessed int
	flagged    int
}

// class of homes, in order of reference.
type class struct {
	id       string
	key      string
	units    []string
	sample   *eilev1.Unit
	soft     string   // the group that goes first
	turns    []turn   // of its homes, how many are a share's
	released bool     // what the group of its earmark leaves goes to others
	barred   []string // applications that may not have it
}

// readHomes sorts the vacant homes into classes, in the order of their first
// home.
func readHomes(v *store.View, frozen living.Frozen, rules casework.Rules, over *overlay) (*homes, error) {
	h := &homes{flagged: frozen.Flagged}
	byKey := map[string]*class{}
	for _, reference := range over.vacant(frozen.Vacant) {
		unit, err := over.unit(v, reference)
		if err != nil {
			return nil, err
		}
		if over != nil {
			h.flagged += flagMoved(v, reference, unit)
		}
		if unit.GetStatus() != eilev1.UnitStatus_UNIT_STATUS_VACANT || state.GivingUp(unit) || state.LeaseOver(rules, unit) {
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
		barred, err := barredFrom(v, reference, over)
		if err != nil {
			return nil, err
		}
		h.add(byKey, unit, barred, rules)
	}
	return h, nil
}

func (h *homes) add(byKey map[string]*class, unit *eilev1.Unit, barred []string, rules casework.Rules) {
	key := homeKey(rules, unit)
	if len(barred) > 0 {
		key += "\x00" + unit.GetReference()
	}
	c := byKey[key]
	if c == nil {
		c = &class{id: fmt.Sprintf("c%d", len(h.classes)+1), key: key, sample: unit, barred: barred}
		c.soft, c.released = earmark(rules.Policy, unit)
		byKey[key] = c
		h.classes = append(h.classes, c)
	}
	c.units = append(c.units, unit.GetReference())
	h.count++
}

// homeKey is equal for homes that are alike for the rules and stand in one
// district.
func homeKey(rules casework.Rules, unit *eilev1.Unit) string {
	return rules.Evaluator.UnitKey(unit, rules.Today) + "\x00" + unit.GetDistrict()
}

// earmark says what the earmark of a home means: a group that goes first, or one
// that releases what it leaves. A hard one is expressed by suitability alone.
func earmark(rules *policy.Policy, unit *eilev1.Unit) (soft string, released bool) {
	for _, reserve := range rules.Reserves() {
		if reserve.Code == unit.GetEarmark() {
			switch reserve.Strict {
			case policy.SoftReserve:
				return reserve.Code, false
			case policy.ReleasedReserve:
				return "", true
			}
		}
	}
	return "", false
}

// left are the released homes that the first round gave to nobody, kept for
// nobody. They keep the ids of their classes.
func (h *homes) left(seats []seat) *homes {
	return h.rest(seats, func(c *class) bool { return c.released })
}

// rest are the homes of some classes that were given to nobody. Those that are
// released are kept for nobody.
func (h *homes) rest(seats []seat, of func(*class) bool) *homes {
	given := make([]int, len(h.classes))
	for _, s := range seats {
		given[s.Class]++
	}
	rest := &homes{}
	for i, c := range h.classes {
		if !of(c) || given[i] == len(c.units) {
			continue
		}
		free := *c
		free.units = c.units[given[i]:]
		if c.released {
			free.sample = proto.CloneOf(c.sample)
			free.sample.Earmark = ""
		}
		rest.classes = append(rest.classes, &free)
		rest.count += len(free.units)
	}
	return rest
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
		application := offer.GetApplication()
		barred, err := store.Barred(v, application, unit)
		if err != nil {
			return nil, err
		}
		if (barred != "" || over.bars(application, unit)) && !slices.Contains(applications, application) {
			applications = append(applications, application)
		}
	}
	return applications, nil
}

// wish is how much a household wants a district: its place among the wanted
// ones, or after them all.
func wish(districts []string, district string) int {
	if at := slices.Index(districts, district); at >= 0 {
		return at
	}
	return len(districts)
}

// ranked orders the classes that suit by the wanted districts.
func (h *homes) ranked(suitable []int32, districts []string) []int32 {
	wanted := slices.Clone(suitable)
	slices.SortStableFunc(wanted, func(a, b int32) int {
		return wish(districts, h.classes[a].sample.GetDistrict()) - wish(districts, h.classes[b].sample.GetDistrict())
	})
	return wanted
}

// outside is the reason that a household named districts, they limit, and the
// home stands in none of them; nil: it may have it.
func outside(rules *policy.Policy, unit *eilev1.Unit, districts []string) *eilev1.Reason {
	if !rules.Districts().Limit || len(districts) == 0 || slices.Contains(districts, unit.GetDistrict()) {
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
