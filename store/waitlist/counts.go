package waitlist

import "slices"

// countGroup is the number of blocks whose counts are kept together: about the square root of the
// blocks of a large list, so that a change touches a few cache lines at both levels.
const countGroup = 64

// counts tells how many keys are before a block in two reads, and follows a change in O(√blocks)
// neighbouring words.
type counts struct {
	within []uint32 // per block: keys before it in its group
	groups []uint32 // per group: keys before it
}

func (c *counts) before(b int) int { return int(c.groups[b/countGroup] + c.within[b]) }

// add notes that block b has d keys more.
func (c *counts) add(b, d int) {
	group := b / countGroup
	for i := b + 1; i < min((group+1)*countGroup, len(c.within)); i++ {
		c.within[i] += uint32(d)
	}
	for i := group + 1; i < len(c.groups); i++ {
		c.groups[i] += uint32(d)
	}
}

// locate returns the block of the key that has i keys before it, and how many of them are in that
// block.
func (c *counts) locate(i int) (b, in int) {
	group := lastNotAbove(c.groups, uint32(i))
	rest := uint32(i) - c.groups[group]
	start := group * countGroup
	b = start + lastNotAbove(c.within[start:min(start+countGroup, len(c.within))], rest)
	return b, int(rest - c.within[b])
}

// lastNotAbove returns the last place of an ascending slice, which starts with zero, that is not
// above x.
func lastNotAbove(counts []uint32, x uint32) int {
	i, _ := slices.BinarySearchFunc(counts, x, func(count, x uint32) int {
		if count <= x {
			return -1
		}
		return 1
	})
	return i - 1
}

func (c *counts) rebuild(blocks []*block) {
	c.within, c.groups = c.within[:0], c.groups[:0]
	before, in := uint32(0), uint32(0)
	for i, b := range blocks {
		if i%countGroup == 0 {
			before += in
			in = 0
			c.groups = append(c.groups, before)
		}
		c.within = append(c.within, in)
		in += uint32(b.len())
	}
}

func (c *counts) clone() counts {
	return counts{slices.Clone(c.within), slices.Clone(c.groups)}
}
