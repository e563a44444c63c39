package plan

import (
	"slices"

	"github.com/eile-housing/eile/policy/words"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/store/living"
)

// turnOver schedules the other movers by the lettings of their need class.
func (p *planner) turnOver(frozen living.Frozen) {
	lists := p.rules.Policy.Lists
	claims := make([]claim, len(p.movers))
	paces := map[string]pace{}
	for i, m := range p.movers {
		class := m.place.GetNeedClass()
		paces[class] = pace{lettings: p.lettings[class], share: p.share}
		claims[i] = claimOf(i+1, m, lists, frozen)
	}
	var met []claim
	for i, month := range schedule(claims, paces) {
		home := p.movers[i].home
		switch {
		case month == 0:
			home.obstacle = words.Reason("NO_LETTINGS", words.Text("class", home.class))
		case month > p.months:
			home.obstacle = words.Reason("AFTER_THE_PLAN", words.Number("month", month))
		default:
			home.basis, home.month = eilev1.PlanBasis_PLAN_BASIS_LETTINGS, month
			met = append(met, claims[i])
		}
	}
	for _, e := range effects(crowds(lists, frozen), met) {
		p.effects = append(p.effects, e.shown(lists[e.list], p.lettings[e.class]))
	}
}

// shown puts an effect into figures. The delay is in tenths of a month, rounded up.
func (e effect) shown(list string, lettings int) *eilev1.PlannedEffect {
	tenths := (int64(e.places)*120 + int64(lettings) - 1) / int64(lettings)
	return &eilev1.PlannedEffect{
		List: list, NeedClass: e.class, Waiting: int32(e.count), Behind: int32(e.behind), Places: int32(e.places),
		LettingsLast_12Months: int32(lettings), DelayMonths: &eilev1.Decimal{Units: tenths, Scale: 1},
	}
}

// claimOf counts who stands before a mover.
func claimOf(rank int, m mover, lists []string, frozen living.Frozen) claim {
	c := claim{rank: rank, list: slices.Index(lists, m.place.GetList()), class: m.place.GetNeedClass(), open: m.open}
	own := living.IndexKey(m.place, 0)
	for list, name := range lists {
		keys, waiting := frozen.Class(name, c.class)
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
func crowds(lists []string, frozen living.Frozen) []crowd {
	var all []crowd
	for list, name := range lists {
		for _, class := range frozen.Classes(name) {
			_, waiting := frozen.Class(name, class)
			all = append(all, crowd{list: list, class: class, count: waiting})
		}
	}
	return all
}
