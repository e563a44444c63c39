package allocation

import (
	"maps"
	"math"
	"slices"
	"testing"

	"gonum.org/v1/gonum/graph/network"
	"gonum.org/v1/gonum/graph/simple"
	"pgregory.net/rapid"
)

var tinyFill = shape{mode: Fill, households: 5, classes: 3, slots: 2, count: 1}

// assignments yields everything that can be done with an instance: each household's class, -1 for none.
func assignments(in Instance, yield func(at []int32)) {
	at := make([]int32, len(in.Households))
	left := capacities(in.Classes)
	var try func(h int)
	try = func(h int) {
		if h == len(at) {
			yield(at)
			return
		}
		at[h] = -1
		try(h + 1)
		for _, c := range in.Households[h].Accepts {
			if left[c] > 0 {
				left[c]--
				at[h] = c
				try(h + 1)
				left[c]++
			}
		}
	}
	try(0)
}

// Of all assignments, the one whose housed set is best by seniority, and of those the one that is best for the most senior,
// then for the next, and so on; and no assignment houses more.
func TestFillIsBestOfAll(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := draw(t, tinyFill)
		n := len(in.Households)
		var best []int32
		var bestKey []int
		most := 0
		assignments(in, func(at []int32) {
			key := make([]int, 2*n)
			size := 0
			for h, c := range at {
				key[n+h] = worth(in.Households[h].Accepts, c)
				if c < 0 {
					key[h] = 1
				} else {
					size++
				}
			}
			most = max(most, size)
			if best == nil || slices.Compare(key, bestKey) < 0 {
				best, bestKey = slices.Clone(at), key
			}
		})
		if got := placed(t, in); !slices.Equal(got, best) {
			t.Fatalf("got %v, want %v\n%s", got, best, in.Marshal())
		}
		if out := Solve(in); out.Size != most || out.MaxSize != most {
			t.Fatalf("size %d, max_size %d, but %d can be housed", out.Size, out.MaxSize, most)
		}
	})
}

// The largest size agrees with a maximum flow found by a library.
func TestMaxSizeIsMaximumFlow(t *testing.T) {
	large := []shape{
		{mode: Fill, households: 40, classes: 12, slots: 2, count: 3},
		{mode: Choice, households: 40, classes: 12, groups: 2, slots: 2, count: 3, reserves: true, orders: true},
	}
	for _, s := range large {
		rapid.Check(t, func(t *rapid.T) {
			in := draw(t, s)
			out := Solve(in)
			if want := maximumFlow(in); out.MaxSize != want {
				t.Fatalf("max_size %d, maximum flow %d", out.MaxSize, want)
			}
			if in.Mode == Fill && out.Size != out.MaxSize {
				t.Fatalf("size %d, max_size %d", out.Size, out.MaxSize)
			}
			if 2*out.Size < out.MaxSize && commonOrder(in.Classes) {
				t.Fatalf("size %d is less than half of %d", out.Size, out.MaxSize)
			}
		})
	}
}

func maximumFlow(in Instance) int {
	g := simple.NewWeightedDirectedGraph(0, 0)
	const source, sink = simple.Node(0), simple.Node(1)
	g.AddNode(source)
	g.AddNode(sink)
	class := func(c int32) simple.Node { return simple.Node(2 + int(c)) }
	ranks := ownRanks(in.Classes)
	for c, homes := range capacities(in.Classes) {
		g.SetWeightedEdge(g.NewWeightedEdge(class(int32(c)), sink, float64(homes)))
	}
	for h, household := range in.Households {
		node := simple.Node(2 + len(in.Classes) + h)
		g.SetWeightedEdge(g.NewWeightedEdge(source, node, 1))
		for _, c := range placeable(ranks, int32(h), household.Accepts) {
			g.SetWeightedEdge(g.NewWeightedEdge(node, class(c), 1))
		}
	}
	return int(math.Round(network.MaxFlowDinic(g, source, sink, -1)))
}

// A violator holds exactly those without any of whom the household would be housed, and they compete for one home fewer
// than they are.
func TestViolators(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := draw(t, fillShape)
		out := Solve(in)
		index := map[string]int{}
		for h, household := range in.Households {
			index[household.ID] = h
		}
		housed := map[string]bool{}
		for _, a := range out.Assignments {
			housed[a.Household] = true
		}
		for _, u := range out.Unhoused {
			if u.Reason == NoSuitableClass {
				continue
			}
			var want []string
			for h, household := range in.Households {
				if !housed[household.ID] {
					continue
				}
				others := clone(in)
				for i := range others.Households {
					if i == h || i != index[u.Household] && !housed[others.Households[i].ID] {
						others.Households[i].Accepts = nil
					}
				}
				if placed(t, others)[index[u.Household]] >= 0 {
					want = append(want, household.ID)
					if h > index[u.Household] {
						t.Fatalf("%s is housed, though less senior than %s and in its way", household.ID, u.Household)
					}
				}
			}
			if !slices.Equal(u.Violator.Rivals, want) {
				t.Fatalf("rivals of %s: got %v, want %v\n%s", u.Household, u.Violator.Rivals, want, in.Marshal())
			}
			classes := map[string]bool{}
			homes := 0
			for _, id := range append(slices.Clone(want), u.Household) {
				for _, c := range in.Households[index[id]].Accepts {
					if class := in.Classes[c]; !classes[class.ID] {
						classes[class.ID] = true
						homes += class.homes()
					}
				}
			}
			if got := slices.Sorted(maps.Keys(classes)); !slices.Equal(got, u.Violator.Classes) || homes != len(want) {
				t.Fatalf("classes of %s: got %v, want %v with %d homes\n%s", u.Household, u.Violator.Classes, got, homes, in.Marshal())
			}
		}
	})
}
