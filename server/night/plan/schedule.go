package plan

import (
	"cmp"
	"slices"
)

// claim is a household whose home is to be given up and that needs another one.
type claim struct {
	rank  int // of its home, the worst is 1
	list  int // in the order of the policy
	class string
	// ahead are those waiting in its class who stand before it, on its own list
	// and on all.
	aheadOwn, ahead int
	// open: its transfer stands on the list already.
	open bool
}

// pace is how often homes of a need class are let.
type pace struct {
	lettings int // in the twelve months before
	share    int // percent of them that those whose homes are given up may have
}

// month in which as many homes as the place says will have been let, when they
// are let as evenly as the year before; 0: never.
func (p pace) month(place int) int {
	yearly := p.lettings * p.share
	if yearly == 0 {
		return 0
	}
	return (place*12*100 + yearly - 1) / yearly
}

// schedule says in which month each claim can be met from the lettings of its
// class: after all who stand before it, and never before there was a home for
// everybody up to it. Claims that are made now stand in the order of their ranks.
// 0: homes of the class are not let.
func schedule(claims []claim, paces map[string]pace) []int {
	order := make([]int, 0, len(claims))
	months := make([]int, len(claims))
	for i, c := range claims {
		if !c.open {
			order = append(order, i)
			continue
		}
		joined := 0 // new claims that stand before it
		for _, o := range claims {
			if !o.open && o.class == c.class && (o.list < c.list || o.list == c.list && o.aheadOwn <= c.aheadOwn) {
				joined++
			}
		}
		months[i] = paces[c.class].month(c.ahead + joined + 1)
	}
	slices.SortStableFunc(order, func(a, b int) int {
		x, y := claims[a], claims[b]
		return cmp.Or(cmp.Compare(x.class, y.class), cmp.Compare(x.list, y.list), cmp.Compare(x.aheadOwn, y.aheadOwn), cmp.Compare(x.rank, y.rank))
	})
	before, class := 0, ""
	for n, i := range order {
		if n == 0 || claims[i].class != class {
			before, class = 0, claims[i].class
		}
		before++
		months[i] = paces[class].month(claims[i].ahead + before)
	}
	return months
}

// crowd is how many wait on a list in a need class.
type crowd struct {
	list  int
	class string
	count int
}

// effect is what claims that are met do to those who wait.
type effect struct {
	crowd
	behind int // of the crowd, who stand behind at least one of the claims
	places int // that the last of them is pushed back
}

// effects counts what the claims that are made now and met do to each crowd.
// Those made before stand on the list already.
func effects(crowds []crowd, met []claim) []effect {
	var all []effect
	for _, c := range crowds {
		e := effect{crowd: c}
		for _, m := range met {
			if m.open || m.class != c.class || m.list > c.list {
				continue
			}
			ahead := 0
			if m.list == c.list {
				ahead = m.aheadOwn
			}
			if ahead < c.count {
				e.places++
				e.behind = max(e.behind, c.count-ahead)
			}
		}
		if e.places > 0 {
			all = append(all, e)
		}
	}
	return all
}
