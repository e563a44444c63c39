package main

import (
	"math/bits"
	"math/rand/v2"
	"slices"
)

// graph has nodes 0 … n-1; graph[u][v] is set for an arrow from u to v.
type graph [][]bool

// order returns the nodes in an order in which few arrows run back: an arrow does
// where its user stands behind what it uses. The order is the best one for knots
// of up to exactNodes nodes; for larger ones it is the best of a search that
// always takes the same way.
func (g graph) order() []int {
	var order []int
	for _, knot := range g.knots() {
		if len(knot) <= exactNodes {
			order = append(order, g.exact(knot)...)
		} else {
			order = append(order, g.search(knot)...)
		}
	}
	return order
}

// back counts the arrows that run back in an order.
func (g graph) back(order []int) (count int) {
	for i, u := range order {
		for _, v := range order[:i] {
			if g[u][v] {
				count++
			}
		}
	}
	return count
}

// knots returns the strongly connected components, users first (Tarjan): no
// arrow runs back from one knot to another.
func (g graph) knots() [][]int {
	var (
		found   [][]int
		stack   []int
		next    = 1
		number  = make([]int, len(g))
		low     = make([]int, len(g))
		onStack = make([]bool, len(g))
		visit   func(int)
	)
	visit = func(u int) {
		number[u], low[u] = next, next
		next++
		stack = append(stack, u)
		onStack[u] = true
		for v, uses := range g[u] {
			switch {
			case !uses:
			case number[v] == 0:
				visit(v)
				low[u] = min(low[u], low[v])
			case onStack[v]:
				low[u] = min(low[u], number[v])
			}
		}
		if low[u] != number[u] {
			return
		}
		from := slices.Index(stack, u)
		knot := slices.Sorted(slices.Values(stack[from:]))
		stack = stack[:from]
		for _, v := range knot {
			onStack[v] = false
		}
		found = append(found, knot)
	}
	for u := range g {
		if number[u] == 0 {
			visit(u)
		}
	}
	slices.Reverse(found)
	return found
}

// exactNodes bounds exact, which takes five bytes for each set of nodes: 80 MiB.
const exactNodes = 24

// exact finds the best order of a knot over all sets of nodes that may stand
// first. Time: nodes · 2^nodes.
func (g graph) exact(knot []int) []int {
	n := len(knot)
	uses := make([]uint32, n)
	for i, u := range knot {
		for j, v := range knot {
			if g[u][v] {
				uses[i] |= 1 << j
			}
		}
	}
	best, last := make([]int32, 1<<n), make([]int8, 1<<n)
	for set := uint32(1); set < 1<<n; set++ {
		best[set] = 1 << 30
		for rest := set; rest != 0; rest &= rest - 1 {
			i := bits.TrailingZeros32(rest)
			before := set &^ (1 << i)
			if back := best[before] + int32(bits.OnesCount32(uses[i]&before)); back < best[set] {
				best[set], last[set] = back, int8(i)
			}
		}
	}
	order := make([]int, n)
	for set := uint32(1<<n - 1); set != 0; {
		i := last[set]
		set &^= 1 << i
		order[bits.OnesCount32(set)] = knot[i]
	}
	return order
}

// Effort of a search: a knot of 60 nodes takes seconds.
const (
	starts = 12
	kicks  = 1500
)

// search looks for a good order of a knot: from several starts it moves single
// nodes while that helps, then shakes the order and goes on from the better one.
func (g graph) search(knot []int) []int {
	random := rand.New(rand.NewPCG(1, 2))
	var best []int
	fewest := -1
	for start := range starts {
		order := slices.Clone(knot)
		if start > 0 {
			random.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
		}
		g.settle(order)
		back := g.back(order)
		for range kicks {
			shaken := slices.Clone(order)
			for range 2 + random.IntN(4) {
				move(shaken, random.IntN(len(shaken)), random.IntN(len(shaken)))
			}
			g.settle(shaken)
			if b := g.back(shaken); b <= back {
				order, back = shaken, b
			}
		}
		if fewest < 0 || back < fewest {
			best, fewest = order, back
		}
	}
	return best
}

// settle moves nodes to where they make the fewest arrows run back, until no
// single move helps.
func (g graph) settle(order []int) {
	for moved := true; moved; {
		moved = false
		for from := range order {
			if to := g.place(order, from); to != from {
				move(order, from, to)
				moved = true
			}
		}
	}
}

// place returns where the node at from stands best; from itself where no other
// place is better.
func (g graph) place(order []int, from int) int {
	u, best, gain := order[from], from, 0
	passed := func(v int) int { // gain where u stands before v, which stood before u
		return weight(g[u][v]) - weight(g[v][u])
	}
	sum := 0
	for to := from - 1; to >= 0; to-- {
		if sum += passed(order[to]); sum > gain {
			best, gain = to, sum
		}
	}
	sum = 0
	for to := from + 1; to < len(order); to++ {
		if sum -= passed(order[to]); sum > gain {
			best, gain = to, sum
		}
	}
	return best
}

func weight(uses bool) int {
	if uses {
		return 1
	}
	return 0
}

// move takes the element at from and puts it at to.
func move(order []int, from, to int) {
	u := order[from]
	if from < to {
		copy(order[from:], order[from+1:to+1])
	} else {
		copy(order[to+1:], order[to:from])
	}
	order[to] = u
}
