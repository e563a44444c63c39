package allocation

import "iter"

// fill houses the most senior set that can be housed, then lets that set choose in legal order.
func fill(classes []Class, households iter.Seq[Household], shut func(int32)) (seats []Seat, read int) {
	m := newMatching(capacities(classes))
	m.shut = shut
	var who []int32 // household by person
	if !m.exhausted() {
		for h := range households {
			if m.add(h.Accepts) {
				who = append(who, int32(read))
			}
			read++
			if m.exhausted() {
				break
			}
		}
	}
	m.settle()
	seats = make([]Seat, len(who))
	given := make([]int, len(classes))
	for person, household := range who {
		c := m.at[person]
		seats[person] = Seat{Household: household, Class: c, Slot: classes[c].slotAt(given[c])}
		given[c]++
	}
	return seats, read
}

// dictate is serial dictatorship: each household in legal order gets the best class that still has a home.
func dictate(classes []Class, households iter.Seq[Household], g *gate) (seats []Seat, read int) {
	free := capacities(classes)
	left := 0
	for _, n := range free {
		left += int(n)
	}
	if left == 0 {
		return nil, 0
	}
	for h := range households {
		for _, c := range h.Accepts {
			if free[c] > 0 {
				class := classes[c]
				seats = append(seats, Seat{Household: int32(read), Class: c, Slot: class.slotAt(class.homes() - int(free[c]))})
				free[c]--
				left--
				if free[c] == 0 {
					g.close(c)
				}
				break
			}
		}
		read++
		g.read(h.Accepts)
		if left == 0 {
			break
		}
	}
	return seats, read
}

func capacities(classes []Class) []int32 {
	n := make([]int32, len(classes))
	for i, c := range classes {
		n[i] = int32(c.homes())
	}
	return n
}
