package store

import (
	"fmt"
	"iter"
	"time"

	"google.golang.org/protobuf/proto"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/store/kv"
	"github.com/eile-housing/eile/store/layout"
	"github.com/eile-housing/eile/store/staging"
)

// history writes what a change did to placements and homes, where a past list
// or count would show it. name is the end of the keys, importID the import that
// decides whether it took effect. The audit entry tells of it.
func (tx *Tx) history(name, importID string) error {
	at := tx.at()
	var placements []*eilev1.Placement
	for _, m := range tx.moves {
		if m.before == nil || Moved(m.before, m.after) {
			placements = append(placements, m.after)
		}
	}
	if len(placements) > 0 {
		change := &eilev1.PlacementChange{Placements: placements, Cause: tx.stamp.Action, At: at, Import: importID}
		if err := tx.putFirst(layout.TimeKey(layout.PlacementChange, tx.stamp.Now, name), change); err != nil {
			return err
		}
	}
	var states []*eilev1.UnitChange_UnitState
	for _, t := range tx.turns {
		if !proto.Equal(t.before, t.after) {
			states = append(states, t.after)
		}
	}
	if len(states) == 0 {
		return nil
	}
	change := &eilev1.UnitChange{States: states, Cause: tx.stamp.Action, At: at, Import: importID}
	return tx.putFirst(layout.TimeKey(layout.UnitChange, tx.stamp.Now, name), change)
}

// PlacementMoved is one change of a placement as it took effect.
type PlacementMoved struct {
	At    time.Time
	Cause string
	After *eilev1.Placement
}

// Placements replays the changes of placements up to and including a moment. The
// changes of one application come in the order in which they took effect; those
// of an import come before and say by At that they took effect when it was
// decided. Replaying costs time in proportion to the history.
func (v *View) Placements(until time.Time) iter.Seq2[PlacementMoved, error] {
	return func(yield func(PlacementMoved, error) bool) {
		for change, err := range replay(v, placementLog, until) {
			if err != nil {
				yield(PlacementMoved{}, err)
				return
			}
			for _, after := range change.record.GetPlacements() {
				if !yield(PlacementMoved{At: change.at, Cause: change.record.GetCause(), After: after}, nil) {
					return
				}
			}
		}
	}
}

// UnitMoved is one change of what is counted of a home.
type UnitMoved struct {
	At    time.Time
	Cause string
	After *eilev1.UnitChange_UnitState
}

// UnitStates replays the changes of homes up to and including a moment, in the
// order of Placements.
func (v *View) UnitStates(until time.Time) iter.Seq2[UnitMoved, error] {
	return func(yield func(UnitMoved, error) bool) {
		for change, err := range replay(v, unitLog, until) {
			if err != nil {
				yield(UnitMoved{}, err)
				return
			}
			for _, after := range change.record.GetStates() {
				if !yield(UnitMoved{At: change.at, Cause: change.record.GetCause(), After: after}, nil) {
					return
				}
			}
		}
	}
}

type dated[M any] struct {
	at     time.Time
	record M
}

// replay walks one history. The pieces of an import stand before everything
// that happened to its rows, so that the order of keys is the order of effect
// for every single record.
func replay[T any, M interface {
	layout.Message[T]
	staging.Brought
}](v *View, kind Kind[T, M], until time.Time) iter.Seq2[dated[M], error] {
	return func(yield func(dated[M], error) bool) {
		decided := map[string]time.Time{}
		for item, err := range v.reader.Scan([]byte(kind.prefix), kv.PrefixEnd([]byte(kind.prefix))) {
			var change dated[M]
			if err == nil {
				change, err = readDated(v, kind, item, decided)
			}
			if err != nil {
				yield(dated[M]{}, err)
				return
			}
			if at, _ := layout.TimeOf(kind.prefix, item.Key); at.After(until) {
				return
			}
			if change.at.IsZero() || change.at.After(until) {
				continue
			}
			if !yield(change, nil) {
				return
			}
		}
	}
}

// readDated reads one entry of a history and when it took effect; zero: the
// import that it belongs to is not decided. decided remembers imports.
func readDated[T any, M interface {
	layout.Message[T]
	staging.Brought
}](v *View, kind Kind[T, M], item kv.Item, decided map[string]time.Time) (dated[M], error) {
	at, ok := layout.TimeOf(kind.prefix, item.Key)
	if !ok {
		return dated[M]{}, fmt.Errorf("%s at key %q: %w: the key has no time", kind.Noun, item.Key, kv.ErrCorrupt)
	}
	record, err := layout.Decode[T, M](kind.Noun, item)
	if err != nil {
		return dated[M]{}, err
	}
	id := record.GetImport()
	if id == "" {
		return dated[M]{at: at, record: record}, nil
	}
	effective, known := decided[id]
	if !known {
		effective, _, err = v.ImportedAt(id)
		if err != nil {
			return dated[M]{}, err
		}
		decided[id] = effective
	}
	return dated[M]{at: effective, record: record}, nil
}

// PolicyAt answers the policy that was in force at a moment; nil: none was.
func (v *View) PolicyAt(at time.Time) (*eilev1.PolicyName, error) {
	var latest *eilev1.PolicyName
	for item, err := range v.reader.Scan([]byte(layout.Activation), kv.PrefixEnd([]byte(layout.Activation))) {
		if err != nil {
			return nil, err
		}
		if activated, ok := layout.TimeOf(layout.Activation, item.Key); !ok || activated.After(at) {
			break
		}
		latest, err = layout.Decode[eilev1.PolicyName](activations.Noun, item)
		if err != nil {
			return nil, err
		}
	}
	return latest, nil
}
