package policy

import (
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"

	"github.com/eile-housing/eile/policy/day"
	"github.com/eile-housing/eile/policy/fact"
	"github.com/eile-housing/eile/policy/rule"
	"github.com/eile-housing/eile/policy/source"
	"github.com/eile-housing/eile/policy/table"
)

// parameterKinds are the types that the file may name, as expressions read them.
var parameterKinds = map[string]*types.Type{
	"money": types.IntType, "int": types.IntType, "decimal": rule.DecimalType, "string": types.StringType,
	"strings": types.NewListType(types.StringType), "bool": types.BoolType, "date": rule.DateType,
	"ints": types.NewMapType(types.StringType, types.IntType), "decimals": types.NewMapType(types.StringType, rule.DecimalType),
}

// entryKinds are the types of the entries of tables.
var entryKinds = map[string]table.Type{"ints": table.Int, "decimals": table.Decimal}

// parameters declares every parameter and reads its dated values; the first day of the policy is
// from.
func (d *declaration) parameters(raw []source.Named[source.Parameter], names source.Names, from day.Day) []fact.Figure {
	var out []fact.Figure
	for _, entry := range raw {
		p := &entry.Value
		kind, ok := parameterKinds[p.Type.Text]
		if !ok {
			d.Add(p.Type.Position, "%q is no type of a parameter; use money, int, decimal, string, strings, ints, decimals, bool or date", source.Clip(p.Type.Text))
			continue
		}
		d.Identifier(entry.Name)
		id, err := d.vocabulary.DeclareParameter(entry.Name.Text, kind)
		d.taken(entry.Name.Position, err)
		names.Check(d.Faults, p.Source, p.Certainty)
		out = append(out, fact.Figure{Variable: id, Values: d.figures(entry, names, from)})
	}
	return out
}

// figures reads the values of a parameter, which has them in one of the ways there are.
func (d *declaration) figures(entry source.Named[source.Parameter], names source.Names, from day.Day) []fact.Dated {
	p := &entry.Value
	switch ways := countTrue(len(p.Values) > 0, p.Expr.Set(), len(p.List) > 0, len(p.Table) > 0); {
	case ways != 1:
		d.Add(entry.Name.Position, "the parameter %s has %d of values, expr, list and table; it must have one", entry.Name.Text, ways)
	case p.Type.Text == "strings" != (len(p.List) > 0):
		d.Add(entry.Name.Position, "list goes with type strings, and only with it")
	case entryKinds[p.Type.Text] != 0 != (len(p.Table) > 0):
		d.Add(entry.Name.Position, "table goes with types ints and decimals, and only with them")
	case len(p.List) > 0:
		return []fact.Dated{{From: from, Value: types.NewStringList(types.DefaultTypeAdapter, source.Texts(p.List))}}
	case len(p.Table) > 0:
		return []fact.Dated{{From: from, Value: figureTable(d.Faults, entryKinds[p.Type.Text], p.Table)}}
	default:
		return datedValues(d.Faults, entry, names, from)
	}
	return nil
}

func countTrue(flags ...bool) int {
	n := 0
	for _, f := range flags {
		if f {
			n++
		}
	}
	return n
}

// figureTable reads a table of figures by name.
func figureTable(faults *source.Faults, kind table.Type, entries []source.Named[source.Text]) ref.Val {
	figures := make(map[ref.Val]ref.Val, len(entries))
	for _, e := range entries {
		v, err := parseValue(kind, e.Value.Text)
		if err != nil {
			faults.Add(e.Value.Position, "%s: %v", source.Clip(e.Name.Text), err)
			continue
		}
		figures[types.String(e.Name.Text)] = v
	}
	return types.NewRefValMap(types.DefaultTypeAdapter, figures)
}

func datedValues(faults *source.Faults, entry source.Named[source.Parameter], names source.Names, from day.Day) []fact.Dated {
	var values []fact.Dated
	for _, dated := range entry.Value.Values {
		v, err := parseFigure(entry.Value.Type.Text, dated.Value.Text)
		if err != nil {
			faults.Add(dated.Value.Position, "%s %v", entry.Name.Text, err)
			continue
		}
		if n := len(values); n > 0 && values[n-1].From >= dated.From.Day {
			faults.Add(dated.From.Position, "the values of %s are not in order of date", entry.Name.Text)
		}
		names.Check(faults, dated.Source, dated.Certainty)
		values = append(values, fact.Dated{From: dated.From.Day, Value: v})
	}
	if len(values) > 0 && values[0].From > from {
		faults.Add(entry.Name.Position, "%s has no value from %s, when the policy comes into force, to %s", entry.Name.Text, from, values[0].From)
	}
	return values
}

// figures compiles the expressions among parameters and orders the figures so that each follows
// what it reads.
func (c *compiler) figures(raw []source.Named[source.Parameter], declared []fact.Figure) []fact.Figure {
	var all []computed
	for i, f := range declared {
		p := raw[i]
		declared[i].Expr = c.expression(p.Value.Expr, rule.ReachDate, parameterKinds[p.Value.Type.Text])
		all = append(all, computed{f.Variable, p.Name.Text, declared[i].Expr, p.Value.Expr.Position})
	}
	figures := make([]fact.Figure, len(declared))
	for i, at := range inOrder(c.Faults, "parameters", all) {
		figures[i] = declared[at]
	}
	return figures
}
