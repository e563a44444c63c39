package living

import (
	"iter"
	"sync"

	"google.golang.org/protobuf/proto"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/store/kv"
	"github.com/eile-housing/eile/store/layout"
	"github.com/eile-housing/eile/store/waitlist"
)

// Apply takes one commit. It is called in order of revisions, by one goroutine
// at a time.
func (l *List) Apply(commit kv.Commit) {
	l.feeding.Lock()
	defer l.feeding.Unlock()
	c := &changes{list: l, revision: uint64(commit.Revision)}
	for _, write := range commit.Writes {
		switch {
		case layout.Begins(write.Key, layout.Placement):
			c.placement(write)
		case layout.Begins(write.Key, layout.Import):
			c.imported(write)
		case string(write.Key) == layout.Register:
			c.register(write)
		case layout.Begins(write.Key, layout.Unit):
			c.unit(write)
		}
	}
	c.done()
}

// changes is what one commit changes of the list; done applies it.
type changes struct {
	list     *List
	revision uint64
	now      [][]byte              // placements in force, as they are stored
	next     [][]byte              // placements of a policy change
	units    map[string]*UnitState // nil: deleted
	switched bool
}

func (c *changes) placement(write kv.Write) {
	generation, ok := layout.NumberOf(write.Key[len(layout.Placement):])
	if !ok || write.Deleted {
		return
	}
	switch {
	case c.list.next != nil && generation == c.list.next.generation:
		c.next = append(c.next, write.Value)
	case generation != c.list.generation:
	default:
		if into := c.list.staged[layout.Text(write.Value, layout.PlacementImport)]; into != nil {
			into.placements = append(into.placements, write.Value)
			return
		}
		c.now = append(c.now, write.Value)
	}
}

func (c *changes) unit(write kv.Write) {
	reference := string(write.Key[len(layout.Unit):])
	unit := new(eilev1.Unit)
	if proto.Unmarshal(write.Value, unit) != nil {
		return
	}
	state := StateOf(unit)
	into := c.list.staged[unit.GetImport()]
	switch {
	case write.Deleted:
		c.turn(reference, nil)
	case into != nil:
		into.units[reference] = state
	default:
		c.turn(reference, &state)
	}
}

func (c *changes) turn(reference string, state *UnitState) {
	if c.units == nil {
		c.units = map[string]*UnitState{}
	}
	c.units[reference] = state
}

// imported follows an import from its beginning to its end.
func (c *changes) imported(write kv.Write) {
	record := new(eilev1.ImportRecord)
	if proto.Unmarshal(write.Value, record) != nil {
		return
	}
	id := string(write.Key[len(layout.Import):])
	switch {
	case write.Deleted:
		delete(c.list.staged, id)
	case record.GetState() == eilev1.ImportState_IMPORT_STATE_DECIDED:
		c.decide(id)
	case c.list.staged[id] == nil:
		c.list.staged[id] = &staged{units: map[string]UnitState{}}
	}
}

// decide takes what a decided import wrote.
func (c *changes) decide(id string) {
	from := c.list.staged[id]
	if from == nil {
		return
	}
	delete(c.list.staged, id)
	c.now = append(from.placements, c.now...)
	for reference, state := range from.units {
		c.turn(reference, &state)
	}
}

// register begins a second list, switches to it, or gives it up.
func (c *changes) register(write kv.Write) {
	state := new(eilev1.Register)
	if write.Deleted || proto.Unmarshal(write.Value, state) != nil {
		return
	}
	l := c.list
	switch {
	case state.GetGeneration() != l.generation:
		c.switched = true
		if l.next == nil || l.next.generation != state.GetGeneration() {
			l.next = newNextPlaces(state.GetGeneration())
		}
	case state.GetStaging() == 0:
		l.next = nil
	case l.next == nil || l.next.generation != state.GetStaging():
		l.next = newNextPlaces(state.GetStaging())
	}
}

func newNextPlaces(generation uint32) *nextPlaces {
	return &nextPlaces{places: newPlaces(), generation: generation, index: waitlist.NewIndex()}
}

func (c *changes) done() {
	l := c.list
	if len(c.next) > 0 {
		index := l.next.absorb(new(sync.Mutex), decoded(c.next), len(c.next)) // nobody reads it yet
		feed(l.next.index, c.revision, index)
	}
	if len(c.units) > 0 || c.switched {
		c.turnOver()
	}
	if c.switched && l.Replace(c.revision, l.next.index) == nil {
		l.next = nil
		return
	}
	var index []waitlist.Change
	if len(c.now) > 0 {
		index = l.places.absorb(&l.mu, decoded(c.now), len(c.now))
	}
	feed(l.Index, c.revision, index)
}

// turnOver puts in place what readers see beside the index.
func (c *changes) turnOver() {
	l := c.list
	l.mu.Lock()
	defer l.mu.Unlock()
	for reference, state := range c.units {
		if state == nil {
			delete(l.units, reference)
		} else {
			l.units[reference] = *state
		}
	}
	if c.switched {
		l.places, l.generation = l.next.places, l.next.generation
	}
}

// feed brings an index to a revision, come what may.
func feed(index *waitlist.Index, revision uint64, changes []waitlist.Change) {
	if index.Apply(revision, changes) != nil {
		_ = index.Apply(revision, nil) // nothing in it can be refused
	}
}

// decoded yields stored placements; each is valid until the next.
func decoded(values [][]byte) iter.Seq[*eilev1.Placement] {
	return func(yield func(*eilev1.Placement) bool) {
		placement := new(eilev1.Placement)
		for _, value := range values {
			placement.Reset()
			if proto.Unmarshal(value, placement) == nil && !yield(placement) {
				return
			}
		}
	}
}
