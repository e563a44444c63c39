package history

import (
	"iter"
	"maps"
	"slices"
	"time"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/store/kv"
	"github.com/eile-housing/eile/store/past"
	"github.com/eile-housing/eile/store/waitlist"
)

// Past is the register as it was at a moment. It is for one goroutine, and ends
// with the function that it is given to.
type Past struct {
	reader kv.Reader
	layers []*layer
	under  Sums    // of offers, up to the last layer that is kept
	over   *recent // what happened after it
}

// standing counts who waits on a list.
type standing struct {
	all, outOfTurn int
	classes        map[string]int
}

func (s *standing) add(place stood) {
	s.all += place.by
	s.outOfTurn += place.by * int(bit(place.outOfTurn))
	s.classes[place.class] += place.by
}

// waitingIn reads who waits out of sums.
func waitingIn(sums Sums) map[string]standing {
	waiting := map[string]standing{}
	for sum, n := range sums {
		if sum.Kind != Waiting {
			continue
		}
		list, known := waiting[sum.List]
		if !known {
			list.classes = map[string]int{}
		}
		list.all += int(n)
		list.classes[sum.Class] = int(n)
		waiting[sum.List] = list
	}
	return waiting
}

// Sums are the numbers of applications and homes up to the moment; the caller does not
// change them.
func (p *Past) Sums() Sums { return sumsOf(p.layers) }

// Lists are those on which somebody waited, in order.
func (p *Past) Lists() []string { return slices.Sorted(maps.Keys(p.over.waiting)) }

// Waiting counts who waited on a list, of one class unless that is empty.
func (p *Past) Waiting(list, class string) int {
	if class == "" {
		return p.over.waiting[list].all
	}
	return p.over.waiting[list].classes[class]
}

// Find reads where an application stood; false: there was none.
func (p *Past) Find(reference string) (Placed, bool, error) {
	return merged[Placed](p.layers, people).find(reference)
}

// Placement reads the whole placement of an application; false: there was none.
func (p *Past) Placement(reference string) (*eilev1.Placement, bool, error) {
	placed, ok, err := p.Find(reference)
	if err != nil || !ok {
		return nil, false, err
	}
	placement, err := past.Placement(p.reader, time.UnixMicro(placed.entry), reference)
	return placement, err == nil, err
}

// Position counts who was before an application, if it waited, and who waited on
// its list.
func (p *Past) Position(placed Placed) (waitlist.Position, error) {
	waiting := p.over.waiting[placed.List]
	position := waitlist.Position{
		List: placed.List, Class: placed.Class, Status: uint8(placed.Status), OutOfTurn: placed.OutOfTurn,
		Waiting: waiting.all, ClassWaiting: waiting.classes[placed.Class],
	}
	if !placed.Waits() {
		return position, nil
	}
	before, err := p.before(placed.List, placed.Key)
	position.Ahead, position.AheadOutOfTurn, position.ClassAhead = before.all, before.outOfTurn, before.classes[placed.Class]
	return position, err
}

// before counts the places of a list whose keys are below one.
func (p *Past) before(list, key string) (standing, error) {
	return p.counted(list, func(c *cursor[stood]) int { return c.blockOf(key) }, func(name []byte) bool { return string(name) < key })
}

// counted counts the places of a list up to a block, which at finds, and of that
// block as long as some are below.
func (p *Past) counted(list string, at func(*cursor[stood]) int, below func(name []byte) bool) (standing, error) {
	count := standing{classes: map[string]int{}}
	for _, l := range p.layers {
		c := &cursor[stood]{layer: l, section: l.queue(list), at: -1}
		from := at(c)
		if from < 0 {
			continue
		}
		counted := c.section.before[from]
		count.all += counted.all
		count.outOfTurn += counted.outOfTurn
		for class, n := range counted.classes {
			count.classes[l.names[class]] += n
		}
		for c.jump(from); c.ok && below(c.name); c.next() {
			count.add(c.get())
		}
		if c.err != nil {
			return count, c.err
		}
	}
	return count, nil
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
		ahead, err := p.before(list, from)
		if err != nil {
			yield(Row{}, err)
			return
		}
		waiting := p.over.waiting[list]
		for place, err := range merged[stood](p.layers, queueOf(list)).from(from) {
			row := Row{Reference: waitlist.Reference(place.key), Key: place.key, Position: waitlist.Position{
				List: list, Class: place.class, Status: uint8(eilev1.ApplicationStatus_APPLICATION_STATUS_WAITING), OutOfTurn: place.outOfTurn,
				Ahead: ahead.all, AheadOutOfTurn: ahead.outOfTurn, Waiting: waiting.all,
				ClassAhead: ahead.classes[place.class], ClassWaiting: waiting.classes[place.class],
			}}
			if !yield(row, err) || err != nil {
				return
			}
			ahead.add(place)
		}
	}
}

// HousedSince counts the applications of a list that were housed after a day.
func (p *Past) HousedSince(list string, on int32) int {
	count := 0
	for sum, n := range p.Sums() {
		if sum.Kind == Housed && sum.List == list && sum.Number > on {
			count += int(n)
		}
	}
	return count
}

// Homes yields how every home was, in the order of their references.
func (p *Past) Homes() iter.Seq2[Home, error] { return merged[Home](p.layers, homes).from("") }
