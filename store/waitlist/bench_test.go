package waitlist

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/tidwall/btree"
)

// legalKeys are keys as a policy makes them: one byte for the band, the time of registration in
// microseconds over fifteen years, the number in the register, 0x00 and the reference. They ascend,
// in memory too.
var legalKeys = sync.OnceValue(func() []string {
	const n = 3_000_000
	const start, span = 1_300_000_000_000_000, 15 * 365 * 86_400 * 1_000_000
	random := rand.New(rand.NewPCG(1, 2))
	keys := make([]string, n)
	for i := range keys {
		key := []byte{byte(random.IntN(4))}
		key = binary.BigEndian.AppendUint64(key, uint64(start+random.Int64N(span)))
		key = binary.BigEndian.AppendUint32(key, uint32(i))
		keys[i] = fmt.Sprintf("%s\x00VLN-%08d", key, i)
	}
	slices.Sort(keys)
	for i := range keys {
		keys[i] = strings.Clone(keys[i])
	}
	return keys
})

// everyth returns n of the keys, evenly.
func everyth(n int) []string {
	all := legalKeys()
	keys := make([]string, n)
	for i := range keys {
		keys[i] = all[i*(len(all)/n)]
	}
	return keys
}

// asked returns the keys in random order and in fresh memory: a key that is asked for comes from a
// request.
func asked(keys []string) []string {
	asked := slices.Clone(keys)
	rand.New(rand.NewPCG(3, 4)).Shuffle(len(asked), func(i, j int) { asked[i], asked[j] = asked[j], asked[i] })
	for i := range asked {
		asked[i] = strings.Clone(asked[i])
	}
	return asked
}

func built(b *testing.B, keys []string) *Tree {
	b.Helper()
	t, err := Build(slices.Values(keys))
	if err != nil {
		b.Fatal(err)
	}
	runtime.GC()
	return t
}

// each calls op with one key after the other, over and over.
func each(b *testing.B, keys []string, op func(key string)) {
	b.Helper()
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		op(keys[i])
		if i++; i == len(keys) {
			i = 0
		}
	}
}

func benchmarkRank(b *testing.B, n int) {
	keys := everyth(n)
	t := built(b, keys)
	each(b, asked(keys), func(key string) {
		if _, found := t.Rank(key); !found {
			b.Fatal("a key is absent")
		}
	})
}

func BenchmarkRank1M(b *testing.B) { benchmarkRank(b, 1_000_000) }
func BenchmarkRank3M(b *testing.B) { benchmarkRank(b, 3_000_000) }

// BenchmarkRankDays1M ranks in an old register that knows days only: some 50 keys of a band share a
// day.
func BenchmarkRankDays1M(b *testing.B) {
	keys := everyth(1_000_000)
	for i, key := range keys {
		day := binary.BigEndian.Uint64([]byte(key[1:9])) / 86_400_000_000
		keys[i] = string(binary.BigEndian.AppendUint64([]byte{key[0]}, day*86_400_000_000)) + key[9:]
	}
	slices.Sort(keys)
	t := built(b, keys)
	each(b, asked(keys), func(key string) {
		if _, found := t.Rank(key); !found {
			b.Fatal("a key is absent")
		}
	})
}

// BenchmarkTidwallRank3M is the baseline: that tree selects but does not rank, so its users search
// with GetAt.
func BenchmarkTidwallRank3M(b *testing.B) {
	keys := legalKeys()
	t := btree.NewBTreeG(func(a, b string) bool { return a < b })
	for _, key := range keys {
		t.Load(key)
	}
	each(b, asked(keys), func(key string) {
		low, high := 0, t.Len()
		for low < high {
			middle := (low + high) / 2
			if at, _ := t.GetAt(middle); at < key {
				low = middle + 1
			} else {
				high = middle
			}
		}
		if at, _ := t.GetAt(low); at != key {
			b.Fatal("a key is absent")
		}
	})
}

func BenchmarkSelect3M(b *testing.B) {
	t := built(b, legalKeys())
	random := rand.New(rand.NewPCG(5, 6))
	b.ReportAllocs()
	for b.Loop() {
		t.Select(random.IntN(t.Len()))
	}
}

// BenchmarkInsert3M and BenchmarkDelete3M work on a tree of 3,000,000 that has been written to at
// random before, and keep its size by undoing every 100,000 writes outside the clock.
func BenchmarkInsert3M(b *testing.B) { benchmarkWrite(b, (*Tree).Delete, (*Tree).Insert) }
func BenchmarkDelete3M(b *testing.B) { benchmarkWrite(b, (*Tree).Insert, (*Tree).Delete) }

func benchmarkWrite(b *testing.B, undo, do func(*Tree, string) bool) {
	t := built(b, legalKeys())
	keys := asked(legalKeys())
	turn := keys[:100_000]
	i := len(turn)
	for b.Loop() {
		if i == len(turn) {
			b.StopTimer()
			for _, key := range turn {
				undo(t, key)
			}
			i = 0
			b.StartTimer()
		}
		do(t, turn[i])
		i++
	}
}

