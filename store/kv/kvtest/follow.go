package kvtest

import (
	"errors"
	"fmt"
	"maps"
	"reflect"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/eile-housing/eile/store/kv"
)

var followCases = []testCase{
	{"what a commit tells", testCommitContents},
	{"every commit once, in order, before Update returns", testFollowOrder},
	{"starts where it says", testFollowFrom},
	{"may View", testFollowView},
	{"writes may be kept", testFollowKeeps},
}

func testCommitContents(t *testing.T, db kv.DB) {
	var got []kv.Commit
	if from := db.Follow(func(c kv.Commit) { got = append(got, c) }); from != 0 {
		t.Errorf("follows from %d, want 0", from)
	}
	first := put(t, db, "a", "1")
	_, _ = db.Update(t.Context(), func(tx kv.Tx) error { return errors.Join(tx.Put([]byte("a"), nil), errRefused) })
	update(t, db, func(kv.Tx) error { return nil })
	second := update(t, db, func(tx kv.Tx) error {
		return errors.Join(
			tx.Put([]byte("c"), []byte("dropped")), tx.Delete([]byte("a")), tx.Delete([]byte("nothing")),
			tx.Put([]byte("b"), []byte("x")), tx.Put([]byte("c"), []byte{}), tx.Put([]byte("b"), []byte("y")),
		)
	})
	expected := []kv.Commit{
		{Revision: first, Writes: []kv.Write{{Key: []byte("a"), Value: []byte("1")}}},
		{Revision: second, Writes: []kv.Write{
			{Key: []byte("c"), Value: []byte{}},
			{Key: []byte("a"), Deleted: true},
			{Key: []byte("nothing"), Deleted: true},
			{Key: []byte("b"), Value: []byte("y")},
		}},
	}
	if !reflect.DeepEqual(got, expected) {
		t.Errorf("followed %v, want %v", got, expected)
	}
}

func testFollowOrder(t *testing.T, db kv.DB) {
	const writers, rounds = 16, 20
	var inside atomic.Int32
	var seen [2]atomic.Uint64
	for i := range seen {
		db.Follow(func(c kv.Commit) {
			if inside.Add(1) != 1 {
				t.Error("followers run concurrently")
			}
			if last := seen[i].Swap(uint64(c.Revision)); uint64(c.Revision) != last+1 {
				t.Errorf("follower %d sees revision %d after %d", i, c.Revision, last)
			}
			inside.Add(-1)
		})
	}
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			for range rounds {
				revision := put(t, db, fmt.Sprint(w), "v")
				for i := range seen {
					if kv.Revision(seen[i].Load()) < revision {
						t.Errorf("Update returned %d when follower %d was at %d", revision, i, seen[i].Load())
					}
				}
				if db.Revision() < revision {
					t.Errorf("Update returned %d when Revision was %d", revision, db.Revision())
				}
			}
		})
	}
	wg.Wait()
	if db.Revision() != writers*rounds {
		t.Errorf("%d commits ended at revision %d", writers*rounds, db.Revision())
	}
}

// testFollowFrom starts followers while others write.
func testFollowFrom(t *testing.T, db kv.DB) {
	const writers, rounds = 4, 25
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			for range rounds {
				put(t, db, fmt.Sprint(w), "v")
				var next atomic.Uint64 // zero until from is known
				var first atomic.Uint64
				from := db.Follow(func(c kv.Commit) {
					first.CompareAndSwap(0, uint64(c.Revision))
					if expected := next.Swap(uint64(c.Revision) + 1); expected != 0 && expected != uint64(c.Revision) {
						t.Errorf("sees revision %d, want %d", c.Revision, expected)
					}
				})
				revision := put(t, db, fmt.Sprint(w), "w")
				if kv.Revision(first.Load()) != from+1 || kv.Revision(next.Load()) <= revision {
					t.Errorf("follows from %d, sees %d first and nothing after %d", from, first.Load(), next.Load()-1)
				}
			}
		})
	}
	wg.Wait()
}

func testFollowView(t *testing.T, db kv.DB) {
	db.Follow(func(c kv.Commit) {
		view(t, db, func(r kv.Reader) error {
			if r.Revision() < c.Revision {
				t.Errorf("View inside a follower of %d is at %d", c.Revision, r.Revision())
			}
			return nil
		})
	})
	var wg sync.WaitGroup
	for w := range 8 {
		wg.Go(func() { put(t, db, fmt.Sprint(w), "v") })
	}
	wg.Wait()
}

func testFollowKeeps(t *testing.T, db kv.DB) {
	var kept, copied []kv.Commit
	db.Follow(func(c kv.Commit) {
		kept = append(kept, c)
		copied = append(copied, clone(c))
	})
	for i := range 50 {
		put(t, db, fmt.Sprint(i%7), fmt.Sprint(i))
	}
	state := make(map[string]record)
	for _, c := range kept {
		apply(state, c)
	}
	if !reflect.DeepEqual(kept, copied) {
		t.Error("commits changed after they were followed")
	}
	if all := contents(t, db); !maps.Equal(state, all) {
		t.Errorf("followed commits make %v, the store holds %v", state, all)
	}
}
