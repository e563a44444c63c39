package store

import (
	"context"
	"encoding/binary"
	"fmt"
	"slices"
	"sync"

	"google.golang.org/protobuf/proto"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/store/kv"
	"github.com/eile-housing/eile/store/waitlist"
)

// List is what this process keeps in memory of the register, fed by commits:
// the order of the waiting households, when their placements fall due, who was
// housed when, and the states of the homes.
type List struct {
	*waitlist.Index

	mu         sync.RWMutex
	generation uint32
	patterns   map[string]uint32  // a digest of what suitability reads -> its number
	due        waitlist.Tree      // day and reference; may hold days that no longer hold
	housed     map[string][]int32 // days of lettings by list, in order
	housedRefs map[string]bool
	units      map[string]UnitState
	staged     map[string]*staged // by import
	next       map[string]*eilev1.Placement
}

// staged is what an undecided import wrote.
type staged struct {
	placements []*eilev1.Placement
	units      map[string]UnitState
}

// UnitState is what is counted of a home.
type UnitState struct {
	Status    eilev1.UnitStatus
	Condition eilev1.ConditionState
}

func newList() *List {
	return &List{
		Index: waitlist.NewIndex(), patterns: map[string]uint32{}, housed: map[string][]int32{}, housedRefs: map[string]bool{},
		units: map[string]UnitState{}, staged: map[string]*staged{}, next: map[string]*eilev1.Placement{},
	}
}

// The order key in the index carries, between the legal order and the
// reference, what a night must know of a household without reading its record:
// the number of its pattern, and whether it has an open offer. The legal order
// ends with a draw, so that these bytes never decide.
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
	return Mark{Pattern: binary.BigEndian.Uint32([]byte(mark[1:])), OpenOffer: mark[0] == 1}
}

// IndexKey makes the key under which a placement stands in the index.
func IndexKey(placement *eilev1.Placement, pattern uint32) string {
	key := make([]byte, 0, len(placement.GetOrderKey())+markLen+1+len(placement.GetReference()))
	key = append(key, placement.GetOrderKey()...)
	open := byte(0)
	if placement.GetOpenOffer() {
		open = 1
	}
	key = append(key, open)
	key = binary.BigEndian.AppendUint32(key, pattern)
	key = append(key, 0)
	return string(append(key, placement.GetReference()...))
}

// stands tells whether a placement has a place on its list.
func stands(placement *eilev1.Placement) bool {
	return placement.GetStatus() == eilev1.ApplicationStatus_APPLICATION_STATUS_WAITING
}

// checkPlacement tells why the index would refuse a placement.
func checkPlacement(placement *eilev1.Placement) error {
	if !stands(placement) {
		return nil
	}
	if len(placement.GetOrderKey()) == 0 {
		return fmt.Errorf("application %s waits but has no order key", placement.GetReference())
	}
	return waitlist.Placement{Reference: placement.GetReference(), Key: IndexKey(placement, 0)}.Check()
}

// change is how the index learns of a placement. The caller holds mu.
func (l *List) change(placement *eilev1.Placement) waitlist.Change {
	entry := waitlist.Placement{Reference: placement.GetReference()}
	if !stands(placement) {
		return waitlist.Change{Placement: entry, Remove: true}
	}
	pattern, ok := l.patterns[string(placement.GetSuitability())]
	if !ok {
		pattern = uint32(len(l.patterns))
		l.patterns[string(placement.GetSuitability())] = pattern
	}
	entry.List, entry.Class = placement.GetList(), placement.GetNeedClass()
	entry.Key, entry.OutOfTurn = IndexKey(placement, pattern), placement.GetOutOfTurn()
	entry.Status = uint8(placement.GetStatus())
	return waitlist.Change{Placement: entry}
}

