package waitlist

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// model is what a Tree must be like: a sorted slice.
type model []string

func (m model) rank(key string) (int, bool) { return slices.BinarySearch(m, key) }

func (m *model) insert(key string) bool {
	i, found := m.rank(key)
	if !found {
		*m = slices.Insert(slices.Clip(*m), i, key)
	}
	return !found
}

func (m *model) delete(key string) bool {
	i, found := m.rank(key)
	if found {
		*m = slices.Delete(slices.Clone(*m), i, i+1)
	}
	return found
}

// A failer is what testing.T and rapid.T share.
type failer interface {
	Helper()
	Fatalf(format string, args ...any)
}

// sound fails unless the tree equals the model and everything that it derives is right.
func sound(t failer, tree *Tree, m model) {
	t.Helper()
	if tree.Len() != len(m) {
		t.Fatalf("Len() = %d, want %d", tree.Len(), len(m))
	}
	if got := slices.Collect(tree.From("")); !slices.Equal(got, m) {
		t.Fatalf("keys are %q, want %q", got, m)
	}
	before := 0
	for i, b := range tree.blocks {
		soundBlock(t, tree, i)
		first := b.appendKey(nil, 0)
		if e, _ := cut(first[len(tree.shared):]); !bytes.HasPrefix(first, tree.shared) || tree.tops[i] != e.window {
			t.Fatalf("block %d: top %x does not fit first key %q after %q", i, tree.tops[i], first, tree.shared)
		}
		if got := tree.counts.before(i); got != before {
			t.Fatalf("block %d: %d keys before it, want %d", i, got, before)
		}
		before += b.len()
	}
	if len(tree.tops) != len(tree.blocks) {
		t.Fatalf("%d tops for %d blocks", len(tree.tops), len(tree.blocks))
	}
}

func soundBlock(t failer, tree *Tree, i int) {
	t.Helper()
	b := tree.blocks[i]
	if b.len() == 0 || b.len() > tree.max() {
		t.Fatalf("block %d has %d keys", i, b.len())
	}
	if end := int(b.entries[b.len()-1].end >> sizeBits); end != len(b.tails) {
		t.Fatalf("block %d: tails end at %d of %d", i, end, len(b.tails))
	}
	for line, w := range b.guide {
		want := uint64(math.MaxUint64)
		if last := (line+1)*lineLen - 1; last < b.len() {
			want = b.entries[last].window
		}
		if w != want {
			t.Fatalf("block %d: guide %d is %x, want %x", i, line, w, want)
		}
	}
}

// anyKey draws keys that collide in every way a tree distinguishes: as prefixes of one another, in
// their first bytes, in their windows, and with the bytes that padding and the largest window are
// made of.
func anyKey() *rapid.Generator[string] {
	letters := rapid.SliceOfN(rapid.SampledFrom([]byte{0x00, 0x01, 'a', 0xff}), 0, 3)
	stems := rapid.SampledFrom([]string{
		"", "a", "aaaaaaaa", "aaaaaaaaaaaa", "aaaaaaaaaaaaaaaaaaaaaaaa", "\xff\xff\xff\xff\xff\xff\xff\xff",
		strings.Repeat("\xff", 30), strings.Repeat("\x00", 13), strings.Repeat("ab", 40), "\x00",
	})
	return rapid.Custom(func(t *rapid.T) string {
		return stems.Draw(t, "stem") + string(letters.Draw(t, "letters")) + stems.Draw(t, "end")
	})
}

