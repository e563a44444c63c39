package kvtest

import (
	"errors"
	"fmt"
	"maps"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/eile-housing/eile/store/kv"
)

var snapshotCases = []testCase{
	{"does not change", testSnapshotStays},
	{"contains every Update that returned before", testSnapshotFresh},
	{"is exactly its revision", testSnapshotRevision},
}

func testSnapshotStays(t *testing.T, db kv.DB) {
	put(t, db, "changed", "old")
	before := put(t, db, "deleted", "old")
	view(t, db, func(r kv.Reader) error {
		var wg sync.WaitGroup
		wg.Go(func() {
			for i := range 20 {
				update(t, db, func(tx kv.Tx) error {
					key := fmt.Appendf(nil, "new %d", i)
					return errors.Join(tx.Put([]byte("changed"), []byte("new")), tx.Delete([]byte("deleted")), tx.Put(key, nil))
				})
			}
		})
		wg.Wait()
		n := 0
		for _, err := range r.Scan(nil, nil) {
			if err != nil {
				return err
			}
			n++
		}
		if n != 2 || r.Revision() != before {
			t.Errorf("snapshot of revision %d has %d keys at %d, want 2", before, n, r.Revision())
		}
		return errors.Join(want(r.Get, "changed", "old", 1), want(r.Get, "deleted", "old", 2), wantNone(r.Get, "new 0"))
	})
	view(t, db, func(r kv.Reader) error {
		return errors.Join(want(r.Get, "changed", "new", before+20), wantNone(r.Get, "deleted"))
	})
}

func testSnapshotFresh(t *testing.T, db kv.DB) {
	const writers, rounds = 8, 20
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			key := fmt.Sprintf("writer %d", w)
			for i := range rounds {
				value := fmt.Sprint(i)
				revision := put(t, db, key, value)
				view(t, db, func(r kv.Reader) error {
					if r.Revision() < revision {
						t.Errorf("View at %d after Update returned %d", r.Revision(), revision)
					}
					return want(r.Get, key, value, revision)
				})
				// A closure sees it too, and a closure without writes says so.
				seen := update(t, db, func(tx kv.Tx) error { return want(tx.Get, key, value, revision) })
				if seen < revision || db.Revision() < revision {
					t.Errorf("Update without writes returned %d, Revision %d, after Update returned %d", seen, db.Revision(), revision)
				}
			}
		})
	}
	wg.Wait()
}

// testSnapshotRevision: what a snapshot of revision r holds is what all commits
// up to r have written, as their follower saw them.
func testSnapshotRevision(t *testing.T, db kv.DB) {
	const writers, rounds = 6, 15
	var mu sync.Mutex
	state := make(map[string]record)
	history := map[kv.Revision]map[string]record{0: {}}
	db.Follow(func(c kv.Commit) {
		mu.Lock()
		defer mu.Unlock()
		apply(state, c)
		history[c.Revision] = maps.Clone(state)
	})
	var writing, reading sync.WaitGroup
	var stop atomic.Bool
	snapshots := make(chan snapshot, 1)
	reading.Go(func() {
		for !stop.Load() {
			snapshots <- takeSnapshot(t, db)
		}
		close(snapshots)
	})
	for w := range writers {
		writing.Go(func() {
			for i := range rounds {
				key := fmt.Appendf(nil, "%d", (w+i)%4)
				update(t, db, func(tx kv.Tx) error {
					if i%5 == 4 {
						return tx.Delete(key)
					}
					return tx.Put(key, fmt.Appendf(nil, "%d of %d", i, w))
				})
			}
		})
	}
	go func() { writing.Wait(); stop.Store(true) }()
	var taken []snapshot
	for s := range snapshots {
		taken = append(taken, s)
	}
	reading.Wait()
	taken = append(taken, takeSnapshot(t, db))
	for _, s := range taken {
		if !maps.Equal(s.all, history[s.revision]) {
			t.Errorf("snapshot of revision %d holds %v, the commits made %v", s.revision, s.all, history[s.revision])
		}
	}
}

type snapshot struct {
	revision kv.Revision
	all      map[string]record
}

func takeSnapshot(t *testing.T, db kv.DB) snapshot {
	s := snapshot{all: make(map[string]record)}
	err := db.View(t.Context(), func(r kv.Reader) error {
		s.revision = r.Revision()
		for item, err := range r.Scan(nil, nil) {
			if err != nil {
				return err
			}
			s.all[string(item.Key)] = record{string(item.Value), item.Revision}
		}
		return nil
	})
	if err != nil {
		t.Errorf("View: %v", err)
	}
	return s
}

func apply(state map[string]record, c kv.Commit) {
	for _, w := range c.Writes {
		if w.Deleted {
			delete(state, string(w.Key))
		} else {
			state[string(w.Key)] = record{string(w.Value), c.Revision}
		}
	}
}
