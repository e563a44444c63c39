package waitlist

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"pgregory.net/rapid"
)

// register is what an Index must be like: placements by reference.
type register map[string]Placement

func (r register) apply(changes []Change) {
	for _, c := range changes {
		if c.Remove {
			delete(r, c.Reference)
		} else {
			r[c.Reference] = c.Placement
		}
	}
}

// keys returns the sorted order keys of the placements that are wanted.
func (r register) keys(wanted func(Placement) bool) model {
	var m model
	for _, p := range r {
		if wanted(p) {
			m = append(m, p.Key)
		}
	}
	slices.Sort(m)
	return m
}

func (r register) position(p Placement) Position {
	list := r.keys(func(o Placement) bool { return o.List == p.List })
	outOfTurn := r.keys(func(o Placement) bool { return o.List == p.List && o.OutOfTurn })
	class := r.keys(func(o Placement) bool { return o.List == p.List && o.Class == p.Class })
	want := Position{
		List: p.List, Class: p.Class, Status: p.Status, OutOfTurn: p.OutOfTurn, Waiting: len(list), ClassWaiting: len(class),
	}
	want.Ahead, _ = list.rank(p.Key)
	want.AheadOutOfTurn, _ = outOfTurn.rank(p.Key)
	want.ClassAhead, _ = class.rank(p.Key)
	return want
}

func (r register) counts() []Count {
	counts := map[string]map[string]int{}
	outOfTurn := map[string]int{}
	for _, p := range r {
		if counts[p.List] == nil {
			counts[p.List] = map[string]int{}
		}
		counts[p.List][p.Class]++
		if p.OutOfTurn {
			outOfTurn[p.List]++
		}
	}
	var all []Count
	for _, list := range slices.Sorted(maps.Keys(counts)) {
		count := Count{List: list, OutOfTurn: outOfTurn[list]}
		for _, class := range slices.Sorted(maps.Keys(counts[list])) {
			n := counts[list][class]
			count.Waiting += n
			count.Classes = append(count.Classes, ClassCount{class, n})
		}
		all = append(all, count)
	}
	return all
}

// same fails unless the index answers everything as the register does.
func same(t failer, x *Index, r register, revision uint64) {
	t.Helper()
	for reference, p := range r {
		want := r.position(p)
		want.Revision = revision
		if got, ok := x.Position(reference); !ok || got != want {
			t.Fatalf("Position(%s) = %+v, %v, want %+v", reference, got, ok, want)
		}
		if got, ok := x.Get(reference); !ok || got != p {
			t.Fatalf("Get(%s) = %+v, %v, want %+v", reference, got, ok, p)
		}
	}
	counts := r.counts()
	if got := x.Counts(); fmt.Sprint(got) != fmt.Sprint(counts) {
		t.Fatalf("Counts() = %v, want %v", got, counts)
	}
	var lists []string
	for _, count := range counts {
		lists = append(lists, count.List)
		samePages(t, x, r, count)
	}
	if got := x.Lists(); !slices.Equal(got, lists) {
		t.Fatalf("Lists() = %q, want %q", got, lists)
	}
	if got := x.Revision(); got != revision {
		t.Fatalf("Revision() = %d, want %d", got, revision)
	}
}

func samePages(t failer, x *Index, r register, count Count) {
	t.Helper()
	want := r.keys(func(p Placement) bool { return p.List == count.List })
	for after, seen := "", 0; ; {
		byKey, byRank := x.QueueAfter(count.List, after, 3), x.Queue(count.List, seen, 3)
		if fmt.Sprint(byKey) != fmt.Sprint(byRank) || byKey.First != seen || byKey.Waiting != len(want) {
			t.Fatalf("list %q after %q: page %+v, by rank %+v", count.List, after, byKey, byRank)
		}
		for _, p := range byKey.Placements {
			if p.Key != want[seen] || p != r[p.Reference] {
				t.Fatalf("list %q, place %d: %+v, want %q", count.List, seen, p, want[seen])
			}
			seen++
		}
		if len(byKey.Placements) < 3 {
			if seen != len(want) {
				t.Fatalf("list %q: pages hold %d of %d", count.List, seen, len(want))
			}
			return
		}
		after = byKey.Placements[2].Key
	}
}

func sameFrozen(t failer, f *Frozen, r register) {
	t.Helper()
	var lists []string
	for _, count := range r.counts() {
		lists = append(lists, count.List)
		keys, n := f.List(count.List)
		want := r.keys(func(p Placement) bool { return p.List == count.List })
		if got := slices.Collect(keys); n != len(want) || !slices.Equal(got, want) {
			t.Fatalf("frozen list %q: %d keys %q, want %q", count.List, n, got, want)
		}
		var classes []string
		for _, c := range count.Classes {
			classes = append(classes, c.Class)
			keys, n := f.Class(count.List, c.Class)
			want := r.keys(func(p Placement) bool { return p.List == count.List && p.Class == c.Class })
			if got := slices.Collect(keys); n != len(want) || !slices.Equal(got, want) {
				t.Fatalf("frozen class %q of %q: %d keys %q, want %q", c.Class, count.List, n, got, want)
			}
		}
		if got := f.Classes(count.List); !slices.Equal(got, classes) {
			t.Fatalf("frozen classes of %q: %q, want %q", count.List, got, classes)
		}
	}
	if got := f.Lists(); !slices.Equal(got, lists) {
		t.Fatalf("frozen lists %q, want %q", got, lists)
	}
}