func TestTreeIsASortedSet(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		type pair struct {
			tree *Tree
			m    model
		}
		pairs := []*pair{{tree: &Tree{limit: rapid.SampledFrom([]int{1, 2, 3, 4, 8, 30, 512}).Draw(t, "limit")}}}
		key, which := anyKey(), rapid.IntRange(0, 1000)
		pick := func(t *rapid.T) *pair { return pairs[which.Draw(t, "tree")%len(pairs)] }
		t.Repeat(map[string]func(*rapid.T){
			"insert": func(t *rapid.T) {
				p := pick(t)
				for _, k := range rapid.SliceOfN(key, 1, 12).Draw(t, "keys") {
					if got, want := p.tree.Insert(k), p.m.insert(k); got != want {
						t.Fatalf("Insert(%q) = %v, want %v", k, got, want)
					}
				}
			},
			"delete": func(t *rapid.T) {
				p := pick(t)
				k := key.Draw(t, "key")
				if len(p.m) > 0 && rapid.Bool().Draw(t, "present") {
					k = p.m[which.Draw(t, "at")%len(p.m)]
				}
				if got, want := p.tree.Delete(k), p.m.delete(k); got != want {
					t.Fatalf("Delete(%q) = %v, want %v", k, got, want)
				}
			},
			"rank": func(t *rapid.T) {
				p := pick(t)
				k := key.Draw(t, "key")
				got, found := p.tree.Rank(k)
				if want, there := p.m.rank(k); got != want || found != there {
					t.Fatalf("Rank(%q) = %d, %v, want %d, %v", k, got, found, want, there)
				}
				if keys := slices.Collect(p.tree.From(k)); !slices.Equal(keys, p.m[got:]) {
					t.Fatalf("From(%q) = %q, want %q", k, keys, p.m[got:])
				}
			},
			"snapshot": func(t *rapid.T) {
				p := pick(t)
				pairs = append(pairs, &pair{p.tree.Snapshot(), slices.Clone(p.m)})
			},
			"build": func(t *rapid.T) {
				p := pick(t)
				b := builder{t: Tree{limit: p.tree.limit}}
				for _, k := range p.m {
					if err := b.add([]byte(k)); err != nil {
						t.Fatalf("%v", err)
					}
				}
				p.tree = b.tree()
			},
			"": func(t *rapid.T) {
				for _, p := range pairs {
					sound(t, p.tree, p.m)
					for i, want := range p.m {
						if got, ok := p.tree.Select(i); !ok || got != want {
							t.Fatalf("Select(%d) = %q, %v, want %q", i, got, ok, want)
						}
						if got, found := p.tree.Rank(want); got != i || !found {
							t.Fatalf("Rank(%q) = %d, %v, want %d", want, got, found, i)
						}
					}
				}
			},
		})
	})
}

func TestEmptyTree(t *testing.T) {
	var tree Tree
	if ahead, found := tree.Rank("a"); ahead != 0 || found {
		t.Errorf("Rank on an empty tree = %d, %v", ahead, found)
	}
	for _, i := range []int{-1, 0, 1} {
		if key, ok := tree.Select(i); ok {
			t.Errorf("Select(%d) on an empty tree = %q", i, key)
		}
	}
	if tree.Delete("a") {
		t.Error("Delete on an empty tree = true")
	}
	if n := tree.Snapshot().Len(); n != 0 {
		t.Errorf("a snapshot of an empty tree has %d keys", n)
	}
	sound(t, &tree, nil)
	if !tree.Insert("") || !tree.Insert("\x00") || tree.Insert("") {
		t.Error("the empty key and 0x00 are two keys")
	}
	sound(t, &tree, model{"", "\x00"})
}

// shapes are orders of insertion and kinds of keys at the real block size.
var shapes = map[string]func(i int, random *rand.Rand) string{
	"ascending":  func(i int, _ *rand.Rand) string { return fmt.Sprintf("%08d\x00r", i) },
	"descending": func(i int, _ *rand.Rand) string { return fmt.Sprintf("%08d\x00r", 99_999_999-i) },
	"random":     func(i int, random *rand.Rand) string { return fmt.Sprintf("%x\x00%d", random.Uint64(), i) },
	"few days":   func(i int, random *rand.Rand) string { return fmt.Sprintf("2024-01-%02d____\x00%d", random.IntN(3), i) },
	"one window": func(i int, random *rand.Rand) string {
		return fmt.Sprintf("%d\x00%d", random.IntN(2), random.IntN(1<<30))
	},
	"from the end": func(i int, random *rand.Rand) string { return fmt.Sprintf("%d/%08d", i%4, 99_999_999-i) },
	"into a gap": func(i int, _ *rand.Rand) string {
		if i < blockLimit {
			return fmt.Sprintf("0%08d", i)
		} else if i == blockLimit {
			return "2"
		}
		return fmt.Sprintf("1%08d", 99_999_999-i)
	},
	"band ends": func(i int, random *rand.Rand) string { return fmt.Sprintf("%d/%08d", random.IntN(4), i) },
	"largest": func(i int, random *rand.Rand) string {
		return strings.Repeat("\xff", 20) + fmt.Sprint(random.IntN(1<<30))
	},
	"lengths": func(i int, random *rand.Rand) string { return strings.Repeat("\x00", i%700) + fmt.Sprint(i/700) },
}

