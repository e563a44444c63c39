package store

import (
	"google.golang.org/protobuf/proto"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/store/kv"
	"github.com/eile-housing/eile/store/waitlist"
)

// changes is what one commit changes in memory; done applies it in one step.
// What a commit holds was checked before it was written, so that a record which
// cannot be read here means that the store was changed by another program; the
// list then keeps what it knew, and Check reports the difference.
type changes struct {
	list     *List
	revision uint64
	index    []waitlist.Change
}

// begin locks the list until done.
func (l *List) begin(revision uint64) *changes {
	l.mu.Lock()
	return &changes{list: l, revision: revision}
}

func (c *changes) done() {
	defer c.list.mu.Unlock()
	if err := c.list.Apply(c.revision, c.index); err != nil {
		// Only this revision's changes are lost; see the type's comment.
		_ = c.list.Apply(c.revision, nil)
	}
}

func (c *changes) placement(write kv.Write) {
	placement := new(eilev1.Placement)
	if write.Deleted || proto.Unmarshal(write.Value, placement) != nil {
		return
	}
	key := placementKey(c.list.generation, placement.GetReference())
	switch {
	case string(key) != string(write.Key):
		c.list.next[placement.GetReference()] = placement
	case placement.GetImport() != "" && c.list.staged[placement.GetImport()] != nil:
		into := c.list.staged[placement.GetImport()]
		into.placements = append(into.placements, placement)
	default:
		c.take(placement)
	}
}

func (c *changes) take(placement *eilev1.Placement) {
	c.index = append(c.index, c.list.change(placement))
	c.list.note(placement)
}

func (c *changes) unit(write kv.Write) {
	reference := string(write.Key[len(Units.prefix):])
	unit := new(eilev1.Unit)
	if write.Deleted || proto.Unmarshal(write.Value, unit) != nil {
		delete(c.list.units, reference)
		return
	}
	state := UnitState{unit.GetStatus(), unit.GetCondition().GetState()}
	if into := c.list.staged[unit.GetImport()]; unit.GetImport() != "" && into != nil {
		into.units[reference] = state
		return
	}
	c.list.units[reference] = state
}

// stage notes that an import began.
func (c *changes) stage(id string) {
	if c.list.staged[id] == nil {
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
	for _, placement := range from.placements {
		c.take(placement)
	}
	for reference, state := range from.units {
		c.list.units[reference] = state
	}
}

// drop forgets an import that was removed.
func (c *changes) drop(id string) { delete(c.list.staged, id) }

// register switches to another generation of placements, or forgets the one
// that was given up.
func (c *changes) register(write kv.Write) {
	state := new(eilev1.Register)
	if write.Deleted || proto.Unmarshal(write.Value, state) != nil {
		return
	}
	if state.GetGeneration() != c.list.generation {
		c.list.generation = state.GetGeneration()
		c.list.due = waitlist.Tree{}
		c.list.housed, c.list.housedRefs = map[string][]int32{}, map[string]bool{}
		for _, placement := range c.list.next {
			c.take(placement)
		}
	}
	if state.GetStaging() == 0 {
		c.list.next = map[string]*eilev1.Placement{}
	}
}
