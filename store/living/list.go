package living

import (
	"maps"
	"slices"
	"sync"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/store/waitlist"
)

// List is what this process keeps in memory of the register, fed by commits:
// the order of the waiting households, when their placements fall due, who was
// housed when, and the states of the homes.
type List struct {
	*waitlist.Index

	feeding    sync.Mutex // held by whoever changes what follows, or reads what only it changes
	generation uint32
	places     *places
	staged     map[string]*staged // by import
	next       *nextPlaces        // what a policy change has placed; nil: none is under way

	mu    sync.RWMutex // guards places.lettings, units and the writing of generation; taken after feeding
	units map[string]UnitState
}

// staged is what an undecided import wrote. Placements are kept as they are
// stored, which is a third of the memory.
type staged struct {
	placements [][]byte
	units      map[string]UnitState
}

// nextPlaces is a second list beside the living one.
type nextPlaces struct {
	*places
	generation uint32
	index      *waitlist.Index
}

// UnitState is what is counted of a home.
type UnitState struct {
	Status    eilev1.UnitStatus
	Condition eilev1.ConditionState
}

// StateOf is the state of a home.
func StateOf(unit *eilev1.Unit) UnitState {
	return UnitState{unit.GetStatus(), unit.GetCondition().GetState()}
}

// New is an empty list.
func New() *List {
	return &List{Index: waitlist.NewIndex(), places: newPlaces(), units: map[string]UnitState{}, staged: map[string]*staged{}}
}

// Generation of the placements that are in force: another one stands in another
// order.
func (l *List) Generation() uint32 {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return l.generation
}

// Due returns the applications whose placement may have to be evaluated again
// on a day, given in days since 1970-01-01, in the order of their references. It
// may name one whose day has moved.
func (l *List) Due(day int32) []string {
	l.feeding.Lock()
	defer l.feeding.Unlock()
	return l.places.dueBy(day)
}

// Settled forgets what was evaluated again: all that Due named, up to a day.
// What has fallen due since Due was first asked is named the next time.
func (l *List) Settled(day int32) {
	l.feeding.Lock()
	defer l.feeding.Unlock()
	l.places.settled(day)
}

// HousedSince counts the lettings of a list from a day on.
func (l *List) HousedSince(list string, day int32) int {
	l.mu.RLock()
	defer l.mu.RUnlock()
	days := l.places.lettings[list]
	at, _ := slices.BinarySearch(days, day)
	return len(days) - at
}

// UnitCounts counts the homes by their state.
func (l *List) UnitCounts() map[UnitState]int {
	l.mu.RLock()
	defer l.mu.RUnlock()
	counts := map[UnitState]int{}
	for _, state := range l.units {
		counts[state]++
	}
	return counts
}

// Frozen is the waiting list at one revision, with the homes that are vacant.
type Frozen struct {
	*waitlist.Frozen
	Vacant   []string // references, in order
	Flagged  int
	Patterns int // every mark names a pattern below
}

// Freeze is the list as it is now, with what a night reads beside it.
func (l *List) Freeze() Frozen {
	l.feeding.Lock()
	defer l.feeding.Unlock()
	frozen := Frozen{Frozen: l.Index.Freeze(), Patterns: len(l.places.patterns)}
	for reference, state := range l.units {
		if state.Status == eilev1.UnitStatus_UNIT_STATUS_VACANT {
			frozen.Vacant = append(frozen.Vacant, reference)
		}
		if state.Condition == eilev1.ConditionState_CONDITION_STATE_FLAGGED && state.Status != eilev1.UnitStatus_UNIT_STATUS_DECOMMISSIONED {
			frozen.Flagged++
		}
	}
	slices.Sort(frozen.Vacant)
	return frozen
}

// Fork is a list that begins as this one is and goes its own way.
func (l *List) Fork() *List {
	l.feeding.Lock()
	defer l.feeding.Unlock()
	forked := &List{
		Index: l.Index.Fork(), generation: l.generation, places: l.places.fork(), staged: make(map[string]*staged, len(l.staged)),
		units: maps.Clone(l.units),
	}
	for id, wrote := range l.staged {
		forked.staged[id] = &staged{placements: slices.Clip(wrote.placements), units: maps.Clone(wrote.units)}
	}
	if l.next != nil {
		forked.next = &nextPlaces{places: l.next.fork(), generation: l.next.generation, index: l.next.index.Fork()}
	}
	return forked
}
