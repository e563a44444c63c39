package allocation

import (
	"flag"
	"os"
	"runtime"
	"slices"
	"sync"
	"testing"

	"pgregory.net/rapid"
)

// EILE_LONG=1 runs every property on many more instances.
func TestMain(m *testing.M) {
	flag.Parse()
	if os.Getenv("EILE_LONG") == "1" {
		if err := flag.Set("rapid.checks", "5000"); err != nil {
			panic(err)
		}
	}
	os.Exit(m.Run())
}

// placed solves the instance and returns each household's class, -1 for none.
func placed(t rapid.TB, in Instance) []int32 {
	t.Helper()
	r, err := Run(Market{Mode: in.Mode, Classes: in.Classes, Groups: in.Groups, Households: slices.Values(in.Households)})
	if err != nil {
		t.Fatal(err)
	}
	at := make([]int32, len(in.Households))
	for h := range at {
		at[h] = -1
	}
	for _, s := range r.Seats {
		at[s.Household] = s.Class
	}
	return at
}

// worth is how much a household with the given list likes a class, the lower the better. Nothing at all comes after every
// class of the list, and a class off the list after that.
func worth(accepts []int32, class int32) int {
	if class < 0 {
		return len(accepts)
	}
	if i := slices.Index(accepts, class); i >= 0 {
		return i
	}
	return len(accepts) + 1
}

// clone copies all that a test changes.
func clone(in Instance) Instance {
	in.Households = slices.Clone(in.Households)
	in.Classes = slices.Clone(in.Classes)
	for i := range in.Households {
		in.Households[i].Accepts = slices.Clone(in.Households[i].Accepts)
		in.Households[i].Groups = slices.Clone(in.Households[i].Groups)
	}
	for i := range in.Classes {
		in.Classes[i].Slots = slices.Clone(in.Classes[i].Slots)
		in.Classes[i].Order = slices.Clone(in.Classes[i].Order)
	}
	return in
}

// without returns the instance less one household.
func without(in Instance, gone int) Instance {
	in = clone(in)
	in.Households = slices.Delete(in.Households, gone, gone+1)
	for c, class := range in.Classes {
		for i := 0; i < len(class.Order); i++ {
			switch h := int(class.Order[i]); {
			case h == gone:
				in.Classes[c].Order = slices.Delete(in.Classes[c].Order, i, i+1)
				class = in.Classes[c]
				i--
			case h > gone:
				class.Order[i]--
			}
		}
	}
	return in
}

// promoted returns the instance with household h one place further ahead in the legal order, where it is h-1.
func promoted(in Instance, h int) Instance {
	in = clone(in)
	in.Households[h-1], in.Households[h] = in.Households[h], in.Households[h-1]
	for _, class := range in.Classes {
		for i, other := range class.Order {
			switch int(other) {
			case h:
				class.Order[i]--
			case h - 1:
				class.Order[i]++
			}
		}
	}
	return in
}

// orderedSubsets yields every list that can be made of the numbers below n without repeats, the empty one too.
func orderedSubsets(n int, yield func([]int32)) {
	var list []int32
	var extend func()
	extend = func() {
		yield(list)
		for i := range int32(n) {
			if !slices.Contains(list, i) {
				list = append(list, i)
				extend()
				list = list[:len(list)-1]
			}
		}
	}
	extend()
}

func TestSameUnderPermutation(t *testing.T) {
	everyShape(t, func(t *rapid.T, in Instance) {
		before := Solve(in).Marshal()
		to := make([]int32, len(in.Classes)) // where each class goes
		for i := range to {
			to[i] = int32(i)
		}
		to = rapid.Permutation(to).Draw(t, "classes to")
		moved := clone(in)
		for c, class := range in.Classes {
			moved.Classes[to[c]] = class
		}
		for _, h := range moved.Households {
			for i, c := range h.Accepts {
				h.Accepts[i] = to[c]
			}
		}
		if got := Solve(moved).Marshal(); string(got) != string(before) {
			t.Fatalf("classes in another order: got\n%s\nwant\n%s", got, before)
		}
		slices.Reverse(moved.Groups)
		for _, h := range moved.Households {
			for i, g := range h.Groups {
				h.Groups[i] = int32(len(moved.Groups)-1) - g
			}
			slices.Reverse(h.Groups)
		}
		if got := Solve(moved).Marshal(); string(got) != string(before) {
			t.Fatalf("groups in another order: got\n%s\nwant\n%s", got, before)
		}
	})
}

func TestSameBytesOnOneAndManyCores(t *testing.T) {
	instances := rapid.Custom(func(t *rapid.T) Instance { return draw(t, choiceShape) })
	for seed := range 5 {
		in := instances.Example(seed)
		cores := runtime.GOMAXPROCS(1)
		want := string(Solve(in).Marshal())
		runtime.GOMAXPROCS(max(cores, 4))
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				if got := string(Solve(in).Marshal()); got != want {
					t.Errorf("got\n%s\nwant\n%s", got, want)
				}
			})
		}
		wg.Wait()
		runtime.GOMAXPROCS(cores)
	}
}

