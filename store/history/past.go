package history

import (
	"iter"
	"maps"
	"slices"
	"time"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/store/history/layer"
	"github.com/eile-housing/eile/store/kv"
	"github.com/eile-housing/eile/store/past"
	"github.com/eile-housing/eile/store/waitlist"
)

// Past is the register as it was at a moment. It is for one goroutine, and ends
// with the function that it is given to.
type Past struct {
	reader kv.Reader
	layers layer.Stack
	under  layer.Sums // of offers, up to the last layer that is kept
	over   *recent    // what happened after it
}

// waitingIn reads who waits out of sums.
func waitingIn(sums layer.Sums) map[string]layer.Standing {
	waiting := map[string]layer.Standing{}
	for sum, n := range sums {
		if sum.Kind != layer.Waiting {
			continue
		}
		list, known := waiting[sum.List]
		if !known {
			list.Classes = map[string]int{}
		}
		list.All += int(n)
		list.Classes[sum.Class] = int(n)
		waiting[sum.List] = list
	}
	return waiting
}

// Sums are the numbers of applications and homes up to the moment; the caller does not
// change them.
func (p *Past) Sums() layer.Sums { return p.layers.Sums() }

// Lists are those on which somebody waited, in order.
func (p *Past) Lists() []string { return slices.Sorted(maps.Keys(p.over.waiting)) }

// Waiting counts who waited on a list, of one class unless that is empty.
func (p *Past) Waiting(list, class string) int {
	if class == "" {
		return p.over.waiting[list].All
	}
	return p.over.waiting[list].Classes[class]
}

// Find reads where an application stood; false: there was none.
func (p *Past) Find(reference string) (layer.Placed, bool, error) {
	return p.layers.Find(reference)
}

// Placement reads the whole placement of an application; false: there was none.
func (p *Past) Placement(reference string) (*eilev1.Placement, bool, error) {
	placed, ok, err := p.Find(reference)
	if err != nil || !ok {
		return nil, false, err
	}
	placement, err := past.Placement(p.reader, time.UnixMicro(placed.Entry), reference)
	return placement, err == nil, err
}

// Position counts who was before an application, if it waited, and who waited on
// its list.
func (p *Past) Position(placed layer.Placed) (waitlist.Position, error) {
	waiting := p.over.waiting[placed.List]
	position := waitlist.Position{
		List: placed.List, Class: placed.Class, Status: uint8(placed.Status), OutOfTurn: placed.OutOfTurn,
		Waiting: waiting.All, ClassWaiting: waiting.Classes[placed.Class],
	}
	if !placed.Waits() {
		return position, nil
	}
	before, err := p.layers.Before(placed.List, placed.Key)
	position.Ahead, position.AheadOutOfTurn, position.ClassAhead = before.All, before.OutOfTurn, before.Classes[placed.Class]
	return position, err
}

// Row is one place of a list.
type Row struct {
	Reference string
	Key       string
	waitlist.Position
}

// Queue yields the places of a list in order, from after a key on; empty: from the
// beginning.
func (p *Past) Queue(list, after string) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		from := after
		if from != "" {
			from += "\x00" // the least text above it
		}
		ahead, err := p.layers.Before(list, from)
		if err != nil {
			yield(Row{}, err)
			return
		}
		waiting := p.over.waiting[list]
		for place, err := range p.layers.Queue(list, from) {
			row := Row{Reference: waitlist.Reference(place.Key), Key: place.Key, Position: waitlist.Position{
				List: list, Class: place.Class, Status: uint8(eilev1.ApplicationStatus_APPLICATION_STATUS_WAITING), OutOfTurn: place.OutOfTurn,
				Ahead: ahead.All, AheadOutOfTurn: ahead.OutOfTurn, Waiting: waiting.All,
				ClassAhead: ahead.Classes[place.Class], ClassWaiting: waiting.Classes[place.Class],
			}}
			if !yield(row, err) || err != nil {
				return
			}
			ahead.Add(place)
		}
	}
}

// HousedSince counts the applications of a list that were housed after a day.
func (p *Past) HousedSince(list string, on int32) int {
	count := 0
	for sum, n := range p.Sums() {
		if sum.Kind == layer.Housed && sum.List == list && sum.Number > on {
			count += int(n)
		}
	}
	return count
}

// Homes yields how every home was, in the order of their references.
func (p *Past) Homes() iter.Seq2[layer.Home, error] { return p.layers.Homes() }
