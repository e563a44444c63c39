package allocation

import (
	"encoding/binary"
	"slices"
)

// violators finds, in a fill outcome, the rivals of a household that got nothing: the holders of every class that can be
// reached from it by moving holders. That set is the circuit that the household closes with the housed set, which in a
// matroid is unique, so no other rivals would do.
type violators struct {
	book *book
	// By class: the strongly connected part it lies in, where a class leads to another if one of its holders accepts
	// that; and by part the bit set of the classes that can be reached from it, itself included.
	part    []int32
	reached [][]uint64
	known   map[string]*Violator // by the bytes of the reached set
	key     []byte
}

func newViolators(b *book) *violators {
	v := &violators{book: b, known: make(map[string]*Violator)}
	if b.in.Mode == Fill {
		v.connect()
	}
	return v
}

// of returns the violator of an unhoused household that accepts the given classes.
func (v *violators) of(accepts []int32) *Violator {
	set := make([]uint64, (len(v.part)+63)/64)
	for _, c := range accepts {
		unite(set, v.reached[v.part[c]])
	}
	v.key = v.key[:0]
	for _, word := range set {
		v.key = binary.NativeEndian.AppendUint64(v.key, word)
	}
	if known, ok := v.known[string(v.key)]; ok {
		return known
	}
	made := &Violator{}
	var rivals []int32
	for c := range v.part {
		if set[c/64]&(1<<(c%64)) == 0 {
			continue
		}
		made.Classes = append(made.Classes, v.book.in.Classes[c].ID)
		for _, s := range v.book.held[c] {
			rivals = append(rivals, s.Household)
		}
	}
	slices.Sort(rivals)
	slices.Sort(made.Classes)
	for _, h := range rivals {
		made.Rivals = append(made.Rivals, v.book.in.Households[h].ID)
	}
	v.known[string(v.key)] = made
	return made
}

// connect finds the strongly connected parts by Tarjan's algorithm, which finishes a part after all that it leads to, so
// that each part's reached set is made of finished ones.
func (v *violators) connect() {
	n := len(v.book.in.Classes)
	leads := v.arcs()
	v.part = make([]int32, n)
	index := make([]int32, n) // order of discovery, from 1
	low := make([]int32, n)
	next := make([]int, n) // next arc to follow
	var stack, open []int32
	count := int32(0)
	visit := func(c int32) {
		count++
		index[c], low[c] = count, count
		v.part[c] = -1
		stack, open = append(stack, c), append(open, c)
	}
	for root := range int32(n) {
		if index[root] == 0 {
			visit(root)
		}
		for len(stack) > 0 {
			c := stack[len(stack)-1]
			if next[c] < len(leads[c]) {
				d := leads[c][next[c]]
				next[c]++
				if index[d] == 0 {
					visit(d)
				} else if v.part[d] < 0 {
					low[c] = min(low[c], index[d])
				}
				continue
			}
			stack = stack[:len(stack)-1]
			if len(stack) > 0 {
				parent := stack[len(stack)-1]
				low[parent] = min(low[parent], low[c])
			}
			if low[c] == index[c] {
				i := len(open) - 1
				for open[i] != c {
					i--
				}
				v.finish(open[i:], leads)
				open = open[:i]
			}
		}
	}
}

// finish makes a part of the given classes.
func (v *violators) finish(classes []int32, leads [][]int32) {
	id := int32(len(v.reached))
	set := make([]uint64, (len(v.part)+63)/64)
	for _, c := range classes {
		v.part[c] = id
		set[c/64] |= 1 << (c % 64)
	}
	for _, c := range classes {
		for _, d := range leads[c] {
			if v.part[d] != id {
				unite(set, v.reached[v.part[d]])
			}
		}
	}
	v.reached = append(v.reached, set)
}

// arcs returns for each class the classes that its holders accept, each once.
func (v *violators) arcs() [][]int32 {
	leads := make([][]int32, len(v.book.in.Classes))
	seen := make([]int, len(leads)) // by class, one more than the class that it was last noted for
	for c, held := range v.book.held {
		for _, s := range held {
			for _, d := range v.book.in.Households[s.Household].Accepts {
				if seen[d] != c+1 {
					seen[d] = c + 1
					leads[c] = append(leads[c], d)
				}
			}
		}
	}
	return leads
}

func unite(set, with []uint64) {
	for i, word := range with {
		set[i] |= word
	}
}