func BenchmarkBuild3M(b *testing.B) {
	keys := legalKeys()
	for b.Loop() {
		if _, err := Build(slices.Values(keys)); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkSnapshot3M(b *testing.B) {
	t := built(b, legalKeys())
	b.ReportAllocs()
	for b.Loop() {
		t.Snapshot()
	}
}

func BenchmarkIterate3M(b *testing.B) {
	t := built(b, legalKeys())
	for b.Loop() {
		n := 0
		for range t.From("") {
			n++
		}
		if n != t.Len() {
			b.Fatal(n)
		}
	}
}

// placements are a million waiting: two lists, eight classes, one in fifty out of turn, in random
// order.
func placements() []Placement {
	keys := asked(everyth(1_000_000))
	all := make([]Placement, len(keys))
	for i, key := range keys {
		all[i] = Placement{
			Reference: Reference(key), List: []string{"social", "transfer"}[min(1, i%10/9)],
			Class: "size-" + string(rune('1'+i%8)), Key: key, OutOfTurn: i%50 == 0,
		}
	}
	return all
}

func filled(b *testing.B, all []Placement) *Index {
	b.Helper()
	x := NewIndex()
	if err := x.Build(1, slices.Values(all)); err != nil {
		b.Fatal(err)
	}
	return x
}

func BenchmarkIndexPosition1M(b *testing.B) {
	all := placements()
	x := filled(b, all)
	references := make([]string, len(all))
	for i, p := range all {
		references[i] = p.Reference
	}
	references = asked(references)
	runtime.GC()
	each(b, references, func(reference string) {
		if _, ok := x.Position(reference); !ok {
			b.Fatal("a reference is absent")
		}
	})
}

// BenchmarkIndexMove1M gives a placement another key, as a change of an application does.
func BenchmarkIndexMove1M(b *testing.B) {
	all := placements()
	x := filled(b, all)
	random := rand.New(rand.NewPCG(9, 10))
	revision := uint64(1)
	b.ReportAllocs()
	for b.Loop() {
		p := all[random.IntN(len(all))]
		other := all[random.IntN(len(all))].Key
		p.Key = other[:len(other)-len(p.Reference)] + p.Reference
		revision++
		if err := x.Apply(revision, []Change{{Placement: p}}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkIndexBuild1M(b *testing.B) {
	shuffled := placements()
	sorted := slices.Clone(shuffled)
	slices.SortFunc(sorted, func(a, b Placement) int { return strings.Compare(a.Key, b.Key) })
	for name, all := range map[string][]Placement{"shuffled": shuffled, "sorted": sorted} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				filled(b, all)
			}
		})
	}
}

func BenchmarkIndexFreeze1M(b *testing.B) {
	x := filled(b, placements())
	for b.Loop() {
		x.Freeze()
	}
}

// BenchmarkIndexFork1M forks; then reports what a fork takes beside its index at once, and after
// 5,000 random moves in it.
func BenchmarkIndexFork1M(b *testing.B) {
	all := placements()
	x := filled(b, all)
	for b.Loop() {
		x.Fork()
	}
	before := heap()
	fork, random := x.Fork(), rand.New(rand.NewPCG(13, 14))
	b.ReportMetric(float64(heap()-before)/1e6, "MB")
	for i := range 5000 {
		p := all[random.IntN(len(all))]
		other := all[random.IntN(len(all))].Key
		p.Key = other[:len(other)-len(p.Reference)] + p.Reference
		if err := fork.Apply(uint64(i+2), []Change{{Placement: p}}); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(heap()-before)/1e6, "moved-MB")
	runtime.KeepAlive(all)
	runtime.KeepAlive(x)
	runtime.KeepAlive(fork)
}

// BenchmarkIndexMemory1M reports bytes of heap per placement: just built, after a million random
// moves, and grown by changes from nothing.
func BenchmarkIndexMemory1M(b *testing.B) {
	for b.Loop() {
		all := placements()
		before := heap()
		x := filled(b, all)
		b.ReportMetric(float64(heap()-before)/float64(len(all)), "built-B/placement")
		random, revision := rand.New(rand.NewPCG(11, 12)), uint64(1)
		for i := range all {
			p := all[i]
			other := all[random.IntN(len(all))].Key
			p.Key = other[:len(other)-len(p.Reference)] + p.Reference
			revision++
			if err := x.Apply(revision, []Change{{Placement: p}}); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(heap()-before)/float64(len(all)), "moved-B/placement")
		runtime.KeepAlive(x)
		x = NewIndex()
		for i, p := range all {
			if err := x.Apply(uint64(i+1), []Change{{Placement: p}}); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(heap()-before)/float64(len(all)), "grown-B/placement")
		runtime.KeepAlive(x)
		runtime.KeepAlive(all)
	}
}

func heap() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
