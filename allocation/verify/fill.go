package verify

import "slices"

// matching seats people at places by augmenting paths, one person at a time.
type matching struct {
	likes [][]int // by person: places, best first
	room  []int   // by place: how many seats
	seats [][]int // by place: people
	at    []int   // by person: place, -1 for none
	fixed []bool  // by person: may no longer move
	tried []bool  // by place: the present search has been there
}

func match(room []int, likes [][]int) *matching {
	m := &matching{likes, room, make([][]int, len(room)), make([]int, len(likes)), make([]bool, len(likes)), make([]bool, len(room))}
	for person := range likes {
		m.at[person] = -1
		// A search that fails has moved nobody, so what it tried need not be tried again until
		// somebody is seated.
		if m.seat(person, likes[person]) {
			clear(m.tried)
		}
	}
	clear(m.tried)
	return m
}

// seat finds the person a seat at one of the places, if need be by moving others to places that
// they like too.
func (m *matching) seat(person int, places []int) bool {
	for _, p := range places {
		if m.tried[p] {
			continue
		}
		m.tried[p] = true
		if len(m.seats[p]) < m.room[p] {
			m.seats[p] = append(m.seats[p], person)
			m.at[person] = p
			return true
		}
		for i, other := range m.seats[p] {
			if !m.fixed[other] && m.seat(other, m.likes[other]) {
				m.seats[p][i] = person
				m.at[person] = p
				return true
			}
		}
	}
	return false
}

// settle lets all who are seated choose, in order: each gets the first place that it likes and that
// keeps everybody seated.
func (m *matching) settle() {
	for person := range m.likes {
		p := m.at[person]
		if p < 0 {
			continue
		}
		m.seats[p] = slices.DeleteFunc(m.seats[p], func(other int) bool { return other == person })
		for _, p := range m.likes[person] {
			clear(m.tried)
			if m.seat(person, []int{p}) {
				break
			}
		}
		m.fixed[person] = true
	}
}

// matchClasses matches as many households to classes as can be, the most senior first.
func (in *instance) matchClasses() *matching {
	room, likes := make([]int, len(in.Classes)), make([][]int, len(in.Households))
	for c := range in.Classes {
		for _, s := range in.Classes[c].Slots {
			room[c] += s.Count
		}
	}
	for h := range likes {
		likes[h] = in.Households[h].accepts
	}
	return match(room, likes)
}

// fill is what fill mode prescribes: whoever can be seated together with all who are more senior
// and seated is housed; then these choose, the most senior first; then the homes of each class are
// given out in that order, slot after slot.
func (in *instance) fill() []seat {
	m := in.matchClasses()
	m.settle()
	seats, given := make([]seat, len(m.at)), make([]int, len(in.Classes))
	for h, c := range m.at {
		seats[h] = nowhere
		if c < 0 {
			continue
		}
		slot, before := 0, given[c]
		for ; before >= in.Classes[c].Slots[slot].Count; slot++ {
			before -= in.Classes[c].Slots[slot].Count
		}
		seats[h] = seat{c, slot}
		given[c]++
	}
	return seats
}

// most is the largest number of households that any assignment could house.
func (in *instance) most() (n int) {
	for _, c := range in.matchClasses().at {
		if c >= 0 {
			n++
		}
	}
	return n
}

// circuits returns a function that finds what a violator must be: an unhoused household, the
// holders of every class that it accepts, of every class that one of those accepts, and so on; and
// all these classes. They are full, so there is one home fewer than households; and without any one
// of the holders, moves along that chain would house the others.
func (in *instance) circuits(seats []seat) func(h int) (households, classes []string) {
	holders := make([][]int, len(in.Classes))
	for h, s := range seats {
		if s != nowhere {
			holders[s.class] = append(holders[s.class], h)
		}
	}
	return func(h int) (households, classes []string) {
		reached := make([]bool, len(in.Classes))
		for chain := []int{h}; len(chain) > 0; chain = chain[1:] {
			households = append(households, in.Households[chain[0]].ID)
			for _, c := range in.Households[chain[0]].accepts {
				if !reached[c] {
					reached[c] = true
					classes = append(classes, in.Classes[c].ID)
					chain = append(chain, holders[c]...)
				}
			}
		}
		return households, classes
	}
}
