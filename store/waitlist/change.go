package waitlist

import (
	"fmt"
	"iter"
)

// rebuildLen is from how many changes on an index is rebuilt beside itself, when they are also a
// quarter of what it holds: applied one by one under the lock, an import of a million rows would
// keep every reader waiting for seconds.
const rebuildLen = 1 << 14

// Apply brings the index to a revision by all changes of that revision, in their order. A revision
// that is not above the index's own is already in it and is ignored. A malformed placement, see
// [Placement.Check], fails the whole call.
func (x *Index) Apply(revision uint64, changes []Change) error {
	for _, change := range changes {
		if change.Remove {
			continue
		}
		if err := change.Check(); err != nil {
			return fmt.Errorf("waitlist: revision %d: %w", revision, err)
		}
	}
	x.write.Lock()
	defer x.write.Unlock()
	if revision <= x.revision {
		return nil
	}
	if len(changes) >= rebuildLen && len(changes) >= x.content.roll.len/4 {
		next, err := fill(x.content.with(changes))
		if err != nil {
			return fmt.Errorf("waitlist: revision %d: %w", revision, err)
		}
		x.install(revision, next)
		return nil
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	for _, change := range changes {
		x.content.apply(change)
	}
	x.advance(revision)
	return nil
}

// with yields every placement as it is after the changes. It reads the content only.
func (c *content) with(changes []Change) iter.Seq[Placement] {
	return func(yield func(Placement) bool) {
		last := make(map[string]int, len(changes))
		for i, change := range changes {
			last[change.Reference] = i
		}
		for p := range c.all() {
			if _, changed := last[p.Reference]; !changed && !yield(p) {
				return
			}
		}
		for i, change := range changes {
			if last[change.Reference] == i && !change.Remove && !yield(change.Placement) {
				return
			}
		}
	}
}

// Build replaces all that the index holds by placements, in any order, and sets its revision.
// Readers see the old content until the new one is ready. It fails, and changes nothing, on a
// malformed placement, on a reference given twice and on a revision below the index's own.
func (x *Index) Build(revision uint64, placements iter.Seq[Placement]) error {
	x.write.Lock()
	defer x.write.Unlock()
	if revision < x.revision {
		return fmt.Errorf("waitlist: built at revision %d, the index is at %d already: build from a later one", revision, x.revision)
	}
	next, err := fill(placements)
	if err != nil {
		return fmt.Errorf("waitlist: build at revision %d: %w", revision, err)
	}
	x.install(revision, next)
	return nil
}

// Replace moves the content of next, which is left empty, into x at a revision, in one step for
// readers: a policy change builds next beside x, feeds it the changes that x gets meanwhile, and
// switches. It fails, and changes nothing, when revision is below that of either. No two goroutines
// may replace two indexes by each other.
func (x *Index) Replace(revision uint64, next *Index) error {
	x.write.Lock()
	defer x.write.Unlock()
	next.write.Lock()
	defer next.write.Unlock()
	if revision < x.revision || revision < next.revision {
		return fmt.Errorf("waitlist: replaced at revision %d, the index is at %d and the new one at %d: use the latest",
			revision, x.revision, next.revision)
	}
	moved := next.content
	next.install(next.revision, newContent())
	x.install(revision, moved)
	return nil
}

// install swaps the content in. The caller holds write.
func (x *Index) install(revision uint64, c *content) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.content = c
	x.advance(revision)
}

// advance sets the revision and wakes those who wait for it. The caller holds mu.
func (x *Index) advance(revision uint64) {
	if revision == x.revision {
		return
	}
	x.revision = revision
	close(x.advanced)
	x.advanced = make(chan struct{})
}
