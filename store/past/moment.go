package past

import (
	"fmt"
	"iter"
	"time"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/store/kv"
	"github.com/eile-housing/eile/store/layout"
	"github.com/eile-housing/eile/store/staging"
)

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
func Placements(reader kv.Reader, until time.Time) iter.Seq2[PlacementMoved, error] {
	return func(yield func(PlacementMoved, error) bool) {
		for change, err := range replay[eilev1.PlacementChange](reader, placements, until) {
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
func UnitStates(reader kv.Reader, until time.Time) iter.Seq2[UnitMoved, error] {
	return func(yield func(UnitMoved, error) bool) {
		for change, err := range replay[eilev1.UnitChange](reader, units, until) {
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

// history is where one of the histories lies and what its entries are called.
type history struct{ prefix, noun string }

var (
	placements = history{layout.PlacementChange, "placement change"}
	units      = history{layout.UnitChange, "unit change"}
)

// entry is a record of a history, which an import may have brought.
type entry[T any] interface {
	layout.Message[T]
	staging.Brought
}

// replay walks one history. The pieces of an import stand before everything
// that happened to its rows, so that the order of keys is the order of effect
// for every single record.
func replay[T any, M entry[T]](reader kv.Reader, of history, until time.Time) iter.Seq2[dated[M], error] {
	return func(yield func(dated[M], error) bool) {
		decided := map[string]time.Time{}
		for item, err := range layout.All(reader, of.prefix) {
			var change dated[M]
			if err == nil {
				change, err = read[T, M](reader, of, item, decided)
			}
			if err != nil {
				yield(dated[M]{}, err)
				return
			}
			if at, _ := layout.TimeOf(of.prefix, item.Key); at.After(until) {
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

// read reads one entry of a history and when it took effect; zero: the import
// that it belongs to is not decided. decided remembers imports.
func read[T any, M entry[T]](reader kv.Reader, of history, item kv.Item, decided map[string]time.Time) (dated[M], error) {
	at, ok := layout.TimeOf(of.prefix, item.Key)
	if !ok {
		return dated[M]{}, fmt.Errorf("%s at key %q: %w: the key has no time", of.noun, item.Key, kv.ErrCorrupt)
	}
	record, err := layout.Decode[T, M](of.noun, item)
	if err != nil {
		return dated[M]{}, err
	}
	id := record.GetImport()
	if id == "" {
		return dated[M]{at: at, record: record}, nil
	}
	effective, known := decided[id]
	if !known {
		end, _, err := staging.Decision(reader, id)
		if err != nil {
			return dated[M]{}, err
		}
		effective = end.At
		decided[id] = effective
	}
	return dated[M]{at: effective, record: record}, nil
}

// PolicyAt answers the policy that was in force at a moment; nil: none was.
func PolicyAt(reader kv.Reader, at time.Time) (*eilev1.PolicyName, error) {
	var latest *eilev1.PolicyName
	for item, err := range layout.All(reader, layout.Activation) {
		if err != nil {
			return nil, err
		}
		if activated, ok := layout.TimeOf(layout.Activation, item.Key); !ok || activated.After(at) {
			break
		}
		latest, err = layout.Decode[eilev1.PolicyName]("activation", item)
		if err != nil {
			return nil, err
		}
	}
	return latest, nil
}
