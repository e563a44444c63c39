package waitlist

import (
	"iter"
	"maps"
)

// content is what an index holds at one revision: rows by reference, and trees by list and by
// class.
type content struct {
	roll   roll
	queues map[string]*queue
	lanes  []lane
}

// A queue is one list.
type queue struct {
	list      string
	waiting   *Tree
	outOfTurn *Tree // those of waiting who are
	lanes     map[string]uint32
}

// A lane is one need class of a list. Rows hold the number of their lane: names are kept once.
type lane struct {
	queue   *queue
	class   string
	waiting *Tree
}

func newContent() *content {
	return &content{roll: newRoll(), queues: make(map[string]*queue)}
}

// fork returns an independent copy that shares what neither writes to. It may run beside reads, not
// beside writes.
func (c *content) fork() *content {
	forked := &content{roll: c.roll.fork(), queues: make(map[string]*queue, len(c.queues)), lanes: make([]lane, len(c.lanes))}
	for list, q := range c.queues {
		forked.queues[list] = &queue{
			list: list, waiting: q.waiting.Snapshot(), outOfTurn: q.outOfTurn.Snapshot(), lanes: maps.Clone(q.lanes),
		}
	}
	for i, l := range c.lanes {
		forked.lanes[i] = lane{queue: forked.queues[l.queue.list], class: l.class, waiting: l.waiting.Snapshot()}
	}
	return forked
}

// lane returns the number of the lane of a list and class, made when it is new.
func (c *content) lane(list, class string) uint32 {
	q := c.queues[list]
	if q == nil {
		q = &queue{list: list, waiting: new(Tree), outOfTurn: new(Tree), lanes: make(map[string]uint32)}
		c.queues[list] = q
	}
	number, ok := q.lanes[class]
	if !ok {
		number = uint32(len(c.lanes))
		c.lanes = append(c.lanes, lane{queue: q, class: class, waiting: new(Tree)})
		q.lanes[class] = number
	}
	return number
}

func (c *content) apply(change Change) {
	h := c.roll.find(change.Reference)
	switch {
	case h == 0 && change.Remove:
	case h == 0:
		c.enter(c.roll.add(change.Reference, change.Key), change.Placement)
	case change.Remove:
		c.leave(h)
		c.roll.remove(change.Reference, h)
	case c.stays(h, change.Placement):
		c.mark(h, change.Placement)
	default:
		c.leave(h)
		c.roll.rekey(h, change.Key)
		c.enter(h, change.Placement)
	}
}

// stays tells whether a placement leaves its row where it is in the order.
func (c *content) stays(h handle, p Placement) bool {
	at := &c.lanes[c.roll.row(h).lane]
	return at.queue.list == p.List && at.class == p.Class && string(c.roll.key(h)) == p.Key
}

// mark sets what a placement says beside its place.
func (c *content) mark(h handle, p Placement) {
	row := c.roll.own(h)
	row.status = p.Status
	if row.outOfTurn == p.OutOfTurn {
		return
	}
	row.outOfTurn = p.OutOfTurn
	if set := c.lanes[row.lane].queue.outOfTurn; p.OutOfTurn {
		set.Insert(p.Key)
	} else {
		set.Delete(p.Key)
	}
}

// enter puts a placement whose row has its key alone into the trees.
func (c *content) enter(h handle, p Placement) {
	number := c.lane(p.List, p.Class)
	c.roll.own(h).lane = number
	c.lanes[number].waiting.Insert(p.Key)
	c.lanes[number].queue.waiting.Insert(p.Key)
	c.mark(h, p)
}

func (c *content) leave(h handle) {
	row, key := c.roll.row(h), c.roll.key(h)
	at := &c.lanes[row.lane]
	at.waiting.delete(key)
	at.queue.waiting.delete(key)
	if row.outOfTurn {
		at.queue.outOfTurn.delete(key)
	}
}

func (c *content) placement(h handle) Placement {
	row := c.roll.row(h)
	at := &c.lanes[row.lane]
	key := string(c.roll.key(h))
	return Placement{Reference(key), at.queue.list, at.class, key, row.status, row.outOfTurn}
}

func (c *content) position(h handle) Position {
	row, key := c.roll.row(h), c.roll.key(h)
	at := &c.lanes[row.lane]
	p := Position{
		List: at.queue.list, Class: at.class, Status: row.status, OutOfTurn: row.outOfTurn,
		Waiting: at.queue.waiting.Len(), ClassWaiting: at.waiting.Len(),
	}
	p.Ahead, _ = at.queue.waiting.rank(key)
	p.AheadOutOfTurn, _ = at.queue.outOfTurn.rank(key)
	p.ClassAhead, _ = at.waiting.rank(key)
	return p
}

// all yields every placement, in no order that means anything.
func (c *content) all() iter.Seq[Placement] {
	return func(yield func(Placement) bool) {
		for h := handle(1); h < c.roll.used; h++ {
			if c.roll.row(h).key.size > 0 && !yield(c.placement(h)) {
				return
			}
		}
	}
}
