package history

import (
	"github.com/eile-housing/eile/store/history/layer"
	"github.com/eile-housing/eile/store/kv"
	"github.com/eile-housing/eile/store/past"
)

// readChanges hands over a part of the history in portions of so many changes; the
// last one may be empty.
func readChanges(reader kv.Reader, span past.Span, portion int, take func(some layer.Changes, last bool) error) error {
	var some layer.Changes
	full := func() error {
		if some.Len() < portion {
			return nil
		}
		taken := some
		some = layer.Changes{}
		return take(taken, false)
	}
	for moved, err := range past.PlacementsIn(reader, span) {
		if err != nil {
			return err
		}
		some.People = append(some.People, layer.PlacedOf(moved.After, moved.Entry))
		if err := full(); err != nil {
			return err
		}
	}
	for moved, err := range past.UnitStatesIn(reader, span) {
		if err != nil {
			return err
		}
		some.Homes = append(some.Homes, layer.Home{
			Reference: moved.After.GetReference(), Status: moved.After.GetStatus(), Condition: moved.After.GetCondition(),
			LeftStock: moved.After.GetLeftStock(), Since: moved.At,
		})
		if err := full(); err != nil {
			return err
		}
	}
	return take(some, true)
}
