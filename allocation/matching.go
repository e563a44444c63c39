package allocation

// matching seats persons at places that each have a number of seats. It serves three ends: fill mode (households at
// classes), the largest possible size (the same), and the slot of each assignment (the holders of a class at its slots).
//
// Persons are numbered as they join, and nobody who is seated ever loses a seat, only moves: matchable sets form a
// transversal matroid, so that asking the persons in an order keeps exactly the best set by that order.
type matching struct {
	free  []int32   // seats left, by place
	left  int       // sum of free
	held  [][]int32 // persons by place; settle takes out those who may no longer move
	lists [][]int32 // by person: the places that will do, best first; never modified
	at    []int32   // place by person
	index []int32   // position in held[at] by person

	// dead places cannot lead to a free seat, now or ever: a failed search visits a set of full places whose holders
	// accept nothing outside it, and no later move can cross its border. A person who accepts dead places only costs a
	// look at the list.
	dead  []bool
	alive int
	shut  func(place int32) // told of each place that dies; may be nil

	// Of the current search: when a place was reached (by the search's number), through whose move, and the queue.
	stamp int32
	seen  []int32
	via   []int32
	queue []int32
}

// newcomer marks a place that the searching person would take directly.
const newcomer = -1

func newMatching(seats []int32) *matching {
	n := len(seats)
	m := &matching{
		free: seats, held: make([][]int32, n), dead: make([]bool, n), alive: n,
		seen: make([]int32, n), via: make([]int32, n), queue: make([]int32, 0, n),
	}
	for _, s := range seats {
		m.left += int(s)
	}
	return m
}

// exhausted tells that nobody more can be seated, whatever their list.
func (m *matching) exhausted() bool { return m.left == 0 || m.alive == 0 }

// add seats one more person if everybody seated so far can keep a seat. It takes O(len(list)) where a wanted place is free
// or all are dead, and otherwise time in proportion to the lists of the holders that it reaches.
func (m *matching) add(list []int32) bool {
	hope := false
	for _, p := range list {
		if m.free[p] > 0 {
			m.join(list, p)
			return true
		}
		hope = hope || !m.dead[p]
	}
	if !hope {
		return false
	}
	end, ok := m.augmentable(list)
	if !ok {
		return false
	}
	m.join(list, m.shift(end))
	return true
}

// augmentable searches, nearest first, for a place with a free seat that can be reached by moving holders; where there is
// none, all that was reached is dead.
func (m *matching) augmentable(list []int32) (end int32, ok bool) {
	m.begin()
	for _, p := range list {
		if !m.dead[p] {
			m.reach(p, newcomer)
		}
	}
	for i := 0; i < len(m.queue); i++ {
		for _, j := range m.held[m.queue[i]] {
			for _, q := range m.lists[j] {
				if m.seen[q] == m.stamp || m.dead[q] {
					continue
				}
				m.reach(q, j)
				if m.free[q] > 0 {
					return q, true
				}
			}
		}
	}
	for _, p := range m.queue {
		m.dead[p] = true
		if m.shut != nil {
			m.shut(p)
		}
	}
	m.alive -= len(m.queue)
	return 0, false
}

// settle gives the persons, in the order in which they joined, the best place that leaves a seat for everybody: a serial
// dictatorship inside the fixed set. It consumes the matching, of which only at is left.
//
// A place can be had if a chain of moves by later persons leads from it to a free seat or to the seat that the chooser
// gives up. A failed search has visited a set of places that none of those who may still move will ever cross the border
// of, in either direction; mark numbers the parts into which all such sets cut the places, so a place in another part than
// one's own is out of reach. Every failed search makes at least one more part: there are at most as many as places.
func (m *matching) settle() {
	mark := make([]int32, len(m.free))
	marks := int32(1)
	split := make(map[int32]int32)
	for person := range int32(len(m.at)) {
		own := m.at[person]
		m.leave(person)
		m.free[own]++
		for _, p := range m.lists[person] {
			if p == own || m.free[p] > 0 {
				own = p
				break
			}
			if mark[p] != mark[own] {
				continue
			}
			end, ok := m.reachable(p)
			if ok {
				own = m.shift(end)
				break
			}
			clear(split)
			for _, q := range m.queue {
				if _, found := split[mark[q]]; !found {
					split[mark[q]] = marks
					marks++
				}
				mark[q] = split[mark[q]]
			}
		}
		m.at[person] = own
		m.free[own]--
	}
}

// reachable searches for a free seat from a full place.
func (m *matching) reachable(from int32) (end int32, ok bool) {
	m.begin()
	m.reach(from, newcomer)
	for i := 0; i < len(m.queue); i++ {
		for _, j := range m.held[m.queue[i]] {
			for _, q := range m.lists[j] {
				if m.seen[q] == m.stamp {
					continue
				}
				m.reach(q, j)
				if m.free[q] > 0 {
					return q, true
				}
			}
		}
	}
	return 0, false
}

func (m *matching) begin() {
	m.stamp++
	m.queue = m.queue[:0]
}

// reach notes that a place can be entered if the given person leaves for it.
func (m *matching) reach(p, person int32) {
	if m.seen[p] != m.stamp {
		m.seen[p] = m.stamp
		m.via[p] = person
		m.queue = append(m.queue, p)
	}
}

// shift moves the holders along the path that the last search found to end, and returns the place that it frees a seat at:
// the one that the searching person wants.
func (m *matching) shift(end int32) int32 {
	for {
		j := m.via[end]
		if j == newcomer {
			return end
		}
		from := m.at[j]
		m.leave(j)
		m.free[from]++
		m.enter(j, end)
		m.free[end]--
		end = from
	}
}

func (m *matching) join(list []int32, p int32) {
	person := int32(len(m.lists))
	m.lists = append(m.lists, list)
	m.at = append(m.at, p)
	m.index = append(m.index, 0)
	m.enter(person, p)
	m.free[p]--
	m.left--
}

func (m *matching) enter(person, p int32) {
	m.at[person] = p
	m.index[person] = int32(len(m.held[p]))
	m.held[p] = append(m.held[p], person)
}

func (m *matching) leave(person int32) {
	p, i := m.at[person], m.index[person]
	last := len(m.held[p]) - 1
	moved := m.held[p][last]
	m.held[p][i] = moved
	m.index[moved] = i
	m.held[p] = m.held[p][:last]
}
