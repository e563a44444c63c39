package policy

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"

	"github.com/eile-housing/eile/policy/day"
	"github.com/eile-housing/eile/policy/table"
)

// figure is a compiled parameter.
type figure struct {
	slot   int
	values []figureFrom
	expr   *expression
}

type figureFrom struct {
	from  day.Day
	value ref.Val
}

func errNotBool(s string) error {
	return fmt.Errorf("%q is not a boolean; write true or false", clip(s))
}

// declareParameters gives every parameter its slot and its dated values.
func (c *compiler) declareParameters(parameters []named[parameter]) {
	for _, entry := range parameters {
		p := &entry.Value
		kind, ok := parameterKinds[p.Type.s]
		if !ok {
			c.add(p.Type.position, "%q is no type of a parameter; use money, int, decimal, string, strings, ints, decimals, bool or date", clip(p.Type.s))
			continue
		}
		c.identifier(entry.Name)
		id := c.p.declare(c.faults, entry.Name.position, slot{name: entry.Name.s, kind: kind, from: fromParameter, reach: reachDate})
		f := figure{slot: id}
		c.provenance(p.Source, p.Certainty)
		switch ways := countTrue(len(p.Values) > 0, p.Expr.set(), len(p.List) > 0, len(p.Table) > 0); {
		case ways != 1:
			c.add(entry.Name.position, "the parameter %s has %d of values, expr, list and table; it must have one", entry.Name.s, ways)
		case p.Type.s == "strings" != (len(p.List) > 0):
			c.add(entry.Name.position, "list goes with type strings, and only with it")
		case entryKinds[p.Type.s] != 0 != (len(p.Table) > 0):
			c.add(entry.Name.position, "table goes with types ints and decimals, and only with them")
		case len(p.List) > 0:
			f.values = []figureFrom{{c.p.from, types.NewStringList(types.DefaultTypeAdapter, texts(p.List))}}
		case len(p.Table) > 0:
			f.values = []figureFrom{{c.p.from, c.figureTable(entryKinds[p.Type.s], p.Table)}}
		default:
			f.values = c.datedValues(entry, p)
		}
		c.p.figures = append(c.p.figures, f)
	}
}

// entryKinds are the types of the entries of tables.
var entryKinds = map[string]table.Type{"ints": table.Int, "decimals": table.Decimal}

// figureTable reads a table of figures by name.
func (c *compiler) figureTable(kind table.Type, entries []named[text]) ref.Val {
	figures := make(map[ref.Val]ref.Val, len(entries))
	for _, e := range entries {
		v, err := parseValue(kind, e.Value.s)
		if err != nil {
			c.add(e.Value.position, "%s: %v", clip(e.Name.s), err)
			continue
		}
		figures[types.String(e.Name.s)] = v
	}
	return types.NewRefValMap(types.DefaultTypeAdapter, figures)
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

var parameterKinds = map[string]*types.Type{
	"money": types.IntType, "int": types.IntType, "decimal": decimalType, "string": types.StringType,
	"strings": types.NewListType(types.StringType), "bool": types.BoolType, "date": dateType,
	"ints": types.NewMapType(types.StringType, types.IntType), "decimals": types.NewMapType(types.StringType, decimalType),
}

func (c *compiler) datedValues(entry named[parameter], p *parameter) []figureFrom {
	var values []figureFrom
	for _, dated := range p.Values {
		v, err := parseFigure(p.Type.s, dated.Value.s)
		if err != nil {
			c.add(dated.Value.position, "%s %v", entry.Name.s, err)
			continue
		}
		if n := len(values); n > 0 && values[n-1].from >= dated.From.day {
			c.add(dated.From.position, "the values of %s are not in order of date", entry.Name.s)
		}
		c.provenance(dated.Source, dated.Certainty)
		values = append(values, figureFrom{dated.From.day, v})
	}
	if len(values) > 0 && values[0].from > c.p.from {
		c.add(entry.Name.position, "%s has no value from %s, when the policy comes into force, to %s", entry.Name.s, c.p.from, values[0].from)
	}
	return values
}

// parseFigure reads one value; money becomes hundredths.
func parseFigure(kind, s string) (ref.Val, error) {
	if kind != "money" {
		return parseValue(typeNames[kind], s)
	}
	d, err := parseDecimal(s)
	if err != nil {
		return nil, err
	}
	if d.scale > 2 || d.units > 1e13 || d.units < -1e13 {
		return nil, errors.New("is not an amount with at most two decimals")
	}
	return types.Int(d.units * [3]int64{100, 10, 1}[d.scale]), nil
}

// compileParameters compiles the expressions among parameters and orders them so that each follows what it reads.
func (c *compiler) compileParameters(parameters []named[parameter]) {
	for _, entry := range parameters {
		id, ok := c.p.byName[entry.Name.s]
		i := slices.IndexFunc(c.p.figures, func(f figure) bool { return f.slot == id })
		if !ok || i < 0 || !entry.Value.Expr.set() {
			continue
		}
		c.p.figures[i].expr = c.compile(entry.Value.Expr, c.p.slots[id].kind, reachDate)
	}
	order := map[int]int{}
	for i, f := range c.p.figures {
		order[f.slot] = i
	}
	c.p.figures = c.sorted(c.p.figures, order)
}

// sorted puts figures behind those they read; a cycle is a fault that names it.
func (c *compiler) sorted(figures []figure, at map[int]int) []figure {
	var out []figure
	state := make([]int, len(figures)) // 0 new, 1 on the way, 2 done
	var path []string
	var visit func(i int)
	visit = func(i int) {
		f := figures[i]
		name := c.p.slots[f.slot].name
		if state[i] == 1 {
			c.add(f.expr.at, "the parameters %s → %s read each other in a circle", strings.Join(path, " → "), name)
		}
		if state[i] != 0 {
			return
		}
		state[i] = 1
		path = append(path, name)
		if f.expr != nil {
			for _, id := range f.expr.reads {
				if j, ok := at[id]; ok {
					visit(j)
				}
			}
		}
		path = path[:len(path)-1]
		state[i] = 2
		out = append(out, f)
	}
	for i := range figures {
		visit(i)
	}
	return out
}

// identifier refuses a name that CEL could not read.
func (c *compiler) identifier(t text) {
	if !isIdentifier(t.s) {
		c.add(t.position, "%q is no name; use lower-case letters, digits and _, a letter first, at most 64", clip(t.s))
	}
}

func isIdentifier(s string) bool {
	if s == "" || len(s) > 64 || s[0] < 'a' || s[0] > 'z' || reserved[s] {
		return false
	}
	return strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789_") == ""
}

// reserved words of CEL.
var reserved = map[string]bool{
	"as": true, "break": true, "const": true, "continue": true, "else": true, "false": true, "for": true, "function": true, "if": true, "import": true,
	"in": true, "let": true, "loop": true, "namespace": true, "null": true, "package": true, "return": true, "true": true, "var": true, "void": true, "while": true,
}

// provenance checks that a source is named under sources and that a certainty is one of the three.
func (c *compiler) provenance(source, certainty text) {
	if source.set() && !slices.Contains(c.p.sources, source.s) {
		c.add(source.position, "the source %q is not under sources", clip(source.s))
	}
	if certainty.set() && !slices.Contains([]string{"S", "D", "U"}, certainty.s) {
		c.add(certainty.position, "certainty is S (stated), D (derived) or U (uncertain), not %q", clip(certainty.s))
	}
}

func texts(list []text) []string {
	out := make([]string, len(list))
	for i, t := range list {
		out[i] = t.s
	}
	return out
}
