package allocation

import "slices"

// gate tells the source of the households, in choice mode, of each class that is shut: whoever is read from then on can
// neither enter it nor, by being counted, raise the largest possible size. The second is why a matching that maximises runs
// beside the allocation: who accepts full classes only gets nothing, but may prove that another assignment houses more.
type gate struct {
	shut   func(class int32)
	most   *matching
	closed []bool // by class: who comes now cannot enter
	told   []bool
}

// newGate returns nil, which is a gate that tells nothing, where nobody listens, or where a class has an order of its own:
// such an order counts the positions of households that may then not be passed over.
func newGate(m Market) *gate {
	if m.Shut == nil || slices.ContainsFunc(m.Classes, func(c Class) bool { return c.Order != nil }) {
		return nil
	}
	n := len(m.Classes)
	g := &gate{shut: m.Shut, most: newMatching(capacities(m.Classes)), closed: make([]bool, n), told: make([]bool, n)}
	g.most.shut = g.tell
	return g
}

// read counts a household.
func (g *gate) read(accepts []int32) {
	if g == nil || g.most.left == 0 {
		return
	}
	g.most.add(accepts)
	if g.most.left == 0 {
		for c := range int32(len(g.told)) {
			g.tell(c)
		}
	}
}

// close notes that nobody can enter the class any more.
func (g *gate) close(class int32) {
	if g != nil {
		g.closed[class] = true
		g.tell(class)
	}
}

func (g *gate) tell(class int32) {
	if g.closed[class] && !g.told[class] && (g.most.left == 0 || g.most.dead[class]) {
		g.told[class] = true
		g.shut(class)
	}
}
