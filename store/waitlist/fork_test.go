package waitlist

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
	"testing"

	"pgregory.net/rapid"
)

// TestForksAreRegisters changes an index and its forks, and forks of these, each in its own way:
// none sees another.
func TestForksAreRegisters(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		type kept struct {
			*Index
			r        register
			revision uint64
		}
		first := &kept{Index: NewIndex(), r: register{}}
		if rapid.Bool().Draw(t, "one hash") {
			first.content.roll.hash = func(string) uint64 { return 7 }
		}
		all := []*kept{first}
		one := rapid.Custom(func(t *rapid.T) *kept { return all[rapid.IntRange(0, len(all)-1).Draw(t, "index")] })
		changes := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Change {
			return Change{anyPlacement().Draw(t, "placement"), rapid.IntRange(0, 2).Draw(t, "remove") == 0}
		}), 0, 6)
		t.Repeat(map[string]func(*rapid.T){
			"apply": func(t *rapid.T) {
				x, some := one.Draw(t, "which"), changes.Draw(t, "changes")
				x.revision++
				if err := x.Apply(x.revision, some); err != nil {
					t.Fatalf("%v", err)
				}
				x.r.apply(some)
			},
			"fork": func(t *rapid.T) {
				x := one.Draw(t, "which")
				all = append(all, &kept{x.Fork(), maps.Clone(x.r), x.revision})
			},
			"build": func(t *rapid.T) {
				x := one.Draw(t, "which")
				if err := x.Build(x.revision, maps.Values(x.r)); err != nil {
					t.Fatalf("%v", err)
				}
			},
			"": func(t *rapid.T) {
				for _, x := range all {
					same(t, x.Index, x.r, x.revision)
				}
			},
		})
	})
}

// TestForkDuringReadsAndWrites moves placements in an index and in forks of it at once, while
// readers look: neither sees the other, and both have everybody once.
func TestForkDuringReadsAndWrites(t *testing.T) {
	const n = 4 * pageLen
	x := NewIndex()
	var all []Placement
	for i := range n {
		all = append(all, placed("a", fmt.Sprint(i%3), i, i))
	}
	if err := x.Build(1, slices.Values(all)); err != nil {
		t.Fatal(err)
	}
	move := func(x *Index, seed uint64, times int) {
		random := rand.New(rand.NewPCG(seed, 0))
		for range times {
			p := placed([]string{"a", "b"}[random.IntN(2)], "1", random.IntN(n), random.IntN(n))
			if err := x.Apply(x.Revision()+1, []Change{{Placement: p}}); err != nil {
				t.Error(err)
			}
		}
	}
	stop := make(chan struct{})
	var living, forks sync.WaitGroup
	living.Go(func() {
		for seed := uint64(0); ; seed++ {
			select {
			case <-stop:
				return
			default:
				move(x, seed, 100)
			}
		}
	})
	living.Go(func() {
		random := rand.New(rand.NewPCG(8, 8))
		for {
			select {
			case <-stop:
				return
			default:
				if err := consistent(x, random, n); err != nil {
					t.Error(err)
					return
				}
			}
		}
	})
	for seed := range uint64(6) {
		forks.Go(func() {
			fork := x.Fork()
			revision, before := fork.Revision(), fmt.Sprint(fork.Counts())
			runtime.Gosched()
			if fork.Revision() != revision || fmt.Sprint(fork.Counts()) != before {
				t.Error("a fork follows the index that it was made of")
			}
			move(fork, 100+seed, 300)
			if err := consistent(fork, rand.New(rand.NewPCG(seed, 9)), n); err != nil {
				t.Error(err)
			}
			if err := frozenWhole(fork, n); err != nil {
				t.Error(err)
			}
			if fork.Revision() != revision+300 {
				t.Errorf("the fork is at %d, want %d", fork.Revision(), revision+300)
			}
		})
	}
	forks.Wait()
	close(stop)
	living.Wait()
	if err := frozenWhole(x, n); err != nil {
		t.Error(err)
	}
}

// TestArenaIsReusedAfterForks: forks that were let go do not make the arena of the index grow.
func TestArenaIsReusedAfterForks(t *testing.T) {
	x := NewIndex()
	for i := range 50_000 {
		if i%100 == 0 {
			x.Fork()
		}
		if err := x.Apply(uint64(i+1), []Change{{Placement: placed("social", "1", i, i%50)}}); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(x.content.roll.keys.chunks); n != 1 {
		t.Errorf("50 keys take %d chunks", n)
	}
}
