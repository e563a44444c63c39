package rule

import (
	"errors"
	"slices"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
)

// Expression is CEL that was parsed, type-checked and bounded in cost. It is safe for concurrent use.
type Expression struct {
	// Reads are the variables that it reads, each once, in order.
	Reads   []int
	program cel.Program
}

// Eval answers the value, an unknown, or an error as a value.
func (e *Expression) Eval(variables cel.Activation) ref.Val {
	v, _, err := e.program.Eval(variables)
	if err != nil {
		return types.WrapErr(err)
	}
	return v
}

// maxExpressions bounds a policy, so that loading one stays quick.
const maxExpressions = 3_000

// Compile checks an expression: its type, which must be one of kinds where there are any, and that it reads no more than it may. An empty text is nil
// without a fault, and whatever has faults is nil.
func (l *Language) Compile(text string, may Reach, kinds ...*types.Type) (*Expression, []Fault) {
	if text == "" {
		return nil, nil
	}
	return l.compile(english, text, may, kinds)
}

func (l *Language) compile(language, text string, may Reach, kinds []*types.Type) (*Expression, []Fault) {
	if l.compiled++; l.compiled > maxExpressions {
		return nil, whole("the file has more than %d expressions", maxExpressions)
	}
	env := l.tongues[language].env
	checked, issues := env.Compile(text)
	if issues.Err() != nil {
		return nil, l.told(env, text, issues.Errors())
	}
	if len(kinds) > 0 && !slices.ContainsFunc(kinds, checked.OutputType().IsExactType) {
		return nil, whole("the expression is of type %s; it must be %s", typeName(checked.OutputType()), typeName(kinds[0]))
	}
	e := &Expression{Reads: l.reads(checked)}
	cost, faults := boundCost(env, checked)
	if faults = append(faults, l.within(e.Reads, may)...); len(faults) > 0 {
		return nil, faults
	}
	options := []cel.ProgramOption{cel.EvalOptions(cel.OptOptimize)}
	if cost > countedCost {
		options = append(options, cel.CostLimit(maxCost))
	}
	var err error
	if e.program, err = env.Program(checked, options...); err != nil {
		return nil, whole("%s", firstLine(err.Error()))
	}
	return e, nil
}

// reads answers the variables of an expression, each once, in order.
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
