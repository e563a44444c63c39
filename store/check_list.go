package store

import (
	"fmt"
	"iter"
	"maps"
	"reflect"
	"slices"
	"time"

	"google.golang.org/protobuf/proto"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/store/waitlist"
)

// list makes the waiting list anew from the snapshot and compares.
func (c *check) list() error {
	fresh := newList()
	if err := fresh.load(c.View); err != nil {
		return err
	}
	stored := fresh.copied()
	suits := patterns{living: map[uint32]uint32{}, stored: map[uint32]uint32{}}
	for _, list := range union(c.living.Lists(), stored.Lists()) {
		living, _ := c.living.List(list)
		kept, _ := stored.List(list)
		c.sameOrder("list "+list, living, kept, suits)
		for _, class := range union(c.living.Classes(list), stored.Classes(list)) {
			living, _ := c.living.Class(list, class)
			kept, _ := stored.Class(list, class)
			c.sameOrder(fmt.Sprintf("list %s class %s", list, class), living, kept, suits)
		}
	}
	if !reflect.DeepEqual(c.living.counts, stored.counts) {
		c.fault("waiting list: in memory wait %v, in the store %v", c.living.counts, stored.counts)
	}
	for _, list := range union(slices.Collect(maps.Keys(c.living.lettings)), slices.Collect(maps.Keys(stored.lettings))) {
		if !slices.Equal(c.living.lettings[list], stored.lettings[list]) {
			c.fault("list %s: %d lettings in memory are not the %d in the store", list, len(c.living.lettings[list]), len(stored.lettings[list]))
		}
	}
	if !maps.Equal(c.living.units, stored.units) {
		c.fault("states of %d homes in memory are not those of the %d in the store", len(c.living.units), len(stored.units))
	}
	c.dueDays(stored.due)
	return nil
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

// place is a key of the index without its mark.
func placeOf(key string) string {
	return key[:len(key)-len(waitlist.Reference(key))-1-markLen]
}

// sameOrder walks two orders side by side.
func (c *check) sameOrder(what string, living, stored iter.Seq[string], suits patterns) {
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
func (c *check) dueDays(stored *waitlist.Tree) {
	for key := range stored.From("") {
		if _, found := c.living.due.Rank(key); !found && key >= c.living.settled && !c.ended {
			c.fault("application %s: memory does not know when it falls due", waitlist.Reference(key))
		}
	}
}

// farAhead is after every entry of a history.
var farAhead = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)

// history replays the placements and compares their end with what is in force.
func (c *check) history() error {
	last := map[string]*eilev1.Placement{}
	for moved, err := range c.Placements(farAhead) {
		if err != nil || c.ended {
			return err
		}
		last[moved.After.GetReference()] = moved.After
	}
	err := c.eachPlacement(func(placement *eilev1.Placement) bool {
		end := last[placement.GetReference()]
		delete(last, placement.GetReference())
		if end == nil || Moved(end, placement) {
			c.fault("application %s: its history ends with another place than it has", placement.GetReference())
		}
		return !c.ended
	})
	for _, reference := range slices.Sorted(maps.Keys(last)) {
		c.fault("application %s: it has a history and no placement", reference)
	}
	return err
}

// unitHistory replays the states of homes and compares their end.
func (c *check) unitHistory() error {
	last := map[string]*eilev1.UnitChange_UnitState{}
	for moved, err := range c.UnitStates(farAhead) {
		if err != nil || c.ended {
			return err
		}
		last[moved.After.GetReference()] = moved.After
	}
	err := each(c, Units, func(id string, unit *eilev1.Unit) error {
		end := last[id]
		delete(last, id)
		if !proto.Equal(end, unitState(unit)) {
			c.fault("unit %s: its history ends with another state than it has", id)
		}
		return nil
	})
	for _, reference := range slices.Sorted(maps.Keys(last)) {
		c.fault("unit %s: it has a history and no record", reference)
	}
	return err
}
