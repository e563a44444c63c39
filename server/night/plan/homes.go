package plan

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/eile-housing/eile/policy/day"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server/casework"
	"github.com/eile-housing/eile/server/casework/state"
	"github.com/eile-housing/eile/server/night/prepare"
	"github.com/eile-housing/eile/store"
	"github.com/eile-housing/eile/store/history"
	"github.com/eile-housing/eile/store/history/layer"
)

// planner draws one plan.
type planner struct {
	register *store.Register // as it was when the plan was begun
	tonight  *store.Register // a scratch, ready to be matched
	clock    prepare.Clock
	now      time.Time
	rules    casework.Rules

	share, months int // percent of the lettings that are taken, and how far it looks ahead

	// since is the first day of the lettings that are counted: a year before, or
	// the first day of the register.
	since    day.Day
	lettings map[string]int // by need class
	homes    []*home        // the worst first
	movers   []mover
	effects  []*eilev1.PlannedEffect
}

// home is a flagged home in a plan.
type home struct {
	unit        *eilev1.Unit
	basis       eilev1.PlanBasis
	month       int    // from now; with a basis
	spare       string // the home that the household could have
	application string // of the household that lives there
	transfer    string // its open transfer
	list, class string // of the household, were it a transfer
	lettings    int    // of the class in the year before
	obstacle    *eilev1.Reason
}

// mover is a household that must be rehoused, with its home.
type mover struct {
	home        *home
	application *eilev1.Application
	place       *eilev1.Placement
	open        bool // its transfer stands on the list already
}

func (h *home) shown(rank int, today day.Day) *eilev1.PlannedHome {
	planned := &eilev1.PlannedHome{
		Rank: int32(rank), Unit: h.unit.GetReference(), Status: h.unit.GetStatus(), Reasons: h.unit.GetCondition().GetReasons(),
		WearPercent: h.unit.WearPercent, GivingUp: h.unit.GetGivingUp().GetState(), Basis: h.basis, Spare: h.spare,
		OccupiedBy: h.application, Transfer: h.transfer, List: h.list, NeedClass: h.class,
		LettingsLast_12Months: int32(h.lettings), Obstacle: h.obstacle,
	}
	if h.basis != 0 {
		planned.Month, planned.NotBefore = new(int32(h.month)), today.AddMonths(h.month).Proto()
	}
	return planned
}

// countLettings counts the lettings of the twelve months before by need class.
func (p *planner) countLettings(v *store.View) error {
	since := p.rules.Today.AddYears(-1) + 1
	p.since = p.rules.Today
	for first, err := range v.Placements(p.now) {
		if err != nil {
			return err
		}
		p.since = day.Of(first.At, p.rules.Policy.Location)
		break
	}
	return v.Past(p.now, func(past *history.Past) error {
		p.lettings = map[string]int{}
		for sum, n := range past.Sums() {
			if on := day.Day(sum.Number); sum.Kind == layer.Housed && on >= since && on <= p.rules.Today {
				p.lettings[sum.Class] += int(n)
				p.since = min(p.since, on)
			}
		}
		p.since = max(p.since, since)
		return nil
	})
}

// findHomes lists the flagged homes of the stock, the worst first.
func (p *planner) findHomes(v *store.View) error {
	for entry, err := range store.Units.All(v, "", "") {
		if err != nil {
			return err
		}
		unit := entry.Record
		flagged := unit.GetCondition().GetState() == eilev1.ConditionState_CONDITION_STATE_FLAGGED
		if flagged && unit.GetStatus() != eilev1.UnitStatus_UNIT_STATUS_DECOMMISSIONED && !state.LeaseOver(p.rules, unit) {
			p.homes = append(p.homes, &home{unit: unit})
		}
	}
	standard := p.rules.Policy.UnitStandard
	slices.SortFunc(p.homes, func(a, b *home) int { return worse(a.unit, b.unit, standard) })
	return nil
}

// worse puts the worse of two flagged homes first: more reasons, then graver ones
// by the order in which the policy names its rules, then more wear, then fewer
// amenities. What was not assessed is not counted against a home.
func worse(a, b *eilev1.Unit, standard []string) int {
	x, y := a.GetCondition().GetReasons(), b.GetCondition().GetReasons()
	grave := func(reasons []*eilev1.Reason) []int {
		var places []int
		for _, reason := range reasons {
			at := slices.Index(standard, reason.GetCode())
			if at < 0 {
				at = len(standard)
			}
			places = append(places, at)
		}
		slices.Sort(places)
		return places
	}
	fitted := func(unit *eilev1.Unit) int {
		if unit.GetAmenities() == nil {
			return len(eilev1.Amenity_name)
		}
		return len(unit.GetAmenities().GetPresent())
	}
	return cmp.Or(cmp.Compare(len(y), len(x)), slices.Compare(grave(x), grave(y)), cmp.Compare(b.GetWearPercent(), a.GetWearPercent()),
		cmp.Compare(fitted(a), fitted(b)), strings.Compare(a.GetReference(), b.GetReference()))
}
