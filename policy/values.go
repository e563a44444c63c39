package policy

import (
	"cel.dev/cel-go/common/types"

	"github.com/eile-housing/eile/policy/fact"
	"github.com/eile-housing/eile/policy/rule"
	"github.com/eile-housing/eile/policy/source"
)

// anywhere is what the expression of a value may read. What it does read says where the value may
// be read.
const anywhere = rule.ReachDate | rule.ReachHousehold | rule.ReachHome | rule.ReachInspections

// valueKinds are the types that the file may name, as expressions read them.
var valueKinds = map[string]*types.Type{
	"bool": types.BoolType, "int": types.IntType, "decimal": rule.DecimalType, "string": types.StringType, "strings": types.NewListType(types.StringType), "date": rule.DateType,
}

// values declares every named expression and answers the numbers of their variables.
func (d *declaration) values(raw []source.Named[source.Value]) []int {
	var out []int
	for _, v := range raw {
		d.Identifier(v.Name)
		kind, ok := valueKinds[v.Value.Type.Text]
		if !ok {
			d.Add(v.Value.Type.Position, "%q is no type of a value; use bool, int, decimal, string, strings or date", source.Clip(v.Value.Type.Text))
			continue
		}
		id, err := d.vocabulary.DeclareValue(v.Name.Text, kind, anywhere)
		d.taken(v.Name.Position, err)
		out = append(out, id)
	}
	return out
}

// values compiles the named expressions, and finds what each of them reads, through others too. One
// that read a household and a home at once would have to be computed for each pair; rules join the
// two.
func (c *compiler) values(raw []source.Named[source.Value], variables []int, vocabulary *fact.Vocabulary) []computed {
	out := make([]computed, len(raw))
	expressions := map[int]*rule.Expression{}
	for i, v := range raw {
		e := c.expression(v.Value.Expr, anywhere, valueKinds[v.Value.Type.Text])
		out[i] = computed{variables[i], v.Name.Text, e, v.Value.Expr.Position}
		expressions[variables[i]] = e
		if e != nil {
			vocabulary.Compute(variables[i], e)
		}
	}
	known := map[int]rule.Reach{}
	for i, v := range raw {
		r := c.reached(variables[i], expressions, known)
		c.language.Narrow(variables[i], r)
		if r&rule.ReachHousehold != 0 && r&(rule.ReachHome|rule.ReachInspections) != 0 {
			c.Add(v.Name.Position, "the value %s reads a household and a home; it may read one of them", v.Name.Text)
		}
	}
	return out
}

// reached returns what a variable reads. A value that is being asked about reads nothing more of
// itself.
func (c *compiler) reached(variable int, values map[int]*rule.Expression, known map[int]rule.Reach) rule.Reach {
	e, isValue := values[variable]
	if !isValue {
		return c.language.Reach(variable)
	}
	if r, ok := known[variable]; ok {
		return r
	}
	known[variable] = rule.ReachDate
	if e == nil {
		return rule.ReachDate
	}
	r := rule.ReachDate
	for _, read := range e.Reads {
		r |= c.reached(read, values, known)
	}
	known[variable] = r
	return r
}
