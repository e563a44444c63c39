package verify

import (
	"cmp"
	"iter"
	"slices"
)

// choose is what choice mode prescribes: deferred acceptance in rounds, as Gale and Shapley wrote it down. In each round every
// household that nobody holds proposes to the next class on its list; every class that was proposed to then chooses afresh
// among those it holds and the newcomers, and turns the others away.
func (in *instance) choose() []seat {
	next := make([]int, len(in.Households))
	held := make([][]int, len(in.Classes))
	free := make([]int, len(in.Households))
	for h := range free {
		free[h] = h
	}
	for len(free) > 0 {
		touched := map[int]bool{}
		var still []int
		for _, h := range free {
			if next[h] == len(in.Households[h].accepts) {
				continue
			}
			c := in.Households[h].accepts[next[h]]
			next[h]++
			if in.place(c, h) < 0 {
				still = append(still, h)
				continue
			}
			held[c] = append(held[c], h)
			touched[c] = true
		}
		for c := range touched {
			kept, out := in.take(c, held[c])
			held[c] = held[c][:0]
			for _, b := range kept {
				held[c] = append(held[c], b.all...)
			}
			still = append(still, out...)
		}
		slices.Sort(still)
		free = still
	}
	want := make([]seat, len(in.Households))
	for h := range want {
		want[h] = seat{-1, -1}
	}
	for c := range in.Classes {
		kept, _ := in.take(c, slices.Clone(held[c]))
		for _, b := range kept {
			in.label(c, b, want)
		}
	}
	return want
}

// block is a run of slots that are filled together: adjacent reserved slots, or one open slot.
type block struct {
	first, end int   // slots[first:end] of the class
	all        []int // who sits in it, in the class's order
	members    []int // those of them who sit at a seat of their group
}

// take is the choice of class c among the given households: block after block, first the best set of members that the
// reserved seats can take, one member after the other in the class's order, then the seats left to the best of the rest.
func (in *instance) take(c int, from []int) (kept []block, rest []int) {
	slots := in.Classes[c].Slots
	slices.SortFunc(from, func(a, b int) int { return cmp.Compare(in.place(c, a), in.place(c, b)) })
	rest = from
	for first := 0; first < len(slots); {
		end := first + 1
		for slots[first].ReservedFor != "" && end < len(slots) && slots[end].ReservedFor != "" {
			end++
		}
		b := block{first: first, end: end}
		seats := 0
		for _, s := range slots[first:end] {
			seats += s.Count
		}
		m := in.claims(c, b, rest)
		m.all()
		spare := seats
		for i := range rest {
			if m.at[i] >= 0 {
				b.members = append(b.members, rest[i])
				spare--
			}
		}
		var left []int
		for i, h := range rest {
			switch {
			case m.at[i] >= 0:
				b.all = append(b.all, h)
			case spare > 0:
				b.all = append(b.all, h)
				spare--
			default:
				left = append(left, h)
			}
		}
		kept = append(kept, b)
		rest, first = left, end
	}
	return kept, rest
}

// claims is the matching of people to the slots of the block that are reserved for a group of theirs.
func (in *instance) claims(c int, b block, people []int) *matching {
	slots := in.Classes[c].Slots[b.first:b.end]
	likes := make([][]int, len(people))
	room := make([]int, len(slots))
	for s, slot := range slots {
		room[s] = slot.Count
		for i, h := range people {
			if slot.ReservedFor != "" && slices.Contains(in.Households[h].Groups, slot.ReservedFor) {
				likes[i] = append(likes[i], s)
			}
		}
	}
	return newMatching(room, likes)
}

// label gives the holders of a block their slots: members one of their group, the others any; in the class's order each gets
// the lowest that keeps everybody seated.
func (in *instance) label(c int, b block, want []seat) {
	m := in.claims(c, b, b.all)
	for i, h := range b.all {
		if !slices.Contains(b.members, h) {
			m.likes[i] = nil
			for s := range m.room {
				m.likes[i] = append(m.likes[i], s)
			}
		}
	}
	m.all()
	m.settle()
	for i, h := range b.all {
		want[h] = seat{c, b.first + m.at[i]}
	}
}

// reasons returns a function that says why a household gets nothing.
func (in *instance) reasons(want []seat) func(h int) string {
	lastReserved := make([]int, len(in.Classes)) // by class, the least senior household at a reserved slot
	for h, s := range want {
		if s.class >= 0 && in.Classes[s.class].Slots[s.slot].ReservedFor != "" {
			lastReserved[s.class] = max(lastReserved[s.class], h)
		}
	}
	return func(h int) string {
		if len(in.Households[h].accepts) == 0 {
			return "NO_SUITABLE_CLASS"
		}
		for _, c := range in.Households[h].accepts {
			if h < lastReserved[c] && in.place(c, h) >= 0 {
				return "RESERVED"
			}
		}
		return "OUTRANKED"
	}
}

// last yields for each full slot the last of its holders: those who are not of its group after those who are, and each of
// the two in the class's order.
func (in *instance) last(want []seat) iter.Seq2[seat, int] {
	holders := map[seat][]int{}
	for h, s := range want {
		holders[s] = append(holders[s], h)
	}
	return func(yield func(seat, int) bool) {
		for s, hs := range holders {
			if s.class < 0 || len(hs) < in.Classes[s.class].Slots[s.slot].Count {
				continue
			}
			group := in.Classes[s.class].Slots[s.slot].ReservedFor
			key := func(h int) (outsider, rank int) {
				if group != "" && !slices.Contains(in.Households[h].Groups, group) {
					outsider = 1
				}
				return outsider, in.place(s.class, h)
			}
			last := slices.MaxFunc(hs, func(a, b int) int {
				ao, ar := key(a)
				bo, br := key(b)
				return cmp.Or(cmp.Compare(ao, bo), cmp.Compare(ar, br))
			})
			if !yield(s, last) {
				return
			}
		}
	}
}
