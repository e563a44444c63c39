package waitlist

import (
	"bytes"
	"cmp"
	"fmt"
	"iter"
	"slices"
)

// A filling collects the members of one list until they are sorted.
type filling struct {
	queue   *queue
	members []handle
	shared  []byte // a prefix of every key
}

// fill makes content of placements in any order. Each list is sorted once, on eight bytes of its
// keys; a list that comes in its order is not sorted at all.
func fill(placements iter.Seq[Placement]) (*content, error) {
	c := newContent()
	var fillings []*filling
	byQueue := make(map[*queue]*filling)
	for p := range placements {
		if err := p.Check(); err != nil {
			return nil, err
		}
		if c.roll.find(p.Reference) != 0 {
			return nil, fmt.Errorf("placement %s: it is given twice", p.Reference)
		}
		h := c.roll.add(p.Reference, p.Key)
		row := c.roll.own(h)
		row.lane, row.status, row.outOfTurn = c.lane(p.List, p.Class), p.Status, p.OutOfTurn
		q := c.lanes[row.lane].queue
		f := byQueue[q]
		if f == nil {
			f = &filling{queue: q, shared: []byte(p.Key)}
			byQueue[q] = f
			fillings = append(fillings, f)
		}
		f.members = append(f.members, h)
		f.shared = f.shared[:sharedLen(f.shared, c.roll.key(h))]
	}
	for _, f := range fillings {
		if err := c.plant(f); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// plant builds the trees of one list.
func (c *content) plant(f *filling) error {
	c.sort(f)
	var waiting, outOfTurn builder
	classes := make(map[uint32]*builder)
	for _, h := range f.members {
		row, key := c.roll.row(h), c.roll.key(h)
		class := classes[row.lane]
		if class == nil {
			class = new(builder)
			classes[row.lane] = class
		}
		if err := waiting.add(key); err != nil {
			return err
		}
		if err := class.add(key); err != nil {
			return err
		}
		if row.outOfTurn {
			if err := outOfTurn.add(key); err != nil {
				return err
			}
		}
	}
	f.queue.waiting, f.queue.outOfTurn = waiting.tree(), outOfTurn.tree()
	for number, class := range classes {
		c.lanes[number].waiting = class.tree()
	}
	return nil
}

// sort puts the members of a list in the order of their keys.
func (c *content) sort(f *filling) {
	type member struct {
		window uint64
		handle handle
	}
	members := make([]member, len(f.members))
	for i, h := range f.members {
		e, _ := cut(c.roll.key(h)[len(f.shared):])
		members[i] = member{e.window, h}
	}
	slices.SortFunc(members, func(a, b member) int {
		if a.window != b.window {
			return cmp.Compare(a.window, b.window)
		}
		return bytes.Compare(c.roll.key(a.handle), c.roll.key(b.handle))
	})
	for i, m := range members {
		f.members[i] = m.handle
	}
}
