package rule

import (
	"errors"
	"slices"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
)

// Expression is CEL that was parsed, type-checked and bounded in cost. It is safe for concurrent
// use.
type Expression struct {
	// Reads are the variables that it reads, each once, in order.
	Reads   []int
	program cel.Program
}

// Eval returns the value, an unknown, or an error as a value.
func (e *Expression) Eval(variables cel.Activation) ref.Val {
	v, _, err := e.program.Eval(variables)
	if err != nil {
		return types.WrapErr(err)
	}
	return v
}

// maxExpressions bounds a policy, so that loading one stays quick.
const maxExpressions = 3_000

// Compile checks an expression: its type, which must be one of kinds where there are any, and that
// it reads no more than it may. An empty text is nil without a fault, and whatever has faults is
// nil.
func (l *Language) Compile(text string, may Reach, kinds ...*types.Type) (*Expression, []Fault) {
	if text == "" {
		return nil, nil
	}
	c, faults := l.check(l.tongues[0], text, may, kinds)
	if len(faults) > 0 {
		return nil, faults
	}
	return c.plan(c.tree.NativeRep())
}

// checked is an expression that may be evaluated.
type checked struct {
	env   *cel.Env
	tree  *cel.Ast
	reads []int
	cost  uint64
}

// check parses an expression as one language writes it, and holds it to its bounds.
func (l *Language) check(tongue *tongue, text string, may Reach, kinds []*types.Type) (c checked, faults []Fault) {
	if l.compiled++; l.compiled > maxExpressions {
		return c, whole("the file has more than %d expressions", maxExpressions)
	}
	c.env = tongue.env
	var issues *cel.Issues
	if c.tree, issues = c.env.Compile(text); issues.Err() != nil {
		return c, l.told(c.env, text, issues.Errors())
	}
	if len(kinds) > 0 && !slices.ContainsFunc(kinds, c.tree.OutputType().IsExactType) {
		return c, whole("the expression is of type %s; it must be %s", typeName(c.tree.OutputType()), typeName(kinds[0]))
	}
	c.reads = l.reads(c.tree)
	c.cost, faults = boundCost(c.env, c.tree)
	return c, append(faults, l.within(c.reads, may)...)
}

// plan makes the expression, or a part of it, ready to be evaluated.
func (c checked) plan(tree *ast.AST) (*Expression, []Fault) {
	options := []cel.ProgramOption{cel.EvalOptions(cel.OptOptimize)}
	if c.cost > countedCost {
		options = append(options, cel.CostLimit(maxCost))
	}
	program, err := c.env.PlanProgram(tree, options...)
	if err != nil {
		return nil, whole("%s", firstLine(err.Error()))
	}
	return &Expression{Reads: c.reads, program: program}, nil
}

// reads returns the variables of an expression, each once, in order.
func (l *Language) reads(checked *cel.Ast) []int {
	var reads []int
	for _, r := range checked.NativeRep().ReferenceMap() {
		if id, ok := l.byName[r.Name]; ok && len(r.OverloadIDs) == 0 {
			reads = append(reads, id)
		}
	}
	slices.Sort(reads)
	return slices.Compact(reads)
}

// within reports every variable that is out of reach.
func (l *Language) within(reads []int, may Reach) (faults []Fault) {
	for _, id := range reads {
		if v := &l.variables[id]; v.Reach&^may != 0 {
			faults = append(faults, whole("%s cannot be read here: only %s", v.Name, may)...)
		}
	}
	return faults
}

func typeName(t *types.Type) string {
	return strings.TrimPrefix(t.String(), "eile.")
}

// ErrorText is the text of an evaluation error without CEL's own decoration.
func ErrorText(v ref.Val) string {
	e, ok := v.(*types.Err)
	if !ok {
		return "no value"
	}
	if inner := errors.Unwrap(e); inner != nil {
		return firstLine(inner.Error())
	}
	return firstLine(e.Error())
}
