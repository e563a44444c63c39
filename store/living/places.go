package living

import (
	"fmt"
	"iter"
	"maps"
	"slices"
	"sync"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/store/waitlist"
)

// places is what is kept in memory of the placements of one generation beside
// their index.
type places struct {
	patterns map[string]uint32 // a digest of what suitability reads -> its number
	due      *waitlist.Tree    // day and reference; may hold days that no longer hold
	watch    watch
	over     string             // the end of the last day that was settled
	housed   map[string]letting // by reference
	lettings map[string][]int32 // days by list, in order
}

// letting is where and on which day a household was housed.
type letting struct {
	list string
	day  int32
}

func newPlaces() *places {
	return &places{
		patterns: map[string]uint32{}, due: new(waitlist.Tree), housed: map[string]letting{}, lettings: map[string][]int32{},
	}
}

// fork shares the days of each list, which are replaced and never changed.
func (p *places) fork() *places {
	return &places{
		patterns: maps.Clone(p.patterns), due: p.due.Snapshot(), watch: watch{until: p.watch.until, since: maps.Clone(p.watch.since)},
		over: p.over, housed: maps.Clone(p.housed), lettings: maps.Clone(p.lettings),
	}
}

// Stands tells whether a placement has a place on its list.
func Stands(placement *eilev1.Placement) bool {
	return placement.GetStatus() == eilev1.ApplicationStatus_APPLICATION_STATUS_WAITING
}

// CheckPlacement tells why the list would refuse a placement.
func CheckPlacement(placement *eilev1.Placement) error {
	if placement.GetReference() == "" {
		return fmt.Errorf("placement %v: it names no application", placement)
	}
	if !Stands(placement) {
		return nil
	}
	if len(placement.GetOrderKey()) == 0 {
		return fmt.Errorf("application %s waits but has no order key", placement.GetReference())
	}
	return waitlist.Placement{Reference: placement.GetReference(), Key: IndexKey(placement, 0)}.Check()
}

// change is how the index learns of a placement.
func (p *places) change(placement *eilev1.Placement) waitlist.Change {
	if !Stands(placement) {
		return waitlist.Change{Placement: waitlist.Placement{Reference: placement.GetReference()}, Remove: true}
	}
	pattern, ok := p.patterns[string(placement.GetSuitability())]
	if !ok {
		pattern = uint32(len(p.patterns))
		p.patterns[string(placement.GetSuitability())] = pattern
	}
	return waitlist.Change{Placement: waitlist.Placement{
		Reference: placement.GetReference(), List: placement.GetList(), Class: placement.GetNeedClass(),
		Key: IndexKey(placement, pattern), Status: uint8(placement.GetStatus()), OutOfTurn: placement.GetOutOfTurn(),
	}}
}

// bulk is from how many placements on they are put in order first and then
// joined: one by one they would make readers wait.
const bulk = 1 << 13

// absorb takes placements and answers how the index learns of them. mu guards
// lettings; it is held only while they really change.
func (p *places) absorb(mu sync.Locker, placements iter.Seq[*eilev1.Placement], count int) []waitlist.Change {
	changes := make([]waitlist.Change, 0, count)
	var due []string
	dirty := map[string][]int32{}
	for placement := range placements {
		change := p.change(placement)
		if !change.Remove && change.Check() != nil {
			continue
		}
		changes = append(changes, change)
		if day := placement.GetNextDue(); day != 0 {
			due = append(due, dueKey(day, placement.GetReference()))
		}
		p.house(placement, dirty)
	}
	p.expect(due)
	for list := range dirty {
		slices.Sort(dirty[list])
	}
	mu.Lock()
	defer mu.Unlock()
	for list, days := range dirty {
		p.lettings[list] = days
	}
	return changes
}

// house follows the letting of a household. dirty gets the days of each list
// that changes, not in order.
func (p *places) house(placement *eilev1.Placement, dirty map[string][]int32) {
	was := p.housed[placement.GetReference()]
	is := letting{placement.GetList(), placement.GetHousedOn()}
	if is.day == 0 {
		is = letting{}
	}
	if was == is {
		return
	}
	days := func(list string) []int32 {
		if _, begun := dirty[list]; !begun {
			dirty[list] = slices.Clone(p.lettings[list])
		}
		return dirty[list]
	}
	if was.day != 0 {
		all := days(was.list)
		at := slices.Index(all, was.day)
		dirty[was.list] = slices.Delete(all, at, at+1)
		delete(p.housed, placement.GetReference())
	}
	if is.day != 0 {
		dirty[is.list] = append(days(is.list), is.day)
		p.housed[placement.GetReference()] = is
	}
}
