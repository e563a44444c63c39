package allocation

import (
	"cmp"
	"slices"
)

// chooser is the choice of one class: whom it holds of all who have proposed so far. Its blocks choose one after another;
// an open slot is a block without groups. Adding a household changes each block by at most one, so what a proposal sets
// off is a single household handed from block to block.
type chooser struct {
	blocks []block
	homes  int
	held   int
	ranks  []ranked // own order by household; used where own is set
	own    bool
	last   int32 // highest position in the own order
}

// block is an open slot, or a maximal run of adjacent reserved slots.
type block struct {
	slots  []Slot
	first  int32 // index of slots[0] in the class
	seats  int
	claims claims
	rest   holders // who sits where nobody with a claim does: the strongest of those left
}

// ranked is a household's rank in an own order.
type ranked struct {
	household int32
	rank      int32
}

func newChooser(class Class, groups map[string]int32) chooser {
	c := chooser{homes: class.homes(), own: class.Order != nil, last: -1}
	for i := 0; i < len(class.Slots); {
		n := 1
		for class.Slots[i].ReservedFor != "" && i+n < len(class.Slots) && class.Slots[i+n].ReservedFor != "" {
			n++
		}
		c.blocks = append(c.blocks, newBlock(class.Slots[i:i+n], int32(i), groups))
		i += n
	}
	for rank, h := range class.Order {
		c.ranks = append(c.ranks, ranked{household: h, rank: int32(rank)})
		c.last = max(c.last, h)
	}
	slices.SortFunc(c.ranks, func(a, b ranked) int { return cmp.Compare(a.household, b.household) })
	return c
}

func newBlock(slots []Slot, first int32, groups map[string]int32) block {
	b := block{slots: slots, first: first}
	var names []string
	var of, seats []int32
	for _, s := range slots {
		b.seats += s.Count
		if s.ReservedFor == "" {
			continue
		}
		i := slices.Index(names, s.ReservedFor)
		if i < 0 {
			i = len(names)
			names = append(names, s.ReservedFor)
			g, known := groups[s.ReservedFor]
			if !known {
				g = -1
			}
			of, seats = append(of, g), append(seats, 0)
		}
		seats[i] += int32(s.Count)
	}
	b.claims = newClaims(of, seats)
	return b
}

// rank returns the household's place in the class's order, -1 if it cannot be placed here.
func (c *chooser) rank(household int32) int32 {
	if !c.own {
		return household
	}
	return rankIn(c.ranks, household)
}

func rankIn(ranks []ranked, household int32) int32 {
	i, found := slices.BinarySearchFunc(ranks, household, func(r ranked, h int32) int { return cmp.Compare(r.household, h) })
	if !found {
		return -1
	}
	return ranks[i].rank
}

// offer proposes x, a member of the given groups. It returns whom the class holds no longer, perhaps x itself, if anybody.
func (c *chooser) offer(x holder, groups func(tenant int32) []int32) (rejected holder, any bool) {
	for i := range c.blocks {
		b := &c.blocks[i]
		x.groups = 0
		if len(b.claims.groups) > 0 {
			x.groups = b.claims.members(groups(x.tenant))
		}
		if x, any = b.offer(x); !any {
			c.held++
			return x, false
		}
	}
	return x, true
}

func (b *block) offer(x holder) (out holder, any bool) {
	if x.groups != 0 {
		displaced, lost := b.claims.offer(x)
		if !lost {
			if b.claims.size+len(b.rest) > b.seats {
				return b.rest.take(0), true
			}
			return holder{}, false
		}
		x = displaced
	}
	switch {
	case b.claims.size+len(b.rest) < b.seats:
		b.rest.push(x)
		return holder{}, false
	case len(b.rest) > 0 && b.rest[0].rank > x.rank:
		return b.rest.replaceTop(x), true
	default:
		return x, true
	}
}

// open returns the filter that a household must meet to be held if it came last in the class's order.
func (c *chooser) open() (filter uint64) {
	if c.held < c.homes {
		return everyone
	}
	for i := range c.blocks {
		b := &c.blocks[i]
		if b.claims.size < b.seats {
			filter |= b.claims.open()
		}
	}
	return filter
}
