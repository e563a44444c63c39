package living

import (
	"fmt"
	"iter"
	"maps"
	"reflect"
	"slices"

	"github.com/eile-housing/eile/store/waitlist"
)

// Portrait is all of the list as it is now.
func (l *List) Portrait() *Portrait {
	l.feeding.Lock()
	defer l.feeding.Unlock()
	lettings := map[string][]int32{}
	for list, days := range l.places.lettings {
		if len(days) > 0 {
			lettings[list] = slices.Clone(days)
		}
	}
	return &Portrait{
		Frozen: l.Index.Freeze(), counts: l.Counts(), units: maps.Clone(l.units), lettings: lettings,
		due: l.places.due.Snapshot(), settled: l.places.over,
	}
}

// Portrait is what a process knows at one revision.
type Portrait struct {
	*waitlist.Frozen
	counts   []waitlist.Count
	units    map[string]UnitState
	lettings map[string][]int32
	due      *waitlist.Tree
	settled  string // due days before it were forgotten
}

// Compare reports the differences of what a process knows from what was loaded
// anew from the store at the same revision, until report returns false.
func Compare(is, stored *Portrait, report func(fault string) bool) {
	c := &comparison{is: is, stored: stored, report: report}
	c.all()
}

type comparison struct {
	is, stored *Portrait
	report     func(fault string) bool
	ended      bool
}

func (c *comparison) fault(format string, args ...any) {
	if !c.ended {
		c.ended = !c.report(fmt.Sprintf(format, args...))
	}
}

func (c *comparison) all() {
	suits := patterns{living: map[uint32]uint32{}, stored: map[uint32]uint32{}}
	for _, list := range union(c.is.Lists(), c.stored.Lists()) {
		living, _ := c.is.List(list)
		kept, _ := c.stored.List(list)
		c.sameOrder("list "+list, living, kept, suits)
		for _, class := range union(c.is.Classes(list), c.stored.Classes(list)) {
			living, _ := c.is.Class(list, class)
			kept, _ := c.stored.Class(list, class)
			c.sameOrder(fmt.Sprintf("list %s class %s", list, class), living, kept, suits)
		}
	}
	if !reflect.DeepEqual(c.is.counts, c.stored.counts) {
		c.fault("waiting list: in memory wait %v, in the store %v", c.is.counts, c.stored.counts)
	}
	for _, list := range union(slices.Collect(maps.Keys(c.is.lettings)), slices.Collect(maps.Keys(c.stored.lettings))) {
		if !slices.Equal(c.is.lettings[list], c.stored.lettings[list]) {
			c.fault("list %s: %d lettings in memory are not the %d in the store", list, len(c.is.lettings[list]), len(c.stored.lettings[list]))
		}
	}
	if !maps.Equal(c.is.units, c.stored.units) {
		c.fault("states of %d homes in memory are not those of the %d in the store", len(c.is.units), len(c.stored.units))
	}
	c.dueDays()
}

// union is all names of both, in order.
func union(a, b []string) []string {
	return slices.Compact(slices.Sorted(func(yield func(string) bool) {
		for _, name := range slices.Concat(a, b) {
			if !yield(name) {
				return
			}
		}
	}))
}

// patterns pairs the numbers of patterns in memory with those of a fresh list.
type patterns struct{ living, stored map[uint32]uint32 }

func (p patterns) pair(living, stored uint32) bool {
	one, known := p.living[living]
	other, also := p.stored[stored]
	if !known && !also {
		p.living[living], p.stored[stored] = stored, living
		return true
	}
	return known && also && one == stored && other == living
}

// sameOrder walks two orders side by side.
func (c *comparison) sameOrder(what string, living, stored iter.Seq[string], suits patterns) {
	next, stop := iter.Pull(stored)
	defer stop()
	want, more := next()
	for key := range living {
		for more && placeOf(want) < placeOf(key) && !c.ended {
			c.fault("%s: application %s waits in the store, in memory it does not, or at another place", what, waitlist.Reference(want))
			want, more = next()
		}
		if c.ended {
			return
		}
		if !more || placeOf(want) != placeOf(key) {
			c.fault("%s: application %s waits in memory, in the store it does not, or at another place", what, waitlist.Reference(key))
			continue
		}
		is, kept := MarkOf(key), MarkOf(want)
		if is.OpenOffer != kept.OpenOffer || !suits.pair(is.Pattern, kept.Pattern) {
			c.fault("%s: application %s has another open offer or suits other homes than memory says", what, waitlist.Reference(key))
		}
		want, more = next()
	}
	for ; more && !c.ended; want, more = next() {
		c.fault("%s: application %s waits in the store, in memory it does not, or at another place", what, waitlist.Reference(want))
	}
}

// dueDays looks for days that memory has forgotten. It may know of more.
func (c *comparison) dueDays() {
	for key := range c.stored.due.From("") {
		if _, found := c.is.due.Rank(key); !found && key >= c.is.settled && !c.ended {
			c.fault("application %s: memory does not know when it falls due", waitlist.Reference(key))
		}
	}
}
