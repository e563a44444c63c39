package main

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
)

// report prints the measures of a house.
type report struct {
	out            io.Writer
	plan           plan
	house          *house
	verbose, check bool
	// above is set once a measure is above its bound.
	above bool
}

// bound returns what to print beside a measure that must not pass a limit.
func (r *report) bound(measure, limit int) string {
	if limit < 0 || !r.check {
		return ""
	}
	if measure <= limit {
		return fmt.Sprintf("  (bound %d)", limit)
	}
	r.above = true
	return fmt.Sprintf("  ABOVE the bound of %d", limit)
}

func (r *report) families() {
	fmt.Fprintln(r.out, "Arrows that run back, by family of rooms")
	for _, f := range r.plan.families {
		m := r.house.measure(f)
		fmt.Fprintf(r.out, "  %-18s %3d files %5d arrows %4d back%s\n", f.name, m.files, m.arrows, len(m.back), r.bound(len(m.back), f.back))
		if !r.verbose {
			continue
		}
		for _, knot := range m.knots {
			fmt.Fprintf(r.out, "      knot of %d: %s\n", len(knot), strings.Join(knot, " "))
		}
		for _, a := range m.back {
			fmt.Fprintf(r.out, "      %s → %s: %s\n", a.from, a.to, strings.Join(r.house.uses[a], ", "))
		}
	}
}

// measured is what is counted of a family.
type measured struct {
	files, arrows int
	// knots are the sets of files of which each needs all the others.
	knots [][]string
	back  []arrow
}

func (h *house) measure(f family) measured {
	var files []string
	for _, file := range slices.Sorted(maps.Keys(h.lines)) {
		if f.has(room(file)) {
			files = append(files, file)
		}
	}
	number := map[string]int{}
	g := make(graph, len(files))
	for i, file := range files {
		number[file], g[i] = i, make([]bool, len(files))
	}
	m := measured{files: len(files)}
	for a := range h.uses {
		from, ok := number[a.from]
		to, inside := number[a.to]
		if ok && inside {
			g[from][to] = true
			m.arrows++
		}
	}
	for _, knot := range g.knots() {
		if len(knot) > 1 {
			m.knots = append(m.knots, named(files, knot))
		}
	}
	order := g.order()
	for i, u := range order {
		for _, v := range order[:i] {
			if g[u][v] {
				m.back = append(m.back, arrow{files[u], files[v]})
			}
		}
	}
	slices.SortFunc(m.back, func(a, b arrow) int { return cmp.Or(cmp.Compare(a.from, b.from), cmp.Compare(a.to, b.to)) })
	return m
}

func named(files []string, numbers []int) (names []string) {
	for _, i := range numbers {
		names = append(names, files[i])
	}
	return names
}

func (r *report) rooms() {
	files, lines := map[string]int{}, map[string]int{}
	for file, n := range r.house.lines {
		files[room(file)]++
		lines[room(file)] += n
	}
	fmt.Fprintln(r.out, "Rooms")
	flat := files[r.plan.flat]
	fmt.Fprintf(r.out, "  %-28s %5d files%s\n", r.plan.flat, flat, r.bound(flat, r.plan.flatFiles-1))
	for _, name := range slices.Sorted(maps.Keys(lines)) {
		limit := r.plan.maxRoomLines
		if within(name, r.plan.wide) {
			limit = -1
		}
		if lines[name] > r.plan.roomLines {
			fmt.Fprintf(r.out, "  %-28s %5d lines%s\n", name, lines[name], r.bound(lines[name], limit))
		}
	}
}

func (r *report) types() {
	fmt.Fprintf(r.out, "Types with more than %d methods of their own\n", r.plan.maxMethods)
	for _, t := range slices.SortedFunc(slices.Values(r.house.types), func(a, b declared) int {
		return cmp.Or(-cmp.Compare(a.methods, b.methods), cmp.Compare(a.file, b.file))
	}) {
		if t.methods > r.plan.maxMethods && within(room(t.file), r.plan.narrow) {
			fmt.Fprintf(r.out, "  %-28s %5d methods%s\n", room(t.file)+"."+t.name, t.methods, r.bound(t.methods, r.plan.maxMethods))
		}
	}
}

func (r *report) functions() {
	if len(r.house.functions) == 0 {
		return
	}
	sorted := slices.SortedFunc(slices.Values(r.house.functions), func(a, b function) int {
		return cmp.Or(-cmp.Compare(a.lines, b.lines), cmp.Compare(a.file, b.file), cmp.Compare(a.line, b.line))
	})
	p90 := sorted[len(sorted)/10].lines
	fmt.Fprintf(r.out, "Functions\n  nine in ten have at most %d lines%s\n", p90, r.bound(p90, r.plan.functionP90))
	for _, f := range sorted {
		if f.lines > r.plan.functionLines {
			fmt.Fprintf(r.out, "  %s:%d %s: %d lines%s\n", f.file, f.line, f.name, f.lines, r.bound(f.lines, r.plan.functionLines))
		}
	}
}
