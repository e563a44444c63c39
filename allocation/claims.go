package allocation

import "math/bits"

// claims is the greedy matching of households to the reserved seats of one block: the set of members that is best in the
// class's order among all sets that the seats of their groups can take. Members of several groups are moved between them
// as needed, never handled group by group, so no seat is lost to the order in which groups are looked at.
type claims struct {
	groups []int32   // index of each group of the block in the market's groups, -1 where no household has it
	seats  []int32   // by group of the block
	held   []holders // by group of the block
	links  []int32   // links[g*k+f]: how many of those held at g belong to f too
	size   int
}

func newClaims(groups, seats []int32) claims {
	k := len(groups)
	return claims{groups: groups, seats: seats, held: make([]holders, k), links: make([]int32, k*k)}
}

// members returns the block's groups that the household belongs to, as a bit set.
func (c *claims) members(groups []int32) (set uint64) {
	for i, g := range c.groups {
		for _, own := range groups {
			if own == g {
				set |= 1 << i
			}
		}
	}
	return set
}

// offer lets x claim a seat. If it gets one from somebody with a weaker claim, that one is displaced; if it gets none, x
// itself is. The weakest to lose its claim is the most junior of the circuit: x and all who sit at a group that can be
// reached from x's groups by moving members.
func (c *claims) offer(x holder) (displaced holder, any bool) {
	var via [maxBlockGroups]int8
	end, seen := c.search(x.groups, &via)
	if end < 0 {
		weakest := -1
		for set := seen; set != 0; set &= set - 1 {
			g := bits.TrailingZeros64(set)
			if len(c.held[g]) > 0 && (weakest < 0 || c.held[g][0].rank > c.held[weakest][0].rank) {
				weakest = g
			}
		}
		if weakest < 0 || c.held[weakest][0].rank < x.rank {
			return x, true
		}
		displaced, any = c.leave(weakest, 0), true
		end = weakest
	}
	for via[end] >= 0 {
		from := int(via[end])
		for i, y := range c.held[from] {
			if y.groups&(1<<end) != 0 {
				c.enter(end, c.leave(from, i))
				break
			}
		}
		end = from
	}
	c.enter(end, x)
	return displaced, any
}

// search looks for a group with a seat to spare that can be reached from the given ones, nearest first; via tells for each
// group reached the one before it, -1 at the start. Where there is none, end is -1 and seen all that was reached.
func (c *claims) search(from uint64, via *[maxBlockGroups]int8) (end int, seen uint64) {
	var queue [maxBlockGroups]int8
	n := 0
	for set := from; set != 0; set &= set - 1 {
		g := bits.TrailingZeros64(set)
		via[g], queue[n] = -1, int8(g)
		n++
	}
	seen = from
	k := len(c.groups)
	for i := 0; i < n; i++ {
		g := int(queue[i])
		if len(c.held[g]) < int(c.seats[g]) {
			return g, seen
		}
		for f := range k {
			if seen&(1<<f) == 0 && c.links[g*k+f] > 0 {
				seen |= 1 << f
				via[f], queue[n] = int8(g), int8(f)
				n++
			}
		}
	}
	return -1, seen
}

// open adds to the filter the groups whose members would get a seat even if they came last in the class's order.
func (c *claims) open() (filter uint64) {
	var via [maxBlockGroups]int8
	for i, g := range c.groups {
		if g < 0 {
			continue
		}
		if end, _ := c.search(1<<i, &via); end >= 0 {
			filter |= filterBit(g)
		}
	}
	return filter
}

func (c *claims) enter(g int, x holder) {
	c.held[g].push(x)
	c.link(g, x.groups, 1)
	c.size++
}

func (c *claims) leave(g, i int) holder {
	x := c.held[g].take(i)
	c.link(g, x.groups, -1)
	c.size--
	return x
}

func (c *claims) link(g int, groups uint64, by int32) {
	k := len(c.groups)
	for ; groups != 0; groups &= groups - 1 {
		c.links[g*k+bits.TrailingZeros64(groups)] += by
	}
}
