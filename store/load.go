package store

import (
	"fmt"
	"slices"

	"google.golang.org/protobuf/proto"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/store/kv"
	"github.com/eile-housing/eile/store/waitlist"
)

// load fills an empty list from the placements and homes of a view.
func (l *List) load(v *View) error {
	l.feeding.Lock()
	defer l.feeding.Unlock()
	l.generation = v.state.GetGeneration()
	units := map[string]UnitState{}
	for entry, err := range Units.All(v, "", "") {
		if err != nil {
			return err
		}
		units[entry.ID] = stateOf(entry.Record)
	}
	p := newPlaces()
	if err := p.load(v, l.Index); err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.places, l.units = p, units
	return nil
}

func stateOf(unit *eilev1.Unit) UnitState {
	return UnitState{unit.GetStatus(), unit.GetCondition().GetState()}
}

// load fills empty places and their index from the placements of a view.
func (p *places) load(v *View, index *waitlist.Index) error {
	var failure error
	var due []string
	lettings := map[string][]int32{}
	err := index.Build(v.Revision(), func(yield func(waitlist.Placement) bool) {
		failure = v.eachPlacement(func(placement *eilev1.Placement) bool {
			if day := placement.GetNextDue(); day != 0 {
				due = append(due, dueKey(day, placement.GetReference()))
			}
			p.house(placement, lettings)
			change := p.change(placement)
			return change.Remove || yield(change.Placement)
		})
	})
	if failure != nil {
		return failure
	}
	if err != nil {
		return err
	}
	for list, days := range lettings {
		slices.Sort(days)
		p.lettings[list] = days
	}
	slices.Sort(due)
	p.due, err = waitlist.Build(slices.Values(due))
	return err
}

// eachPlacement calls fn with the placements in force, in order of reference,
// until it returns false. The placement is valid during the call only.
func (v *View) eachPlacement(fn func(*eilev1.Placement) bool) error {
	prefix := placementKey(v.state.GetGeneration(), "")
	placement := new(eilev1.Placement)
	for item, err := range v.reader.Scan(prefix, kv.PrefixEnd(prefix)) {
		if err != nil {
			return err
		}
		placement.Reset()
		if err := proto.Unmarshal(item.Value, placement); err != nil {
			return fmt.Errorf("placement at key %q: %w: %w", item.Key, kv.ErrCorrupt, err)
		}
		if placement.GetReference() != string(item.Key[len(prefix):]) {
			return fmt.Errorf("placement at key %q: %w: it is of application %q", item.Key, kv.ErrCorrupt, placement.GetReference())
		}
		hidden, err := v.hidden(placement.GetImport())
		if err != nil {
			return err
		}
		if !hidden && !fn(placement) {
			return nil
		}
	}
	return nil
}
