package verify

import "slices"

// matching seats people at places by augmenting paths, one person at a time.
type matching struct {
	seats [][]int // people by place
	room  []int   // seats by place
	likes [][]int // by person: places, best first
	at    []int   // by person, -1: nowhere
	fixed []bool  // by person: may no longer move
	tried []bool  // places the present search has tried
}

func newMatching(room []int, likes [][]int) *matching {
	m := &matching{seats: make([][]int, len(room)), room: room, likes: likes, at: make([]int, len(likes)),
		fixed: make([]bool, len(likes)), tried: make([]bool, len(room))}
	for i := range m.at {
		m.at[i] = -1
	}
	return m
}

// seat finds the person a seat at one of the places, moving others who are not fixed to places that they like too.
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

// all seats the people in order, as many as can be. After a failure nothing has moved, so what that search has tried need
// not be tried again until somebody is seated.
func (m *matching) all() (seated int) {
	for person := range m.likes {
		if m.seat(person, m.likes[person]) {
			seated++
			clear(m.tried)
		}
	}
	return seated
}

// settle lets those who are seated choose, in order: each gets the first place that it likes and that leaves everybody else
// seated.
func (m *matching) settle() {
	for person, now := range m.at {
		if now = m.at[person]; now < 0 {
			continue
		}
		i := slices.Index(m.seats[now], person)
		m.seats[now] = slices.Delete(m.seats[now], i, i+1)
		for _, p := range m.likes[person] {
			clear(m.tried)
			if m.seat(person, []int{p}) {
				break
			}
		}
		m.fixed[person] = true
	}
}

func (in *instance) rooms() []int {
	rooms := make([]int, len(in.Classes))
	for i, c := range in.Classes {
		for _, s := range c.Slots {
			rooms[i] += s.Count
		}
	}
	return rooms
}

// fill is what fill mode prescribes. Asking the most senior first, whoever can be seated together with those before is
// housed; then these choose in the same order; then each class's slots go to its holders in that order.
func (in *instance) fill() []seat {
	likes := make([][]int, len(in.Households))
	for i, h := range in.Households {
		likes[i] = h.accepts
	}
	m := newMatching(in.rooms(), likes)
	m.all()
	m.settle()
	want := make([]seat, len(likes))
	given := make([]int, len(in.Classes))
	for h, c := range m.at {
		want[h] = seat{c, -1}
		if c < 0 {
			continue
		}
		given[c]++
		for left := given[c]; left > 0; left -= in.Classes[c].Slots[want[h].slot].Count {
			want[h].slot++
		}
	}
	return want
}

// most is the largest number of households that could be housed.
func (in *instance) most() int {
	likes := make([][]int, len(in.Households))
	for i, h := range in.Households {
		for _, c := range h.accepts {
			if in.place(c, i) >= 0 {
				likes[i] = append(likes[i], c)
			}
		}
	}
	return newMatching(in.rooms(), likes).all()
}

// rivals returns a function from an unhoused household to all who hold a class that it accepts, or a class that one of these
// accepts, and so on. In an outcome of fill mode that is the smallest set that proves that it cannot be housed: if any one
// of them gave up their home, moves along that chain would house it.
func (in *instance) rivals(want []seat) func(h int) []int {
	holders := make([][]int, len(in.Classes))
	for h, s := range want {
		if s.class >= 0 {
			holders[s.class] = append(holders[s.class], h)
		}
	}
	return func(h int) (found []int) {
		reached := make([]bool, len(in.Classes))
		next := []int{h}
		for len(next) > 0 {
			of := next[0]
			next = next[1:]
			for _, c := range in.Households[of].accepts {
				if !reached[c] {
					reached[c] = true
					found = append(found, holders[c]...)
					next = append(next, holders[c]...)
				}
			}
		}
		slices.Sort(found)
		return found
	}
}
