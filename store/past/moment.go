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

// PlacementMoved is one change of a placement as it took effect. Entry is the moment
// of what the history says of it.
type PlacementMoved struct {
	At    time.Time
	Entry time.Time
	Cause string
	After *eilev1.Placement
}

// Span is a part of the history: what took effect after one moment, up to and
// including another. From is the moment of the first entry that may have done so:
// the pieces of an import stand before the moment of its decision.
type Span struct{ From, After, Until time.Time }

// Placements replays the changes of placements up to and including a moment. The
// changes of one application come in the order in which they took effect; those
// of an import come before and say by At that they took effect when it was
// decided. Replaying costs time in proportion to the history.
func Placements(reader kv.Reader, until time.Time) iter.Seq2[PlacementMoved, error] {
	return PlacementsIn(reader, Span{Until: until})
}

// PlacementsIn replays a part of the history, in the order of Placements. It costs
// time in proportion to that part.
func PlacementsIn(reader kv.Reader, span Span) iter.Seq2[PlacementMoved, error] {
	return func(yield func(PlacementMoved, error) bool) {
		for change, err := range replay[eilev1.PlacementChange](reader, placements, span) {
			if err != nil {
				yield(PlacementMoved{}, err)
				return
			}
			for _, after := range change.record.GetPlacements() {
				if !yield(PlacementMoved{At: change.at, Entry: change.entry, Cause: change.record.GetCause(), After: after}, nil) {
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
	return UnitStatesIn(reader, Span{Until: until})
}

// UnitStatesIn replays a part of the history of homes, as PlacementsIn does.
func UnitStatesIn(reader kv.Reader, span Span) iter.Seq2[UnitMoved, error] {
	return func(yield func(UnitMoved, error) bool) {
		for change, err := range replay[eilev1.UnitChange](reader, units, span) {
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
	entry  time.Time
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

// replay walks a part of one history. The pieces of an import stand before
// everything that happened to its rows, so that the order of keys is the order of
// effect for every single record.
func replay[T any, M entry[T]](reader kv.Reader, of history, span Span) iter.Seq2[dated[M], error] {
	return func(yield func(dated[M], error) bool) {
		decided := map[string]time.Time{}
		for item, err := range of.from(reader, span.From) {
			var change dated[M]
			if err == nil {
				change, err = read[T, M](reader, of, item, decided)
			}
			if err != nil {
				yield(dated[M]{}, err)
				return
			}
			if change.entry.After(span.Until) {
				return
			}
			if !change.at.After(span.After) || change.at.After(span.Until) {
				continue
			}
			if !yield(change, nil) {
				return
			}
		}
	}
}

// from scans a history from the entries of a moment on; zero: all of it.
func (h history) from(reader kv.Reader, at time.Time) iter.Seq2[kv.Item, error] {
	start := []byte(h.prefix)
	if !at.IsZero() {
		start = layout.AppendTime(start, at)
	}
	return reader.Scan(start, kv.PrefixEnd([]byte(h.prefix)))
}

// moment is that of an entry's key.
func (h history) moment(item kv.Item) (time.Time, error) {
	at, ok := layout.TimeOf(h.prefix, item.Key)
	if !ok {
		return at, fmt.Errorf("%s at key %q: %w: the key has no time", h.noun, item.Key, kv.ErrCorrupt)
	}
	return at, nil
}

// read reads one entry of a history and when it took effect; zero: the import
// that it belongs to is not decided. decided remembers imports.
func read[T any, M entry[T]](reader kv.Reader, of history, item kv.Item, decided map[string]time.Time) (dated[M], error) {
	entry, err := of.moment(item)
	if err != nil {
		return dated[M]{}, err
	}
	record, err := layout.Decode[T, M](of.noun, item)
	if err != nil {
		return dated[M]{}, err
	}
	at, err := effect(reader, entry, record.GetImport(), decided)
	return dated[M]{at: at, entry: entry, record: record}, err
}

// effect is when an entry of a moment took effect: an import decides of its own.
func effect(reader kv.Reader, at time.Time, importID string, decided map[string]time.Time) (time.Time, error) {
	if importID == "" {
		return at, nil
	}
	effective, known := decided[importID]
	if !known {
		end, _, err := staging.Decision(reader, importID)
		if err != nil {
			return time.Time{}, err
		}
		effective = end.At
		decided[importID] = effective
	}
	return effective, nil
}

// PolicyAt returns the policy that was in force at a moment; nil: none was.
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