func TestNothingWasted(t *testing.T) {
	everyShape(t, func(t *rapid.T, in Instance) {
		at := placed(t, in)
		held := make([]int, len(in.Classes))
		for _, c := range at {
			if c >= 0 {
				held[c]++
			}
		}
		ranks := ownRanks(in.Classes)
		for h, household := range in.Households {
			for _, c := range placeable(ranks, int32(h), household.Accepts) {
				if worth(household.Accepts, c) < worth(household.Accepts, at[h]) && held[c] < in.Classes[c].homes() {
					t.Fatalf("%s would rather have %s, which has a home left", household.ID, in.Classes[c].ID)
				}
			}
		}
	})
}

// A further home, or one household fewer, makes nobody worse off. In fill mode that holds for being housed at all.
func TestMonotone(t *testing.T) {
	everyShape(t, func(t *rapid.T, in Instance) {
		before := placed(t, in)
		more := clone(in)
		c := rapid.IntRange(0, len(in.Classes)-1).Draw(t, "class")
		s := rapid.IntRange(0, len(in.Classes[c].Slots)-1).Draw(t, "slot")
		more.Classes[c].Slots[s].Count++
		noneWorse(t, in, before, placed(t, more), "a further home")
		if len(in.Households) > 0 {
			gone := rapid.IntRange(0, len(in.Households)-1).Draw(t, "gone")
			after := slices.Insert(placed(t, without(in, gone)), gone, before[gone])
			noneWorse(t, in, before, after, "one household fewer")
		}
	})
}

func noneWorse(t rapid.TB, in Instance, before, after []int32, why string) {
	t.Helper()
	for h, household := range in.Households {
		worse := worth(household.Accepts, after[h]) > worth(household.Accepts, before[h])
		if in.Mode == Fill {
			worse = before[h] >= 0 && after[h] < 0
		}
		if worse {
			t.Fatalf("%s: %s went from class %d to %d", why, household.ID, before[h], after[h])
		}
	}
}

// A better place in the legal order, in a class's own order, or membership of a group never harms its owner.
func TestImprovementsRespected(t *testing.T) {
	everyShape(t, func(t *rapid.T, in Instance) {
		if len(in.Households) < 2 {
			return
		}
		h := rapid.IntRange(1, len(in.Households)-1).Draw(t, "h")
		accepts := in.Households[h].Accepts
		before := worth(accepts, placed(t, in)[h])
		if got := worth(accepts, placed(t, promoted(in, h))[h-1]); got > before {
			t.Fatalf("promoted in legal order, %s went from wish %d to %d", in.Households[h].ID, before, got)
		}
		for c, class := range in.Classes {
			if class.Order == nil {
				continue
			}
			better := clone(in)
			if i := slices.Index(class.Order, int32(h)); i > 0 {
				order := better.Classes[c].Order
				order[i-1], order[i] = order[i], order[i-1]
			} else if i < 0 {
				better.Classes[c].Order = append(better.Classes[c].Order, int32(h))
			}
			if got := worth(accepts, placed(t, better)[h]); got > before {
				t.Fatalf("promoted in %s, %s went from wish %d to %d", class.ID, in.Households[h].ID, before, got)
			}
		}
		for g := range int32(len(in.Groups)) {
			if slices.Contains(in.Households[h].Groups, g) {
				continue
			}
			better := clone(in)
			better.Households[h].Groups = append(better.Households[h].Groups, g)
			if got := worth(accepts, placed(t, better)[h]); got > before {
				t.Fatalf("in group %s, %s went from wish %d to %d", in.Groups[g], in.Households[h].ID, before, got)
			}
		}
	})
}

// No list but the true one serves its author better: in choice mode by any measure, in fill mode by being housed.
func TestNoFalseListHelps(t *testing.T) {
	everyShape(t, func(t *rapid.T, in Instance) {
		if len(in.Households) == 0 {
			return
		}
		h := rapid.IntRange(0, len(in.Households)-1).Draw(t, "h")
		truth := in.Households[h].Accepts
		before := placed(t, in)[h]
		lie := clone(in)
		orderedSubsets(min(len(in.Classes), 4), func(list []int32) {
			lie.Households[h].Accepts = list
			got := placed(t, lie)[h]
			gains := worth(truth, got) < worth(truth, before)
			if in.Mode == Fill {
				gains = before < 0 && slices.Contains(truth, got)
			}
			if gains {
				t.Fatalf("%s gets class %d for the list %v, and %d for the true one %v", in.Households[h].ID, got, list, before, truth)
			}
		})
	})
}
