package market

// Gain is what some homes more are worth beside a night without them.
type Gain struct {
	// Households that get a home and would not without.
	Households int
	// Place of the most senior of those who would not get one without.
	Senior Seniority
}

// Seniority is a place in the legal order; the zero value is nobody's.
type Seniority struct {
	List     string
	Position int // on the list, from 1
	rank     int // in the legal order, from 1
}

// before tells whether one place is before another; nobody's is after all.
func (a Seniority) before(b Seniority) bool { return a.rank != 0 && (b.rank == 0 || a.rank < b.rank) }

// gain compares two solutions. In choice mode a home more may let somebody be
// housed and somebody else not; then the households are counted and the most
// senior who is new is told.
func (s *Scenarios) gain(without, with Solution) Gain {
	g := Gain{Households: len(with.housed) - len(without.housed)}
	for at, i := 0, 0; i < len(with.housed); i++ {
		for at < len(without.housed) && without.housed[at] < with.housed[i] {
			at++
		}
		if at == len(without.housed) || without.housed[at] != with.housed[i] {
			who := s.waiting[with.housed[i]]
			g.Senior = Seniority{List: s.lists[who.list], Position: int(who.position), rank: int(with.housed[i]) + 1}
			break
		}
	}
	return g
}
