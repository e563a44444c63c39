package main

import (
	"errors"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

func small(t *testing.T) *house {
	t.Helper()
	h, err := load("testdata/house")
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func TestArrows(t *testing.T) {
	want := map[arrow][]string{
		{"room/cycle.go", "room/cycle_back.go"}: {"Back"},
		{"room/cycle_back.go", "room/cycle.go"}: {"There"},
		{"room/outer.go", "room/inner.go"}:      {"Inner"},
		// The method counts where it is declared, not where it is embedded.
		{"room/use.go", "room/inner.go"}: {"Inner.Do"},
		{"room/use.go", "room/outer.go"}: {"Outer"},
		// The method of an interface counts to the interface, that of an instance to its generic
		// type.
		{"room/use.go", "room/doer.go"}:        {"Doer", "Doer.Do"},
		{"room/use.go", "room/box.go"}:         {"Box", "Box.Open"},
		{"room/use.go", "room/below/below.go"}: {"Floor", "floor.Height"},
		// The name counts, its fields do not.
		{"room/measure.go", "room/value.go"}: {"deep"},
	}
	if got := small(t).uses; !maps.EqualFunc(got, want, slices.Equal) {
		t.Errorf("uses\n%v\nwant\n%v", got, want)
	}
}

func TestMeasure(t *testing.T) {
	for _, c := range []struct {
		family              family
		files, arrows, back int
	}{
		{family{rooms: []string{"room"}}, 9, 8, 1},
		{family{rooms: []string{"room", "room/below"}}, 10, 9, 1},
		{family{rooms: []string{"room/..."}}, 10, 9, 1},
		{family{rooms: []string{"room/..."}, but: []string{"room"}}, 1, 0, 0},
	} {
		m := small(t).measure(c.family)
		if m.files != c.files || m.arrows != c.arrows || len(m.back) != c.back {
			t.Errorf("%v: %d files, %d arrows, %d back; want %d, %d, %d", c.family, m.files, m.arrows, len(m.back), c.files, c.arrows, c.back)
		}
	}
}

func TestMethodsAreThoseWrittenByHandForTheTypeItself(t *testing.T) {
	methods := map[string]int{}
	for _, d := range small(t).types {
		methods[d.name] = d.methods
	}
	want := map[string]int{"Inner": 2, "Outer": 0, "Doer": 1, "Box": 1, "floor": 1}
	if !maps.Equal(methods, want) {
		t.Errorf("methods %v, want %v", methods, want)
	}
}

// bounds of a plan that the small house keeps.
func bounds() plan {
	return plan{
		families: []family{{name: "all", rooms: []string{"room/..."}, back: 1}},
		flat:     "room", flatFiles: 10, narrow: []string{"room/..."}, maxMethods: 2,
		functionLines: 7, functionP90: 7, roomLines: 50, maxRoomLines: 100,
	}
}

func TestBounds(t *testing.T) {
	for name, c := range map[string]struct {
		tighten func(*plan)
		says    string
	}{
		"none":      {func(*plan) {}, ""},
		"arrows":    {func(p *plan) { p.families[0].back = 0 }, "1 back  ABOVE the bound of 0"},
		"files":     {func(p *plan) { p.flatFiles = 9 }, "9 files  ABOVE the bound of 8"},
		"methods":   {func(p *plan) { p.maxMethods = 1 }, "room.Inner                       2 methods  ABOVE the bound of 1"},
		"functions": {func(p *plan) { p.functionLines = 5 }, "room/cycle.go:4 There: 6 lines"},
		"p90":       {func(p *plan) { p.functionP90 = 5 }, "at most 6 lines  ABOVE the bound of 5"},
		"room":      {func(p *plan) { p.maxRoomLines = 50 }, "lines  ABOVE the bound of 50"},
	} {
		t.Run(name, func(t *testing.T) {
			p := bounds()
			c.tighten(&p)
			var said strings.Builder
			err := run(&said, "testdata/house", p, true, true)
			if errors.Is(err, errBound) != (c.says != "") || !strings.Contains(said.String(), c.says) {
				t.Errorf("%v, want %q in\n%s", err, c.says, said.String())
			}
		})
	}
}

func TestModuleThatDoesNotCompile(t *testing.T) {
	if _, err := load("testdata/broken"); err == nil || !strings.Contains(err.Error(), "undefined: nothing") {
		t.Errorf("%v", err)
	}
}

func TestOrder(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	for range 200 {
		g := make(graph, 2+random.IntN(7))
		for u := range g {
			g[u] = make([]bool, len(g))
			for v := range g {
				g[u][v] = u != v && random.IntN(3) == 0
			}
		}
		var nodes []int
		for u := range g {
			nodes = append(nodes, u)
		}
		fewest := g.back(nodes)
		permute(nodes, func(order []int) { fewest = min(fewest, g.back(order)) })
		for name, order := range map[string][]int{"order": g.order(), "exact": g.exact(nodes), "search": g.search(nodes)} {
			if got := g.back(order); got != fewest || len(order) != len(g) {
				t.Errorf("%s: %d back in %v of %v, want %d", name, got, order, g, fewest)
			}
		}
	}
}

// permute visits all orders of the nodes (Heap).
func permute(nodes []int, visit func([]int)) {
	var rest func(int)
	rest = func(k int) {
		if k == 1 {
			visit(nodes)
			return
		}
		for i := range k {
			rest(k - 1)
			if k%2 == 0 {
				nodes[i], nodes[k-1] = nodes[k-1], nodes[i]
			} else {
				nodes[0], nodes[k-1] = nodes[k-1], nodes[0]
			}
		}
	}
	rest(len(nodes))
}
