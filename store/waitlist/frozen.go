package waitlist

import (
	"iter"
	"maps"
	"slices"
)

// Frozen is an index as it was at one revision. It never changes, and may be read by many
// goroutines.
type Frozen struct {
	revision uint64
	lists    map[string]frozenList
}

type frozenList struct {
	waiting *Tree
	classes map[string]*Tree
}

// Freeze returns the index as it is now. It copies one pointer and a few words per block, not the
// keys, and does not make readers wait; until the Frozen is let go, the first write to each block
// copies that block.
func (x *Index) Freeze() *Frozen {
	x.write.Lock()
	defer x.write.Unlock()
	f := &Frozen{revision: x.revision, lists: make(map[string]frozenList, len(x.content.queues))}
	for list, q := range x.content.queues {
		frozen := frozenList{waiting: q.waiting.Snapshot(), classes: make(map[string]*Tree, len(q.lanes))}
		for class, number := range q.lanes {
			if waiting := x.content.lanes[number].waiting; waiting.Len() > 0 {
				frozen.classes[class] = waiting.Snapshot()
			}
		}
		if frozen.waiting.Len() > 0 {
			f.lists[list] = frozen
		}
	}
	return f
}

// Revision returns the revision at which the index was frozen.
func (f *Frozen) Revision() uint64 { return f.revision }

// Lists returns the names of the lists that anybody waits on, in order.
func (f *Frozen) Lists() []string { return slices.Sorted(maps.Keys(f.lists)) }

// Classes returns the need classes of a list that anybody waits in, in order.
func (f *Frozen) Classes(list string) []string {
	return slices.Sorted(maps.Keys(f.lists[list].classes))
}

// List yields the order keys of a list in legal order, and how many there are. [Reference] gives
// the applications.
func (f *Frozen) List(list string) (keys iter.Seq[string], waiting int) {
	return f.lists[list].waiting.all()
}

// Class yields the order keys of one need class of a list in legal order, and how many there are.
func (f *Frozen) Class(list, class string) (keys iter.Seq[string], waiting int) {
	return f.lists[list].classes[class].all()
}

// all returns the keys of a tree, and of none.
func (t *Tree) all() (iter.Seq[string], int) {
	if t == nil {
		t = new(Tree)
	}
	return t.From(""), t.len
}
