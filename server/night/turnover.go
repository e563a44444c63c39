package night

import (
	"fmt"
	"slices"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/store/living"
)

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
	own := living.IndexKey(m.place, 0)
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
