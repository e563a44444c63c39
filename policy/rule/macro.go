package rule

import (
	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/parser"
)

// atLeast is list.at_least(n, x, condition): whether the condition holds for n or more elements.
// Where some are unknown it is still true once enough are known to hold and false once too few are
// left, as exists and all are; else it is unknown and names every fact that is. CEL's own macros
// cannot tell, for a list with an unknown element is unknown as a whole.
//
// It becomes a fold that counts the elements for which the condition holds and, above them, those
// for which it does not fail; only where the two counts lie on either side of n is the list read
// once more, for the names.
var atLeast = cel.ReceiverMacro("at_least", 3, func(f cel.MacroExprFactory, list ast.Expr, args []ast.Expr) (ast.Expr, *common.Error) {
	n, x, condition := args[0], args[1], args[2]
	if x.Kind() != ast.IdentKind || x.AsIdent() == f.AccuIdentName() {
		return nil, f.NewError(x.ID(), "the second argument of at_least is a name for the element")
	}
	if repeats(list) || repeats(n) || repeats(condition) {
		return nil, f.NewError(list.ID(), "at_least stands inside another at_least; give the inner one a name under values")
	}
	names, err := parser.MakeMap(f, f.Copy(list), []ast.Expr{f.Copy(x), f.Copy(condition)})
	if err != nil {
		return nil, err
	}
	whole := f.NewLiteral(types.Int(openWeight))
	enough := f.NewCall(operators.GreaterEquals, f.NewCall(operators.Divide, f.NewAccuIdent(), whole), f.Copy(n))
	possible := f.NewCall(operators.GreaterEquals, f.NewCall(operators.Modulo, f.NewAccuIdent(), f.Copy(whole)), f.Copy(n))
	told := f.NewCall(operators.GreaterEquals, f.NewCall("count", names), n)
	return f.NewComprehension(list, x.AsIdent(), f.AccuIdentName(), f.NewLiteral(types.IntZero), f.NewLiteral(types.True),
		f.NewCall(operators.Add, f.NewAccuIdent(), f.NewCall(weighFunction, condition)),
		f.NewCall(operators.LogicalOr, enough, f.NewCall(operators.LogicalAnd, possible, told))), nil
})

// repeats says whether an expression holds an at_least already. Since each writes its arguments
// twice, a nest of them would double with every step.
func repeats(e ast.Expr) bool {
	found := false
	ast.PreOrderVisit(e, ast.NewExprVisitor(func(e ast.Expr) {
		found = found || e.Kind() == ast.CallKind && e.AsCall().FunctionName() == weighFunction
	}))
	return found
}

// openWeight is more than any list has elements. One element for which the condition holds weighs
// openWeight + 1, one for which it may hold 1.
const openWeight = 1 << 20

// weighFunction is written in no policy: its name is none that a policy can write.
const weighFunction = "@weigh"

func weigh(v ref.Val) ref.Val {
	switch {
	case types.IsUnknown(v):
		return types.IntOne
	case v == types.True:
		return types.Int(openWeight + 1)
	case v == types.False:
		return types.IntZero
	}
	return types.MaybeNoSuchOverloadErr(v)
}

func macroFunctions() []cel.EnvOption {
	return []cel.EnvOption{
		cel.Macros(atLeast),
		cel.Function(weighFunction, cel.Overload("eile_weigh", []*cel.Type{cel.BoolType}, cel.IntType, cel.OverloadIsNonStrict(), cel.UnaryBinding(weigh))),
	}
}
