package night

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/eile-housing/eile/allocation"
	"github.com/eile-housing/eile/policy/day"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server/casework"
	"github.com/eile-housing/eile/store"
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
	err := n.tonight(ctx, rules, func(v *store.View, frozen store.Frozen, over *overlay) error {
		p := &planner{v: v, frozen: frozen, rules: rules, over: over, now: n.book.Now(), share: share, months: months, plan: plan}
		return p.draw(ctx)
	})
	return plan, err
}

// planner draws one plan.
type planner struct {
	v             *store.View
	frozen        store.Frozen
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
		if flagged && unit.GetStatus() != eilev1.UnitStatus_UNIT_STATUS_DECOMMISSIONED && !p.rules.LeaseOver(unit) {
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

// askFor says of one home whether it stands empty, or who must be rehoused, or
// what stands against either.
func (p *planner) askFor(i int) error {
	home := &p.plan.Homes[i]
	switch home.Unit.GetStatus() {
	case eilev1.UnitStatus_UNIT_STATUS_VACANT:
		home.Basis = eilev1.PlanBasis_PLAN_BASIS_EMPTY
		return nil
	case eilev1.UnitStatus_UNIT_STATUS_LET:
	default:
		home.Obstacle = &eilev1.Reason{
			Code:     "NOT_AT_REST",
			Detail:   fmt.Sprintf("the home is %s: what is under way comes first", strings.TrimPrefix(home.Unit.GetStatus().String(), "UNIT_STATUS_")),
			DetailLt: "su būstu dar vykdomi veiksmai: pirma juos reikia užbaigti",
		}
		return nil
	}
	if home.Unit.GetTenancy() != "" {
		tenancy, err := store.Tenancies.Get(p.v, home.Unit.GetTenancy())
		if err != nil {
			return err
		}
		home.Application = tenancy.GetApplication()
	}
	application, place, open, obstacle, err := p.rules.RehearseTransfer(p.v, p.now, home.Unit, casework.HomeGivenUp)
	if err != nil || obstacle != nil {
		home.Obstacle = obstacle
		return err
	}
	home.List, home.Class, home.Lettings = place.GetList(), place.GetNeedClass(), p.lettings[place.GetNeedClass()]
	if open {
		home.Transfer = application.GetReference()
	}
	if place.GetStatus() != eilev1.ApplicationStatus_APPLICATION_STATUS_WAITING {
		home.Obstacle = &eilev1.Reason{
			Code:     "NOT_WAITING",
			Detail:   "the household's transfer would not stand on the list: " + strings.TrimPrefix(place.GetStatus().String(), "APPLICATION_STATUS_") + details(application.GetReasons()),
			DetailLt: "šeimos prašymas nebūtų eilėje",
		}
		return nil
	}
	p.movers = append(p.movers, mover{home: i, application: application, place: place, open: open})
	return nil
}

func details(reasons []*eilev1.Reason) string {
	var text strings.Builder
	for i, reason := range reasons {
		text.WriteString([]string{", since ", "; "}[min(i, 1)])
		text.WriteString(reason.GetDetail())
	}
	return text.String()
}

// spare gives the vacant homes that nobody who waits takes tonight to as many
// movers as possible, those from the worst homes first. That harms nobody.
func (p *planner) spare(ctx context.Context) error {
	homes, err := readHomes(p.v, p.frozen, p.rules, p.over)
	if err != nil {
		return err
	}
	s, _, err := newScenarios(p.v, p.frozen, p.rules, p.over, nil)
	if err != nil {
		return err
	}
	tonight, err := s.solve(ctx, nil)
	if err != nil {
		return err
	}
	var seats []seat
	for c, given := range tonight.given {
		seats = append(seats, slices.Repeat([]seat{{Class: int32(c)}}, given)...)
	}
	left := homes.rest(seats, func(*class) bool { return true })
	if left.count == 0 || len(p.movers) == 0 {
		return nil
	}
	source := newSource(p.v, p.frozen, p.rules, p.over, left, plainName)
	classes := make([]allocation.Class, len(left.classes))
	for i, c := range left.classes {
		classes[i] = allocation.Class{ID: c.id, Slots: []allocation.Slot{{Count: len(c.units)}}}
	}
	result, err := allocation.Run(allocation.Market{Mode: allocation.Fill, Classes: classes, Households: func(yield func(allocation.Household) bool) {
		for _, m := range p.movers {
			if !yield(allocation.Household{ID: m.application.GetReference(), Accepts: source.suiting(m.application)}) {
				return
			}
		}
	}})
	if err != nil {
		return err
	}
	taken := make([]int, len(left.classes))
	for _, seat := range result.Seats {
		home := &p.plan.Homes[p.movers[seat.Household].home]
		home.Basis, home.Spare = eilev1.PlanBasis_PLAN_BASIS_SPARE_HOME, left.classes[seat.Class].units[taken[seat.Class]]
		taken[seat.Class]++
	}
	p.movers = slices.DeleteFunc(p.movers, func(m mover) bool { return p.plan.Homes[m.home].Basis != 0 })
	return nil
}

// suiting are the classes that suit a household which is not on the list yet.
func (s *source) suiting(application *eilev1.Application) []int32 {
	var classes []int32
	for i, reason := range s.judge(application) {
		if reason == nil && outside(s.rules.Policy, s.homes.classes[i].sample, application.GetDistricts()) == nil &&
			!slices.Contains(s.barred[application.GetReference()], int32(i)) {
			classes = append(classes, int32(i))
		}
	}
	return classes
}

// turnOver schedules the other movers by the lettings of their need class.
func (p *planner) turnOver() {
	lists := p.rules.Policy.Lists()
	claims := make([]claim, len(p.movers))
	paces := map[string]pace{}
	for i, m := range p.movers {
		class := m.place.GetNeedClass()
		paces[class] = pace{lettings: p.lettings[class], share: p.share}
		claims[i] = p.claim(i+1, m, lists)
	}
	var met []claim
	for i, month := range schedule(claims, paces) {
		home := &p.plan.Homes[p.movers[i].home]
		switch {
		case month == 0:
			home.Obstacle = &eilev1.Reason{
				Code:     "NO_LETTINGS",
				Detail:   fmt.Sprintf("no home was let to a household of need class %q in the twelve months before: nothing tells when one will be", home.Class),
				DetailLt: fmt.Sprintf("per dvylika mėnesių poreikio klasės „%s“ šeimoms neišnuomotas nė vienas būstas", home.Class),
			}
		case month > p.months:
			home.Obstacle = &eilev1.Reason{
				Code:     "AFTER_THE_PLAN",
				Detail:   fmt.Sprintf("at the pace of the twelve months before, the household's turn comes in month %d", month),
				DetailLt: fmt.Sprintf("pagal pastarųjų dvylikos mėnesių tempą šeimos eilė ateitų %d mėnesį", month),
			}
		default:
			home.Basis, home.Month = eilev1.PlanBasis_PLAN_BASIS_LETTINGS, month
			met = append(met, claims[i])
		}
	}
	for _, e := range effects(p.crowds(lists), met) {
		p.plan.Effects = append(p.plan.Effects, PlannedEffect{
			List: lists[e.list], Class: e.class, Waiting: e.count, Behind: e.behind, Places: e.places, Lettings: p.lettings[e.class],
		})
	}
}

// claim counts who stands before a mover.
func (p *planner) claim(rank int, m mover, lists []string) claim {
	c := claim{rank: rank, list: slices.Index(lists, m.place.GetList()), class: m.place.GetNeedClass(), open: m.open}
	own := store.IndexKey(m.place, 0)
	for list, name := range lists {
		keys, waiting := p.frozen.Class(name, c.class)
		switch {
		case list < c.list:
			c.ahead += waiting
		case list == c.list:
			for key := range keys {
				if key >= own {
					break
				}
				c.aheadOwn++
			}
			c.ahead += c.aheadOwn
		}
	}
	return c
}

// crowds are those who wait, by list and need class, in their order.
func (p *planner) crowds(lists []string) []crowd {
	var all []crowd
	for list, name := range lists {
		for _, class := range p.frozen.Classes(name) {
			_, waiting := p.frozen.Class(name, class)
			all = append(all, crowd{list: list, class: class, count: waiting})
		}
	}
	return all
}
