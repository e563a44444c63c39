package policy

import (
	"errors"
	"slices"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/cost"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
)

// expression is CEL that was parsed, type-checked and bounded in cost.
type expression struct {
	at      position
	source  string
	kind    *types.Type
	reads   []int
	program cel.Program
}

// eval answers the value, an unknown, or an error as a value.
func (e *expression) eval(s *scope) ref.Val {
	v, _, err := e.program.Eval(s)
	if err != nil {
		return types.WrapErr(err)
	}
	return v
}

// compiler turns the texts of one file into expressions and reports what is wrong with them.
type compiler struct {
	*faults
	p *Policy
	// languages by code; en is used for what is not written for people.
	languages map[string]*cel.Env
	writers   map[string]writer
	// compiled counts expressions, so that a file of very many is refused in time.
	compiled int
}

// compile checks one expression: its type, and that it reads no more than it may. It answers nil after a fault.
func (c *compiler) compile(t text, kind *types.Type, may reach) *expression {
	return c.compileIn("en", t, may, kind)
}

func (c *compiler) compileIn(language string, t text, may reach, kinds ...*types.Type) *expression {
	if !t.set() {
		return nil
	}
	if c.compiled++; c.compiled > maxExprs {
		c.add(t.position, "the file has more than %d expressions", maxExprs)
		return nil
	}
	env := c.languages[language]
	checked, issues := env.Compile(t.s)
	if issues.Err() != nil {
		for _, e := range issues.Errors() {
			c.add(inside(t, e.Location.Line(), e.Location.Column()), "%s", firstLine(e.Message))
		}
		return nil
	}
	if len(kinds) > 0 && !slices.ContainsFunc(kinds, checked.OutputType().IsExactType) {
		c.add(t.position, "the expression is of type %s; it must be %s", typeName(checked.OutputType()), typeName(kinds[0]))
		return nil
	}
	e := &expression{at: t.position, source: t.s, kind: checked.OutputType(), reads: c.reads(checked)}
	cost, ok := c.cost(env, checked, t)
	if !c.within(e, may) || !ok {
		return nil
	}
	options := []cel.ProgramOption{cel.EvalOptions(cel.OptOptimize)}
	if cost > countedCost {
		options = append(options, cel.CostLimit(maxCost))
	}
	program, err := env.Program(checked, options...)
	if err != nil {
		c.add(t.position, "%s", firstLine(err.Error()))
		return nil
	}
	e.program = program
	return e
}

// reads answers the variables of an expression, each once, in order.
func (c *compiler) reads(checked *cel.Ast) []int {
	var reads []int
	for _, r := range checked.NativeRep().ReferenceMap() {
		if id, ok := c.p.byName[r.Name]; ok && len(r.OverloadIDs) == 0 {
			reads = append(reads, id)
		}
	}
	slices.Sort(reads)
	return slices.Compact(reads)
}

func (c *compiler) within(e *expression, may reach) bool {
	ok := true
	for _, id := range e.reads {
		if s := &c.p.slots[id]; s.reach&^may != 0 {
			c.add(e.at, "%s cannot be read here: %s", s.name, whatMayBeRead(may))
			ok = false
		}
	}
	return ok
}

func whatMayBeRead(may reach) string {
	what := []string{"the date and parameters"}
	if may&reachHousehold != 0 {
		what = append(what, "facts of the household")
	}
	if may&reachUnit != 0 {
		what = append(what, "facts of the home")
	}
	if may&reachInspections != 0 {
		what = append(what, "what inspections found")
	}
	return "only " + strings.Join(what, ", ")
}

// cost answers the most that an expression can cost on any record that the register takes, and refuses one above the bound.
func (c *compiler) cost(env *cel.Env, checked *cel.Ast, t text) (most uint64, ok bool) {
	estimate, err := env.EstimateCost(checked, sizes{})
	if err != nil {
		c.add(t.position, "%s", firstLine(err.Error()))
		return 0, false
	}
	if estimate.Max > maxCost {
		c.add(t.position, "the expression may cost more than the limit of %d on a large record; make it simpler", maxCost)
		return 0, false
	}
	return estimate.Max, true
}

// Bounds of the records that the register takes, from the messages' own rules.
const (
	maxMembers = 100
	maxStrings = 100
	maxString  = 1_000
)

// sizes bounds what expressions can be given, for the estimate of their cost.
type sizes struct{}

// EstimateSize bounds a variable or a field.
func (sizes) EstimateSize(node cost.AstNode) *cost.SizeEstimate {
	switch node.Type().Kind() {
	case types.ListKind:
		s := cost.ListSizeEstimate(cost.RangedSizeEstimate(0, maxMembers), cost.RangedSizeEstimate(0, maxString))
		return &s
	case types.StringKind:
		return &cost.SizeEstimate{Min: 0, Max: maxString}
	}
	return &cost.SizeEstimate{Min: 1, Max: 1}
}

// EstimateCallCost bounds the functions of this package: those of texts and lists are linear in what they are given, the others constant.
func (sizes) EstimateCallCost(function, overload string, _ *cost.AstNode, _ []cost.AstNode) *cost.CallEstimate {
	if !strings.HasPrefix(overload, "eile_") {
		return nil
	}
	size, most := cost.SizeEstimate{Min: 1, Max: 1}, uint64(5)
	switch function {
	case "sum", "count":
		most = maxMembers
	case "split":
		size, most = cost.ListSizeEstimate(cost.RangedSizeEstimate(0, maxStrings), cost.RangedSizeEstimate(0, maxString)), maxString
	case "join":
		size, most = cost.RangedSizeEstimate(0, maxStrings*maxString), maxStrings*maxString/10
	case "row":
		most = maxStrings
	case "lower", "money", "amount", "plural", "otherwise":
		size, most = cost.RangedSizeEstimate(0, maxString), maxString/10
	}
	return &cost.CallEstimate{CostEstimate: cost.RangedCostEstimate(1, most), ResultSize: &size}
}

// inside places an error of an expression in the file; the first line begins where the scalar does.
func inside(t text, line, column int) position {
	if line <= 1 {
		return position{t.line, t.column + column}
	}
	return position{t.line + line - 1, column + 1}
}

func typeName(t *types.Type) string {
	return strings.TrimPrefix(t.String(), "eile.")
}

func firstLine(s string) string {
	s, _, _ = strings.Cut(s, "\n")
	return s
}

// errText is the text of an evaluation error without CEL's own decoration.
func errText(v ref.Val) string {
	if e, ok := v.(*types.Err); ok {
		if inner := errors.Unwrap(e); inner != nil {
			return firstLine(inner.Error())
		}
		return firstLine(e.Error())
	}
	return "no value"
}
