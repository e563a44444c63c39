package verify

import (
	"cmp"
	"slices"
)

// choose is what choice mode prescribes: deferred acceptance in rounds, as Gale and Shapley wrote
// it down. In each round every household that no class holds proposes to the next class on its
// list; then each class that was proposed to chooses afresh among those it held and the newcomers.
func (in *instance) choose() []seat {
	seats := make([]seat, len(in.Households))
	next := make([]int, len(seats)) // how far down its list each household has proposed
	free := make([]int, len(seats))
	for h := range seats {
		seats[h], free[h] = nowhere, h
	}
	held := make([][]int, len(in.Classes))
	for len(free) > 0 {
		asked := map[int]bool{}
		for _, h := range free {
			if list := in.Households[h].accepts; next[h] < len(list) {
				held[list[next[h]]] = append(held[list[next[h]]], h)
				asked[list[next[h]]] = true
				next[h]++
			}
		}
		free = nil
		for c := range asked {
			blocks, rejected := in.take(c, held[c])
			free = append(free, rejected...)
			held[c] = nil
			for _, b := range blocks {
				held[c] = append(held[c], b.seated...)
			}
		}
	}
	for c := range held {
		blocks, _ := in.take(c, held[c])
		for _, b := range blocks {
			for i, slot := range b.settle() {
				seats[b.seated[i]] = seat{c, b.first + slot}
			}
		}
	}
	return seats
}

// block is a run of slots that are given out together: adjacent reserved slots, or one open slot.
type block struct {
	first  int     // index of its first slot
	room   []int   // by slot: how many seats
	seated []int   // who sits there, in the class's order
	claims [][]int // by person: the slots of the block that are reserved for a group of theirs, if they have a claim to one
}

// take is the choice of a class among the given households: block after block, first the best set
// of members that its reserved seats can take, asking in the class's order; then whoever comes
// first of the others for the seats left.
func (in *instance) take(c int, from []int) (blocks []block, rest []int) {
	slots := in.Classes[c].Slots
	rest = slices.SortedFunc(slices.Values(from), func(a, b int) int { return cmp.Compare(in.rank(c, a), in.rank(c, b)) })
	for first, end := 0, 0; first < len(slots); first = end {
		end = first + 1
		for slots[first].ReservedFor != "" && end < len(slots) && slots[end].ReservedFor != "" {
			end++
		}
		b := block{first: first}
		likes := make([][]int, len(rest))
		for i, s := range slots[first:end] {
			b.room = append(b.room, s.Count)
			for n, h := range rest {
				if s.ReservedFor != "" && slices.Contains(in.Households[h].Groups, s.ReservedFor) {
					likes[n] = append(likes[n], i)
				}
			}
		}
		matched := match(b.room, likes).at
		left := 0
		for _, n := range b.room {
			left += n
		}
		for _, p := range matched {
			if p >= 0 {
				left--
			}
		}
		var out []int
		for n, h := range rest {
			switch {
			case matched[n] >= 0:
				b.seated, b.claims = append(b.seated, h), append(b.claims, likes[n])
			case left > 0:
				b.seated, b.claims = append(b.seated, h), append(b.claims, nil)
				left--
			default:
				out = append(out, h)
			}
		}
		blocks, rest = append(blocks, b), out
	}
	return blocks, rest
}

// settle says who sits at which slot of the block: those with a claim at one of theirs, the others
// anywhere; in the class's order each at the lowest that keeps everybody seated.
func (b block) settle() []int {
	all := make([]int, len(b.room))
	for i := range all {
		all[i] = i
	}
	likes := slices.Clone(b.claims)
	for n := range likes {
		if likes[n] == nil {
			likes[n] = all
		}
	}
	m := match(b.room, likes)
	m.settle()
	return m.at
}

// reason is why household h gets no home.
func (in *instance) reason(h int, leastSenior []int) string {
	if len(in.Households[h].Accepts) == 0 {
		return "NO_SUITABLE_CLASS"
	}
	for _, c := range in.Households[h].accepts {
		if leastSenior[c] > h {
			return "RESERVED"
		}
	}
	return "OUTRANKED"
}

// reserved returns for each class the least senior household at a reserved slot, -1 where there is
// none.
func (in *instance) reserved(seats []seat) []int {
	least := slices.Repeat([]int{-1}, len(in.Classes))
	for h, s := range seats {
		if s != nowhere && in.Classes[s.class].Slots[s.slot].ReservedFor != "" {
			least[s.class] = h
		}
	}
	return least
}

// lastHolders finds for each full slot the last of its holders: those outside its group after those
// in it, and among either in the class's order.
func (in *instance) lastHolders(seats []seat) map[seat]int {
	count, last := map[seat]int{}, map[seat]int{}
	key := func(h int, s seat) [2]int {
		group := in.Classes[s.class].Slots[s.slot].ReservedFor
		if group != "" && !slices.Contains(in.Households[h].Groups, group) {
			return [2]int{1, in.rank(s.class, h)}
		}
		return [2]int{0, in.rank(s.class, h)}
	}
	for h, s := range seats {
		if s == nowhere {
			continue
		}
		count[s]++
		now, before := key(h, s), key(last[s], s)
		if count[s] == 1 || slices.Compare(now[:], before[:]) > 0 {
			last[s] = h
		}
	}
	for s, n := range count {
		if n < in.Classes[s.class].Slots[s.slot].Count {
			delete(last, s)
		}
	}
	return last
}
