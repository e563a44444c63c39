package policy

import (
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
)

// anywhere is what the expression of a value may read. What it does read says where the value may be read.
const anywhere = reachDate | reachHousehold | reachUnit | reachInspections

var valueKinds = map[string]*types.Type{
	"bool": cel.BoolType, "int": cel.IntType, "decimal": decimalType, "string": cel.StringType, "strings": types.NewListType(types.StringType), "date": dateType,
}

// declareValues gives every named expression its slot.
func (c *compiler) declareValues(values []named[value]) {
	for _, v := range values {
		c.identifier(v.Name)
		kind, ok := valueKinds[v.Value.Type.s]
		if !ok {
			c.add(v.Value.Type.position, "%q is no type of a value; use bool, int, decimal, string, strings or date", clip(v.Value.Type.s))
			continue
		}
		c.p.declare(c.faults, v.Name.position, slot{name: v.Name.s, kind: kind, from: fromValue, reach: anywhere})
	}
}

// compileValues compiles the named expressions, and finds what each of them reads, through others too. One that read a household and a home at once would
// have to be computed for each pair; rules join the two.
func (c *compiler) compileValues(values []named[value]) {
	for _, v := range values {
		id := c.p.byName[v.Name.s]
		c.p.slots[id].compute = c.compile(v.Value.Expr, c.p.slots[id].kind, anywhere)
	}
	reached := map[int]reach{}
	for _, v := range values {
		id := c.p.byName[v.Name.s]
		r := c.p.reached(id, reached)
		c.p.slots[id].reach = r
		if r&reachHousehold != 0 && r&(reachUnit|reachInspections) != 0 {
			c.add(v.Name.position, "the value %s reads a household and a home; it may read one of them", v.Name.s)
		}
	}
}

// reached answers what a variable reads. A value that is being asked about reads nothing more of itself.
func (p *Policy) reached(id int, known map[int]reach) reach {
	s := &p.slots[id]
	if s.from != fromValue {
		return s.reach
	}
	if r, ok := known[id]; ok {
		return r
	}
	known[id] = reachDate
	if s.compute == nil {
		return reachDate
	}
	r := reachDate
	for _, read := range s.compute.reads {
		r |= p.reached(read, known)
	}
	known[id] = r
	return r
}

// circles refuses values, and the need, that read each other in a circle.
func (c *compiler) circles(values []named[value]) {
	p := c.p
	state := map[int]int{}
	var path []string
	var visit func(id int)
	visit = func(id int) {
		s := &p.slots[id]
		compute := s.compute
		if s.from == fromNeed {
			compute = p.needExpr
		}
		if compute == nil || state[id] == 2 {
			return
		}
		if state[id] == 1 {
			c.add(compute.at, "the values %s → %s read each other in a circle", strings.Join(path, " → "), s.name)
			return
		}
		state[id] = 1
		path = append(path, s.name)
		for _, read := range compute.reads {
			visit(read)
		}
		path = path[:len(path)-1]
		state[id] = 2
	}
	for _, v := range values {
		visit(p.byName[v.Name.s])
	}
	visit(p.needSlot)
}
