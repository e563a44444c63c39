package living

import (
	"encoding/binary"
	"slices"

	"github.com/eile-housing/eile/store/waitlist"
)

func dueKey(day int32, reference string) string {
	key := make([]byte, 0, 5+len(reference))
	key = binary.BigEndian.AppendUint32(key, uint32(day)^1<<31)
	return string(append(append(key, 0), reference...))
}

// dueEnd is after the keys of a day and of those before it.
func dueEnd(day int32) string { return dueKey(day, "") + "\xff" }

// expect notes what falls due.
func (p *places) expect(due []string) {
	for _, key := range due {
		p.watch.note(key)
	}
	if len(due) < bulk {
		for _, key := range due {
			p.due.Insert(key)
		}
		return
	}
	slices.Sort(due)
	p.due = joined(p.due, slices.Compact(due))
}

// joined is the tree of both; more ascends.
func joined(tree *waitlist.Tree, more []string) *waitlist.Tree {
	next, err := waitlist.Build(func(yield func(string) bool) {
		for key := range tree.From("") {
			for len(more) > 0 && more[0] < key {
				if !yield(more[0]) {
					return
				}
				more = more[1:]
			}
			if len(more) > 0 && more[0] == key {
				more = more[1:]
			}
			if !yield(key) {
				return
			}
		}
		for _, key := range more {
			if !yield(key) {
				return
			}
		}
	})
	if err != nil {
		panic(err) // both ascend
	}
	return next
}

// A watch keeps what falls due, on a day that was asked for or before, since it
// was first asked: who settles that day has not seen it.
type watch struct {
	until string // the end of the last day that was asked for; empty: none
	since map[string]bool
}

func (w *watch) ask(day int32) {
	w.until = max(w.until, dueEnd(day))
	if w.since == nil {
		w.since = map[string]bool{}
	}
}

func (w *watch) note(key string) {
	if key < w.until {
		w.since[key] = true
	}
}

// dueBy returns the references whose day has come, each once, by reference: in
// the order of their days, a key that no longer holds would put its application
// before others in this process alone.
func (p *places) dueBy(day int32) (due []string) {
	p.watch.ask(day)
	end := dueEnd(day)
	for key := range p.due.From("") {
		if key >= end {
			break
		}
		due = append(due, waitlist.Reference(key))
	}
	slices.Sort(due)
	return slices.Compact(due)
}

// settled forgets what was due by a day when it was first asked for.
func (p *places) settled(day int32) {
	end := dueEnd(day)
	var over []string
	for key := range p.due.From("") {
		if key >= end {
			break
		}
		if !p.watch.since[key] {
			over = append(over, key)
		}
	}
	for _, key := range over {
		p.due.Delete(key)
	}
	p.watch, p.over = watch{}, max(p.over, end)
}
