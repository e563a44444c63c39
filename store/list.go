package store

import (
	"context"
	"encoding/binary"
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

	mu    sync.RWMutex // guards places.lettings and units; taken after feeding
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

func newList() *List {
	return &List{Index: waitlist.NewIndex(), places: newPlaces(), units: map[string]UnitState{}, staged: map[string]*staged{}}
}

// The order key in the index carries, between the legal order and the
// reference, what a night must know of a household without reading its record:
// the number of its pattern, and whether it has an open offer. The reference
// stands before these bytes too, so that they never decide: where the legal
// order leaves two equal, the reference does.
const markLen = 5

// Mark is what the index knows of a household beside its place.
type Mark struct {
	// Pattern numbers the digest of what suitability reads: households of one
	// pattern are alike for every home.
	Pattern uint32
	// OpenOffer tells that no offer may be made.
	OpenOffer bool
}

// MarkOf reads the mark back from a key of the index.
func MarkOf(key string) Mark {
	end := len(key) - len(waitlist.Reference(key)) - 1
	mark := key[end-markLen : end]
	pattern := uint32(mark[1])<<24 | uint32(mark[2])<<16 | uint32(mark[3])<<8 | uint32(mark[4])
	return Mark{Pattern: pattern, OpenOffer: mark[0] == 1}
}

// IndexKey makes the key under which a placement stands in the index. Its order
// is that of the order key, then of the reference.
func IndexKey(placement *eilev1.Placement, pattern uint32) string {
	reference := placement.GetReference()
	key := make([]byte, 0, len(placement.GetOrderKey())+1+len(reference)+markLen+1+len(reference))
	key = append(key, placement.GetOrderKey()...)
	key = append(key, 0)
	key = append(key, reference...)
	open := byte(0)
	if placement.GetOpenOffer() {
		open = 1
	}
	key = append(key, open)
	key = binary.BigEndian.AppendUint32(key, pattern)
	key = append(key, 0)
	return string(append(key, reference...))
}

// Due answers the applications whose placement may have to be evaluated again
// on a day, given in days since 1970-01-01. It may name one whose day has moved.
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

// freeze copies what a night reads.
func (l *List) freeze() Frozen {
	l.feeding.Lock()
	defer l.feeding.Unlock()
	frozen := Frozen{Frozen: l.Freeze(), Patterns: len(l.places.patterns)}
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

// copied is all of the list as it is now, for Check.
func (l *List) copied() living {
	l.feeding.Lock()
	defer l.feeding.Unlock()
	lettings := map[string][]int32{}
	for list, days := range l.places.lettings {
		if len(days) > 0 {
			lettings[list] = slices.Clone(days)
		}
	}
	return living{
		Frozen: l.Freeze(), counts: l.Counts(), units: maps.Clone(l.units), lettings: lettings,
		due: l.places.due.Snapshot(), settled: l.places.over,
	}
}

// living is what a process knows at one revision.
type living struct {
	*waitlist.Frozen
	counts   []waitlist.Count
	units    map[string]UnitState
	lettings map[string][]int32
	due      *waitlist.Tree
	settled  string // due days before it were forgotten
	sealed   uint32 // the number of the last seal
}

// follow rebuilds the list from the store and has it fed from there on. Nothing
// is written in between, since the register is not open yet.
func (r *Register) follow(ctx context.Context) error {
	r.db.Follow(r.apply)
	return r.View(ctx, func(v *View) error {
		if err := r.moments.load(v.reader); err != nil {
			return err
		}
		for entry, err := range Imports.All(v, "", "") {
			if err != nil {
				return err
			}
			r.imports.put(entry.ID, entry.Record.GetState())
		}
		return r.list.load(v)
	})
}
