package waitlist

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
)

// An Index holds the placements of a register at its latest revision. All methods may be called at
// any time from any goroutine; each answers from one revision. Writers wait for each other, and
// make readers wait only for the microseconds in which trees really change.
type Index struct {
	write sync.Mutex // held by whoever changes content, while it prepares too

	mu       sync.RWMutex // guards what follows; taken after write
	content  *content
	revision uint64
	advanced chan struct{} // closed when revision grows
}

// NewIndex returns an empty index at revision 0.
func NewIndex() *Index {
	return &Index{content: newContent(), advanced: make(chan struct{})}
}

// Fork returns an index of its own that begins as this one is now: neither sees what is applied to
// the other. It copies a few words per block and per page, not the placements, and does not make
// readers wait; afterwards the first write to each block or page, in either index, copies that
// block or page. What a fork replaces it does not reuse the memory of: it should not live long.
func (x *Index) Fork() *Index {
	x.write.Lock()
	defer x.write.Unlock()
	return &Index{content: x.content.fork(), revision: x.revision, advanced: make(chan struct{})}
}

// Position returns where the application of a reference waits; false when it has no place.
func (x *Index) Position(reference string) (Position, bool) {
	x.mu.RLock()
	defer x.mu.RUnlock()
	h := x.content.roll.find(reference)
	if h == 0 {
		return Position{Revision: x.revision}, false
	}
	p := x.content.position(h)
	p.Revision = x.revision
	return p, true
}

// Get returns the placement of a reference; false when it has none.
func (x *Index) Get(reference string) (Placement, bool) {
	x.mu.RLock()
	defer x.mu.RUnlock()
	h := x.content.roll.find(reference)
	if h == 0 {
		return Placement{}, false
	}
	return x.content.placement(h), true
}

// Queue returns up to limit placements of a list, from the one that has from others before it. An
// unknown list is empty. Writers wait while a page is read, so a caller bounds the limit; who wants
// a whole list freezes the index.
func (x *Index) Queue(list string, from, limit int) Page {
	x.mu.RLock()
	defer x.mu.RUnlock()
	return x.page(list, func(*Tree) int { return from }, limit)
}

// QueueAfter returns up to limit placements of a list, from the first whose order key is above key;
// "" begins the list. Pages that each go on after the last key of the one before neither skip nor
// repeat a placement that stays in its place, whatever else changes between them.
func (x *Index) QueueAfter(list, key string, limit int) Page {
	x.mu.RLock()
	defer x.mu.RUnlock()
	return x.page(list, func(waiting *Tree) int {
		ahead, found := waiting.Rank(key)
		if found {
			ahead++
		}
		return ahead
	}, limit)
}

func (x *Index) page(list string, first func(*Tree) int, limit int) Page {
	page := Page{Revision: x.revision}
	q := x.content.queues[list]
	if q == nil || limit <= 0 {
		return page
	}
	page.Waiting = q.waiting.Len()
	page.First = min(max(0, first(q.waiting)), page.Waiting)
	page.Placements = make([]Placement, 0, min(limit, page.Waiting-page.First))
	for key := range q.waiting.FromRank(page.First) {
		page.Placements = append(page.Placements, x.content.placement(x.content.roll.find(Reference(key))))
		if len(page.Placements) == limit {
			break
		}
	}
	return page
}

// Lists returns the names of the lists that anybody waits on, in order.
func (x *Index) Lists() []string {
	counts := x.Counts()
	names := make([]string, len(counts))
	for i, count := range counts {
		names[i] = count.List
	}
	return names
}

// Counts returns how many wait, by list and by class of the list, in order of their names.
func (x *Index) Counts() []Count {
	x.mu.RLock()
	defer x.mu.RUnlock()
	var counts []Count
	for _, list := range slices.Sorted(maps.Keys(x.content.queues)) {
		q := x.content.queues[list]
		if q.waiting.Len() == 0 {
			continue
		}
		count := Count{List: list, Waiting: q.waiting.Len(), OutOfTurn: q.outOfTurn.Len()}
		for _, class := range slices.Sorted(maps.Keys(q.lanes)) {
			if n := x.content.lanes[q.lanes[class]].waiting.Len(); n > 0 {
				count.Classes = append(count.Classes, ClassCount{class, n})
			}
		}
		counts = append(counts, count)
	}
	return counts
}

// Revision returns the latest revision that was applied.
func (x *Index) Revision() uint64 {
	x.mu.RLock()
	defer x.mu.RUnlock()
	return x.revision
}

// WaitFor returns when the index has applied revision, or with the context's error.
func (x *Index) WaitFor(ctx context.Context, revision uint64) error {
	for {
		x.mu.RLock()
		at, advanced := x.revision, x.advanced
		x.mu.RUnlock()
		if at >= revision {
			return nil
		}
		select {
		case <-advanced:
		case <-ctx.Done():
			return fmt.Errorf("waitlist: waited for revision %d, the index is at %d: %w", revision, at, context.Cause(ctx))
		}
	}
}