// note keeps what the index does not: due days and lettings. The caller holds mu.
func (l *List) note(placement *eilev1.Placement) {
	if day := placement.GetNextDue(); day != 0 {
		l.due.Insert(dueKey(day, placement.GetReference()))
	}
	if day := placement.GetHousedOn(); day != 0 && !l.housedRefs[placement.GetReference()] {
		l.housedRefs[placement.GetReference()] = true
		days := l.housed[placement.GetList()]
		at, _ := slices.BinarySearch(days, day+1)
		l.housed[placement.GetList()] = slices.Insert(days, at, day)
	}
}

func dueKey(day int32, reference string) string {
	key := binary.BigEndian.AppendUint32(nil, uint32(day)^1<<31)
	return string(append(append(key, 0), reference...))
}

// Due answers the applications whose placement may have to be evaluated again
// on a day, given in days since 1970-01-01. It may name one whose day has moved.
func (l *List) Due(day int32) []string {
	l.mu.RLock()
	defer l.mu.RUnlock()
	var due []string
	end := dueKey(day+1, "")
	for key := range l.due.From("") {
		if key >= end {
			break
		}
		due = append(due, waitlist.Reference(key))
	}
	return due
}

// Settled forgets what fell due up to a day and was evaluated again.
func (l *List) Settled(day int32) {
	l.mu.Lock()
	defer l.mu.Unlock()
	end := dueKey(day+1, "")
	for {
		key, ok := l.due.Select(0)
		if !ok || key >= end {
			return
		}
		l.due.Delete(key)
	}
}

// HousedSince counts the lettings of a list from a day on.
func (l *List) HousedSince(list string, day int32) int {
	l.mu.RLock()
	defer l.mu.RUnlock()
	at, _ := slices.BinarySearch(l.housed[list], day)
	return len(l.housed[list]) - at
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
	l.mu.RLock()
	defer l.mu.RUnlock()
	frozen := Frozen{Frozen: l.Freeze(), Patterns: len(l.patterns)}
	for reference, state := range l.units {
		if state.Status == eilev1.UnitStatus_UNIT_STATUS_VACANT {
			frozen.Vacant = append(frozen.Vacant, reference)
		}
		if state.Condition == eilev1.ConditionState_CONDITION_STATE_FLAGGED {
			frozen.Flagged++
		}
	}
	slices.Sort(frozen.Vacant)
	return frozen
}

// rebuild fills the list from the placements and homes of the store. Commits up
// to the revision of the view are in it.
func (r *Register) rebuild(ctx context.Context, from kv.Revision) error {
	l := r.list
	l.mu.Lock()
	defer l.mu.Unlock()
	return r.View(ctx, func(v *View) error {
		l.generation = v.state.GetGeneration()
		for entry, err := range Units.All(v, "", "") {
			if err != nil {
				return err
			}
			l.units[entry.ID] = UnitState{entry.Record.GetStatus(), entry.Record.GetCondition().GetState()}
		}
		var failure error
		var due []string
		placements := func(yield func(waitlist.Placement) bool) {
			prefix := placementKey(l.generation, "")
			placement := new(eilev1.Placement)
			for item, err := range v.reader.Scan(prefix, kv.PrefixEnd(prefix)) {
				if err == nil {
					placement.Reset()
					err = proto.Unmarshal(item.Value, placement)
				}
				if err != nil {
					failure = fmt.Errorf("placement at key %q: %w", item.Key, err)
					return
				}
				if placement.GetNextDue() != 0 {
					due = append(due, dueKey(placement.GetNextDue(), placement.GetReference()))
				}
				if day := placement.GetHousedOn(); day != 0 {
					l.housedRefs[placement.GetReference()] = true
					l.housed[placement.GetList()] = append(l.housed[placement.GetList()], day)
				}
				if change := l.change(placement); !change.Remove && !yield(change.Placement) {
					return
				}
			}
		}
		if err := l.Build(uint64(v.reader.Revision()), placements); err != nil {
			return err
		}
		for _, days := range l.housed {
			slices.Sort(days)
		}
		slices.Sort(due)
		tree, err := waitlist.Build(slices.Values(due))
		if err != nil {
			return err
		}
		l.due = *tree
		return failure
	})
}