func TestFullBlocks(t *testing.T) {
	for name, shape := range shapes {
		t.Run(name, func(t *testing.T) {
			random := rand.New(rand.NewPCG(1, 1))
			var tree Tree
			set := map[string]bool{}
			for i := range 12_000 {
				key := shape(i, random)
				if tree.Insert(key) == set[key] {
					t.Fatalf("Insert(%q) = %v", key, !set[key])
				}
				set[key] = true
			}
			var m model
			for key := range set {
				m = append(m, key)
			}
			slices.Sort(m)
			sound(t, &tree, m)
			if want := len(m)/(blockLimit/4) + 2; len(tree.blocks) > want {
				t.Errorf("%d keys lie in %d blocks, want at most %d", len(m), len(tree.blocks), want)
			}
			for i, key := range m {
				if got, found := tree.Rank(key); got != i || !found {
					t.Fatalf("Rank(%q) = %d, %v, want %d", key, got, found, i)
				}
				if got, found := tree.Rank(key + "\x00"); got != i+1 || found {
					t.Fatalf("Rank after %q = %d, %v, want %d", key, got, found, i+1)
				}
			}
			before := tree.Snapshot()
			left := thin(t, &tree, m, random)
			sound(t, &tree, left)
			sound(t, before, m)
			if want := len(left)/(blockLimit/16) + 2; len(tree.blocks) > want {
				t.Errorf("%d keys are left in %d blocks, want at most %d", len(left), len(tree.blocks), want)
			}
		})
	}
}

func TestGrowthAtTheEndIsTight(t *testing.T) {
	var tree Tree
	const blocks = 20
	for i := range blocks * blockLimit {
		tree.Insert(fmt.Sprintf("%08d", i))
	}
	if got := len(tree.blocks); got != blocks {
		t.Errorf("%d blocks of ascending keys, want %d", got, blocks)
	}
}

// TestManyBlocks has several groups of counts, and asks after every write.
func TestManyBlocks(t *testing.T) {
	random := rand.New(rand.NewPCG(2, 2))
	tree := Tree{limit: 8}
	var m model
	for i := range 20 * countGroup {
		key := fmt.Sprint(random.IntN(1 << 30))
		if i%5 == 4 {
			key = m[random.IntN(len(m))]
		}
		if tree.Insert(key) != m.insert(key) || i%5 == 4 && tree.Delete(key) != m.delete(key) {
			t.Fatalf("write %d of %q", i, key)
		}
		for _, at := range []int{random.IntN(len(m)), len(m) - 1} {
			if got, found := tree.Rank(m[at]); got != at || !found {
				t.Fatalf("after write %d Rank(%q) = %d, %v, want %d", i, m[at], got, found, at)
			}
			if got, _ := tree.Select(at); got != m[at] {
				t.Fatalf("after write %d Select(%d) = %q, want %q", i, at, got, m[at])
			}
		}
	}
	sound(t, &tree, m)
	sound(t, &tree, thin(t, &tree, m, random))
}

// thin deletes all but one key in twenty, in random order, and returns what is left.
func thin(t *testing.T, tree *Tree, m model, random *rand.Rand) model {
	t.Helper()
	var left model
	for _, i := range random.Perm(len(m)) {
		if i%20 == 0 {
			left = append(left, m[i])
			continue
		}
		if !tree.Delete(m[i]) || tree.Delete(m[i]) {
			t.Fatalf("Delete(%q) must be true once", m[i])
		}
	}
	slices.Sort(left)
	return left
}

