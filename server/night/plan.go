package night

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/eile-housing/eile/policy/day"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server/casework"
	"github.com/eile-housing/eile/server/casework/state"
	"github.com/eile-housing/eile/store"
	"github.com/eile-housing/eile/store/living"
)

// Plan says which flagged homes could be given up when.
type Plan struct {
	Revision uint64
	// Since is the first day of the lettings that are counted: a year before, or
	// the first day of the register.
	Since   day.Day
	Homes   []PlannedHome // the worst first
	Effects []PlannedEffect
}

// PlannedHome is one flagged home in a plan.
type PlannedHome struct {
	Unit        *eilev1.Unit
	Basis       eilev1.PlanBasis
	Month       int    // from now; with a basis
	Spare       string // the home that the household could have
	Application string // of the household that lives there
	Transfer    string // its open transfer
	List, Class string // of the household, were it a transfer
	Lettings    int    // of the class in the year before
	Obstacle    *eilev1.Reason
}

// PlannedEffect is what a plan does to those who wait on one list for homes of
// one need class.
type PlannedEffect struct {
	List, Class     string
	Waiting, Behind int
	Places          int
	Lettings        int
}

// PlanDecommission puts the flagged homes in order, the worst first, and says
// from when each could be given up: at once where nobody lives there, or where a
// home is vacant and fit that nobody who waits takes tonight; else when the
// lettings of the household's need class will have reached it, at the pace of the
// year before, of which share percent are taken. It changes nothing.
func (n *Night) PlanDecommission(ctx context.Context, rules casework.Rules, months, share int) (*Plan, error) {
	plan := &Plan{}
	err := n.tonight(ctx, rules, func(v *store.View, frozen living.Frozen, over *overlay) error {
		p := &planner{v: v, frozen: frozen, rules: rules, over: over, now: n.book.Now(), share: share, months: months, plan: plan}
		return p.draw(ctx)
	})
	return plan, err
}

// planner draws one plan.
type planner struct {
	v             *store.View
	frozen        living.Frozen
	rules         casework.Rules
	over          *overlay
	now           time.Time
	share, months int

	plan     *Plan
	lettings map[string]int // by need class
	movers   []mover
}

// mover is a household that must be rehoused, with the index of its home.
type mover struct {
	home        int
	application *eilev1.Application
	place       *eilev1.Placement
	open        bool
}

func (p *planner) draw(ctx context.Context) error {
	p.plan.Revision = p.v.Revision()
	if err := p.countLettings(); err != nil {
		return err
	}
	if err := p.findHomes(); err != nil {
		return err
	}
	for i := range p.plan.Homes {
		if err := p.askFor(i); err != nil {
			return err
		}
	}
	if err := p.spare(ctx); err != nil {
		return err
	}
	p.turnOver()
	return nil
}

// countLettings counts the lettings of the twelve months before by need class.
func (p *planner) countLettings() error {
	since := p.rules.Today.AddYears(-1) + 1
	p.lettings = map[string]int{}
	p.plan.Since = p.rules.Today
	last := map[string]*eilev1.Placement{}
	first := true
	for moved, err := range p.v.Placements(p.now) {
		if err != nil {
			return err
		}
		if first {
			p.plan.Since, first = day.Of(moved.At, p.rules.Policy.Location()), false
		}
		if moved.After.GetHousedOn() != 0 {
			last[moved.After.GetReference()] = moved.After
		}
	}
	for _, placement := range last {
		if on := day.Day(placement.GetHousedOn()); on >= since && on <= p.rules.Today {
			p.lettings[placement.GetNeedClass()]++
			p.plan.Since = min(p.plan.Since, on)
		}
	}
	p.plan.Since = max(p.plan.Since, since)
	return nil
}

// findHomes lists the flagged homes of the stock, the worst first.
func (p *planner) findHomes() error {
	for entry, err := range store.Units.All(p.v, "", "") {
		if err != nil {
			return err
		}
		unit := entry.Record
		if moved := p.over.units[entry.ID]; moved != nil {
			unit = moved
		}
		flagged := unit.GetCondition().GetState() == eilev1.ConditionState_CONDITION_STATE_FLAGGED
		if flagged && unit.GetStatus() != eilev1.UnitStatus_UNIT_STATUS_DECOMMISSIONED && !state.LeaseOver(p.rules, unit) {
			p.plan.Homes = append(p.plan.Homes, PlannedHome{Unit: unit})
		}
	}
	standard := p.rules.Policy.UnitStandard()
	slices.SortFunc(p.plan.Homes, func(a, b PlannedHome) int { return worse(a.Unit, b.Unit, standard) })
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
