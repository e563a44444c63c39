package waitlist

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
)

// TestReadersDuringWrites moves placements about, freezes and rebuilds while readers check that
// every answer is of one revision: each revision moves one placement between two lists, so that the
// same number waits at any time.
func TestReadersDuringWrites(t *testing.T) {
	const n, revisions = 1200, 600
	x := NewIndex()
	var all []Placement
	for i := range n {
		all = append(all, placed("a", fmt.Sprint(i%3), i, i))
	}
	if err := x.Build(1, slices.Values(all)); err != nil {
		t.Fatal(err)
	}
	stop := make(chan struct{})
	var readers sync.WaitGroup
	for seed := range uint64(3) {
		readers.Go(func() {
			random := rand.New(rand.NewPCG(seed, 0))
			for {
				select {
				case <-stop:
					return
				default:
				}
				if err := errors.Join(consistent(x, random, n), frozenWhole(x, n)); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	random := rand.New(rand.NewPCG(9, 9))
	for revision := uint64(2); revision < revisions; revision++ {
		i := random.IntN(n)
		all[i].List = []string{"a", "b"}[random.IntN(2)]
		all[i].OutOfTurn = random.IntN(2) == 0
		var err error
		if revision%100 == 0 {
			err = x.Build(revision, slices.Values(all))
		} else {
			err = x.Apply(revision, []Change{{Placement: all[i]}})
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	close(stop)
	readers.Wait()
}

// consistent checks one position and one page.
func consistent(x *Index, random *rand.Rand, n int) error {
	reference := fmt.Sprintf("V-%06d", random.IntN(n))
	p, ok := x.Position(reference)
	if !ok {
		return fmt.Errorf("%s has lost its place at revision %d", reference, p.Revision)
	}
	if p.Ahead >= p.Waiting || p.ClassAhead >= p.ClassWaiting || p.ClassAhead > p.Ahead || p.AheadOutOfTurn > p.Ahead ||
		p.ClassWaiting > p.Waiting {
		return fmt.Errorf("%s: %+v", reference, p)
	}
	page := x.Queue(p.List, 0, n)
	if len(page.Placements) != page.Waiting {
		return fmt.Errorf("list %s: %d of %d", p.List, len(page.Placements), page.Waiting)
	}
	waiting := 0
	for _, count := range x.Counts() {
		waiting += count.Waiting
	}
	if waiting != n {
		return fmt.Errorf("%d wait, want %d", waiting, n)
	}
	return nil
}

// frozenWhole checks that a frozen index has everybody once, in order.
func frozenWhole(x *Index, n int) error {
	f := x.Freeze()
	seen := map[string]bool{}
	for _, list := range f.Lists() {
		keys, waiting := f.List(list)
		last, count := "", 0
		for key := range keys {
			if key <= last {
				return fmt.Errorf("frozen %s: %q after %q", list, key, last)
			}
			last, count = key, count+1
			seen[Reference(key)] = true
		}
		if count != waiting {
			return fmt.Errorf("frozen %s: %d of %d", list, count, waiting)
		}
	}
	if len(seen) != n {
		return fmt.Errorf("frozen at %d: %d wait, want %d", f.Revision(), len(seen), n)
	}
	return nil
}