func anyPlacement() *rapid.Generator[Placement] {
	return rapid.Custom(func(t *rapid.T) Placement {
		reference := rapid.SampledFrom([]string{"A", "B", "C", "AB", "B-1", "1", "11", "x.y", "y", "Z_0"}).Draw(t, "reference")
		term := rapid.SampledFrom([]string{"", "\x00", "\x00\x00\x00A", "B\x00B", "\xff\xff", "\x01aaaaaaaaaaaaaaa"})
		return Placement{
			Reference: reference,
			List:      rapid.SampledFrom([]string{"", "social", "transfer"}).Draw(t, "list"),
			Class:     rapid.SampledFrom([]string{"", "1", "2"}).Draw(t, "class"),
			Key:       term.Draw(t, "term") + "\x00" + reference,
			Status:    rapid.Uint8Max(2).Draw(t, "status"),
			OutOfTurn: rapid.Bool().Draw(t, "out of turn"),
		}
	})
}

func TestIndexIsARegister(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x, r, revision := NewIndex(), register{}, uint64(0)
		if rapid.Bool().Draw(t, "one hash") {
			x.content.roll.hash = func(string) uint64 { return 7 }
		}
		type moment struct {
			frozen *Frozen
			r      register
		}
		var moments []moment
		changes := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Change {
			return Change{anyPlacement().Draw(t, "placement"), rapid.IntRange(0, 2).Draw(t, "remove") == 0}
		}), 0, 6)
		t.Repeat(map[string]func(*rapid.T){
			"apply": func(t *rapid.T) {
				some := changes.Draw(t, "changes")
				revision += rapid.Uint64Range(1, 3).Draw(t, "step")
				if err := x.Apply(revision, some); err != nil {
					t.Fatalf("%v", err)
				}
				r.apply(some)
			},
			"apply again": func(t *rapid.T) {
				if err := x.Apply(revision, changes.Draw(t, "changes")); err != nil {
					t.Fatalf("%v", err)
				}
			},
			"freeze": func(*rapid.T) {
				moments = append(moments, moment{x.Freeze(), maps.Clone(r)})
			},
			"build": func(t *rapid.T) {
				if err := x.Build(revision, maps.Values(r)); err != nil {
					t.Fatalf("%v", err)
				}
			},
			"replace": func(t *rapid.T) {
				next, some := NewIndex(), changes.Draw(t, "changes")
				if err := errors.Join(next.Build(revision, maps.Values(r)), next.Apply(revision+1, some)); err != nil {
					t.Fatalf("%v", err)
				}
				revision++
				if err := x.Replace(revision, next); err != nil {
					t.Fatalf("%v", err)
				}
				r.apply(some)
				same(t, next, register{}, revision)
			},
			"": func(t *rapid.T) {
				same(t, x, r, revision)
				for _, m := range moments {
					sameFrozen(t, m.frozen, m.r)
				}
			},
		})
	})
}

func placed(list, class string, term, number int) Placement {
	reference := fmt.Sprintf("V-%06d", number)
	return Placement{Reference: reference, List: list, Class: class, Key: fmt.Sprintf("%08d\x00%s", term, reference)}
}

// TestApplyManyIsApplyEach compares a batch that rebuilds the index with the same changes one by
// one.
func TestApplyManyIsApplyEach(t *testing.T) {
	const n = rebuildLen
	each, many := NewIndex(), NewIndex()
	for _, x := range []*Index{each, many} {
		if err := x.Apply(1, []Change{
			{Placement: placed("social", "2", 5, 1)}, {Placement: placed("social", "1", 9, n+7)}, {Placement: placed("old", "1", 9, 2)},
		}); err != nil {
			t.Fatal(err)
		}
	}
	var changes []Change
	for i := range n {
		changes = append(changes, Change{Placement: placed("social", fmt.Sprint(i%3), n-i%1000, i)})
	}
	changes = append(changes, Change{Placement: Placement{Reference: "V-000003"}, Remove: true}, changes[17], changes[2])
	for i, change := range changes {
		if err := each.Apply(uint64(2+i), []Change{change}); err != nil {
			t.Fatal(err)
		}
	}
	held := many.content
	if err := many.Apply(each.Revision(), changes); err != nil {
		t.Fatal(err)
	}
	if many.content == held {
		t.Errorf("%d changes did not rebuild the index", len(changes))
	}
	if got, want := fmt.Sprint(many.Counts()), fmt.Sprint(each.Counts()); got != want {
		t.Errorf("Counts() = %s, want %s", got, want)
	}
	if got, want := fmt.Sprint(many.Queue("social", 0, 2*n)), fmt.Sprint(each.Queue("social", 0, 2*n)); got != want {
		t.Error("the two queues differ")
	}
}

