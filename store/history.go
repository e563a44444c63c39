package store

import (
	"iter"
	"time"

	"google.golang.org/protobuf/proto"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/store/kv"
)

// PlacementMoved is one change of a placement as it took effect.
type PlacementMoved struct {
	At    time.Time
	Cause string
	After *eilev1.Placement
}

// Placements replays the changes of placements up to and including a moment, in
// the order in which they took effect. An import takes effect when it was
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

// UnitStates replays the changes of homes up to and including a moment.
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
	message[T]
	imported
}](v *View, log Kind[T, M], until time.Time) iter.Seq2[dated[M], error] {
	return func(yield func(dated[M], error) bool) {
		decided := map[string]time.Time{}
		for item, err := range v.reader.Scan([]byte(log.prefix), kv.PrefixEnd([]byte(log.prefix))) {
			if err != nil {
				yield(dated[M]{}, err)
				return
			}
			at, ok := keyTime(log.prefix, item.Key)
			if !ok || at.After(until) {
				return
			}
			record := M(new(T))
			if err := proto.Unmarshal(item.Value, record); err != nil {
				yield(dated[M]{}, err)
				return
			}
			if id := record.GetImport(); id != "" {
				effective, known := decided[id]
				if !known {
					effective, ok, err = v.ImportedAt(id)
					if err != nil {
						yield(dated[M]{}, err)
						return
					}
					if !ok {
						effective = time.Time{}
					}
					decided[id] = effective
				}
				if effective.IsZero() || effective.After(until) {
					continue
				}
				at = effective
			}
			if !yield(dated[M]{at: at, record: record}, nil) {
				return
			}
		}
	}
}
