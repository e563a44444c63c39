package living

import (
	"iter"
	"slices"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/store/waitlist"
)

// Load fills an empty list, as it is at a revision, from the placements of the
// generation in force, each valid until the next, and from the states of the
// homes, which it keeps.
func (l *List) Load(revision uint64, generation uint32, placements iter.Seq2[*eilev1.Placement, error], units map[string]UnitState) error {
	l.feeding.Lock()
	defer l.feeding.Unlock()
	p := newPlaces()
	if err := p.load(l.Index, revision, placements); err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.generation, l.places, l.units = generation, p, units
	return nil
}

// load fills empty places and their index.
func (p *places) load(index *waitlist.Index, revision uint64, placements iter.Seq2[*eilev1.Placement, error]) error {
	var failure error
	var due []string
	lettings := map[string][]int32{}
	err := index.Build(revision, func(yield func(waitlist.Placement) bool) {
		for placement, err := range placements {
			if failure = err; err != nil {
				return
			}
			if day := placement.GetNextDue(); day != 0 {
				due = append(due, dueKey(day, placement.GetReference()))
			}
			p.house(placement, lettings)
			if change := p.change(placement); !change.Remove && !yield(change.Placement) {
				return
			}
		}
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