func TestMalformedPlacementsAreRefusedWhole(t *testing.T) {
	good := placed("social", "1", 1, 1)
	for name, p := range map[string]Placement{
		"no reference":      {Key: "1\x00"},
		"zero in reference": {Reference: "a\x00b", Key: "1\x00a\x00b"},
		"other reference":   {Reference: "a", Key: "1\x00b"},
		"only its end":      {Reference: "b", Key: "1\x00ab"},
		"no zero":           {Reference: "a", Key: "a"},
		"too long":          {Reference: "a", Key: strings.Repeat("1", MaxKey-1) + "\x00a"},
	} {
		x := NewIndex()
		if err := x.Apply(1, []Change{{Placement: good}, {Placement: p}}); err == nil {
			t.Errorf("%s: Apply accepts it", name)
		}
		if err := x.Build(1, slices.Values([]Placement{good, p})); err == nil {
			t.Errorf("%s: Build accepts it", name)
		}
		same(t, x, register{}, 0)
	}
	longest := Placement{Reference: "a", Key: strings.Repeat("1", MaxKey-2) + "\x00a"}
	x := NewIndex()
	if err := x.Apply(1, []Change{{Placement: longest}}); err != nil {
		t.Fatal(err)
	}
	same(t, x, register{"a": longest}, 1)
}

func TestBuildAndReplaceRefuse(t *testing.T) {
	p := placed("social", "1", 1, 1)
	x, next := NewIndex(), NewIndex()
	if err := errors.Join(x.Apply(5, []Change{{Placement: p}}), next.Apply(7, nil)); err != nil {
		t.Fatal(err)
	}
	if x.Build(4, slices.Values([]Placement{})) == nil {
		t.Error("Build goes back to an earlier revision")
	}
	if x.Build(6, slices.Values([]Placement{p, p})) == nil {
		t.Error("Build accepts a reference twice")
	}
	if x.Replace(6, next) == nil || next.Replace(6, x) == nil {
		t.Error("Replace goes back to an earlier revision")
	}
	same(t, x, register{p.Reference: p}, 5)
	same(t, next, register{}, 7)
}

func TestUnknownNamesAreEmpty(t *testing.T) {
	x := NewIndex()
	if err := x.Apply(1, []Change{{Placement: placed("social", "1", 1, 1)}}); err != nil {
		t.Fatal(err)
	}
	for _, reference := range []string{"", "V-00000", "-000001", "00000001\x00V-000001"} {
		if p, ok := x.Position(reference); ok {
			t.Errorf("Position(%q) = %+v", reference, p)
		}
	}
	f := x.Freeze()
	for _, names := range [][2]string{{"none", "1"}, {"social", "none"}} {
		if keys, n := f.Class(names[0], names[1]); n != 0 || slices.Collect(keys) != nil {
			t.Errorf("frozen class %q has %d keys", names, n)
		}
	}
	if page := x.Queue("none", 0, 10); page.Waiting != 0 || page.Placements != nil {
		t.Errorf("unknown list: %+v", page)
	}
	for _, limit := range []int{0, -1} {
		if page := x.Queue("social", 0, limit); len(page.Placements) != 0 {
			t.Errorf("limit %d: %+v", limit, page)
		}
	}
}

// TestArenaIsReused changes every key over and over: the arena must not grow with the number of
// changes.
func TestArenaIsReused(t *testing.T) {
	x := NewIndex()
	for i := range 50_000 {
		if err := x.Apply(uint64(i+1), []Change{{Placement: placed("social", "1", i, i%50)}}); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(x.content.roll.keys.chunks); n != 1 {
		t.Errorf("50 keys take %d chunks", n)
	}
	if n := x.content.roll.used; n > 52 {
		t.Errorf("50 placements take %d rows", n)
	}
}

func TestPositionAllocatesNothing(t *testing.T) {
	x := NewIndex()
	if err := x.Apply(1, []Change{{Placement: placed("social", "1", 1, 1)}, {Placement: placed("social", "2", 2, 2)}}); err != nil {
		t.Fatal(err)
	}
	if n := testing.AllocsPerRun(100, func() { x.Position("V-000002") }); n != 0 {
		t.Errorf("Position allocates %v times", n)
	}
}

func TestWaitFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := NewIndex()
		done := make(chan error, 1)
		go func() { done <- x.WaitFor(t.Context(), 3) }()
		for revision := uint64(1); revision <= 2; revision++ {
			if err := x.Apply(revision, nil); err != nil {
				t.Fatal(err)
			}
			synctest.Wait()
			if len(done) != 0 {
				t.Fatalf("WaitFor(3) returned at revision %d", revision)
			}
		}
		if err := x.Build(4, slices.Values([]Placement{})); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if len(done) != 1 || <-done != nil {
			t.Fatal("WaitFor(3) did not return at revision 4")
		}
		ctx, cancel := context.WithCancel(t.Context())
		go func() { done <- x.WaitFor(ctx, 5) }()
		synctest.Wait()
		cancel()
		if err := <-done; !errors.Is(err, context.Canceled) {
			t.Errorf("WaitFor with a cancelled context: %v", err)
		}
	})
}