func TestVeryLongKeys(t *testing.T) {
	var tree Tree
	var m model
	long := strings.Repeat("x", blockBytes/3)
	for i := range 40 {
		key := fmt.Sprint(i*7%40+10) + long + fmt.Sprint(i)
		tree.Insert(key)
		m.insert(key)
	}
	sound(t, &tree, m)
	built, err := Build(slices.Values(m))
	if err != nil {
		t.Fatal(err)
	}
	sound(t, built, m)
	for _, b := range append(built.blocks, tree.blocks...) {
		if len(b.tails) > 2*blockBytes {
			t.Errorf("a block holds %d bytes of tails", len(b.tails))
		}
	}
}

func TestBuildRefusesWhatDoesNotAscend(t *testing.T) {
	for _, keys := range [][]string{{"b", "a"}, {"a", "a"}, {"", ""}, {"a", "b", "b\x00", "b"}} {
		if _, err := Build(slices.Values(keys)); !errors.Is(err, errOrder) {
			t.Errorf("Build(%q): error %v", keys, err)
		}
	}
	many := slices.Collect(func(yield func(string) bool) {
		for i := range buildLen + 1 {
			if !yield(fmt.Sprintf("%06d", min(i, buildLen-1))) {
				return
			}
		}
	})
	if _, err := Build(slices.Values(many)); !errors.Is(err, errOrder) {
		t.Errorf("a key repeated across blocks: error %v", err)
	}
}

func TestIterationStops(t *testing.T) {
	var tree Tree
	for i := range 2000 {
		tree.Insert(fmt.Sprintf("%04d", i))
	}
	for _, n := range []int{1, chunkLen, chunkLen + 1, 1000} {
		i := 700
		for key := range tree.FromRank(700) {
			if want := fmt.Sprintf("%04d", i); key != want {
				t.Fatalf("key %d is %q", i, key)
			}
			if i++; i == 700+n {
				break
			}
		}
	}
	if got := slices.Collect(tree.FromRank(2000)); got != nil {
		t.Errorf("from beyond the end: %q", got)
	}
	if got := slices.Collect(tree.FromRank(-3)); len(got) != 2000 {
		t.Errorf("from before the start: %d keys", len(got))
	}
}

func TestRankAllocatesNothing(t *testing.T) {
	var tree Tree
	key := strings.Repeat("k", 100)
	for i := range 1000 {
		tree.Insert(fmt.Sprint(key, i))
	}
	if n := testing.AllocsPerRun(100, func() { tree.Rank(key) }); n != 0 {
		t.Errorf("Rank allocates %v times", n)
	}
}

// FuzzTree reads operations from bytes: the low two bits choose one, the rest is the length of the
// key that follows.
func FuzzTree(f *testing.F) {
	f.Add([]byte("\x10abcd\x10abce\x02\x11abcd"))
	f.Add([]byte("\x04\x00\x04\xff\x00\x28\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x03\x05\x00"))
	f.Add(bytes.Repeat([]byte("\x24aaaaaaaaa\x30aaaaaaaabbbbc"), 4))
	f.Fuzz(func(t *testing.T, ops []byte) {
		tree, frozen := &Tree{limit: 4}, &Tree{}
		var m, was model
		for len(ops) > 0 {
			op := ops[0]
			n := min(int(op>>2), len(ops)-1)
			key := string(ops[1 : 1+n])
			ops = ops[1+n:]
			switch op & 3 {
			case 0:
				if got, want := tree.Insert(key), m.insert(key); got != want {
					t.Fatalf("Insert(%q) = %v, want %v", key, got, want)
				}
			case 1:
				if got, want := tree.Delete(key), m.delete(key); got != want {
					t.Fatalf("Delete(%q) = %v, want %v", key, got, want)
				}
			case 2:
				frozen, was = tree.Snapshot(), slices.Clone(m)
			case 3:
				got, found := tree.Rank(key)
				if want, there := m.rank(key); got != want || found != there {
					t.Fatalf("Rank(%q) = %d, %v, want %d, %v", key, got, found, want, there)
				}
			}
		}
		sound(t, tree, m)
		sound(t, frozen, was)
	})
}
