package allocation

import (
	"cmp"
	"iter"
	"slices"
)

// everyone is the filter that every household meets. A filter is a set of groups folded into bits: a household that does
// not meet a class's filter is surely rejected there; one that does may be.
const everyone uint64 = 1 << 63

func filterBit(group int32) uint64 { return 1 << (uint32(group) % 63) }

// acceptance is applicant-proposing deferred acceptance. The households propose in legal order, each until it is held, and
// so do those displaced; the outcome does not depend on that order (the choice of each class is substitutable), but in
// legal order a newcomer is the most junior so far, so that one look at open decides almost every proposal.
type acceptance struct {
	choosers []chooser
	tenants  []tenant // who is held somewhere, and free entries
	vacated  []int32  // free entries of tenants

	// open is the filter by class for a household that comes last in the class's order. It only ever closes: whom a class
	// rejects it rejects from any larger set. A class with an order of its own is open to all until the last household
	// that it lists has been read.
	open     []uint64
	openLeft int
	left     int // homes that nobody holds; while there are any, those who come may still show that more could be housed
	gate     *gate
	expiring []int32 // classes with an order of their own, the one that closes first at the end
}

// tenant is a household that a class holds for now.
type tenant struct {
	household int32
	next      int // index in accepts of the class to propose to next
	accepts   []int32
	groups    []int32
}

func deferredAcceptance(classes []Class, groups []string, households iter.Seq[Household], g *gate) (seats []Seat, read int) {
	a := newAcceptance(classes, groups)
	a.gate = g
	if a.left > 0 {
		for h := range households {
			filter := everyone
			for _, group := range h.Groups {
				filter |= filterBit(group)
			}
			for i, c := range h.Accepts {
				if a.open[c]&filter != 0 {
					a.propose(tenant{household: int32(read), next: i, accepts: h.Accepts, groups: h.Groups})
					break
				}
			}
			read++
			a.expire(int32(read))
			g.read(h.Accepts)
			if a.openLeft == 0 && a.left == 0 {
				break
			}
		}
	}
	for c := range a.choosers {
		seats = a.seat(seats, int32(c))
	}
	return seats, read
}

func newAcceptance(classes []Class, groups []string) *acceptance {
	a := &acceptance{choosers: make([]chooser, len(classes)), open: make([]uint64, len(classes)), openLeft: len(classes)}
	index := make(map[string]int32, len(groups))
	for i, g := range groups {
		index[g] = int32(i)
	}
	for i, class := range classes {
		a.choosers[i] = newChooser(class, index)
		a.open[i] = everyone
		a.left += class.homes()
		if a.choosers[i].own {
			a.expiring = append(a.expiring, int32(i))
		}
	}
	slices.SortFunc(a.expiring, func(x, y int32) int { return cmp.Compare(a.choosers[y].last, a.choosers[x].last) })
	a.expire(0)
	return a
}

// expire closes the classes with an order of their own of which every household listed has been read.
func (a *acceptance) expire(read int32) {
	for n := len(a.expiring); n > 0 && a.choosers[a.expiring[n-1]].last < read; n-- {
		a.open[a.expiring[n-1]] = 0
		a.openLeft--
		a.expiring = a.expiring[:n-1]
	}
}

// propose lets a household propose down its list, and whomever that displaces, until nobody is left who would.
func (a *acceptance) propose(t tenant) {
	id := a.admit(t)
	for {
		t := &a.tenants[id]
		if t.next == len(t.accepts) {
			a.vacated = append(a.vacated, id)
			return
		}
		c := t.accepts[t.next]
		t.next++
		chooser := &a.choosers[c]
		rank := chooser.rank(t.household)
		if rank < 0 {
			continue
		}
		rejected, any := chooser.offer(holder{rank: rank, tenant: id}, a.groups)
		if any && rejected.tenant == id {
			continue
		}
		a.narrow(c)
		if !any {
			a.left--
			return
		}
		id = rejected.tenant
	}
}

func (a *acceptance) groups(tenant int32) []int32 { return a.tenants[tenant].groups }

func (a *acceptance) admit(t tenant) int32 {
	if n := len(a.vacated); n > 0 {
		id := a.vacated[n-1]
		a.vacated = a.vacated[:n-1]
		a.tenants[id] = t
		return id
	}
	a.tenants = append(a.tenants, t)
	return int32(len(a.tenants) - 1)
}

// narrow brings a class's filter up to date after it has taken somebody in.
func (a *acceptance) narrow(c int32) {
	if a.choosers[c].own || a.open[c] == 0 {
		return
	}
	if a.open[c] = a.choosers[c].open(); a.open[c] == 0 {
		a.openLeft--
		a.gate.close(c)
	}
}
