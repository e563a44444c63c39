package rule

import (
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/cost"
	"cel.dev/cel-go/common/types"
)

// Bounds of the records that the register takes, from the messages' own rules.
const (
	maxMembers = 100
	maxStrings = 100
	maxString  = 1_000
)

// boundCost returns the most that an expression can cost on any record that the register takes, and
// refuses one above the bound.
func boundCost(env *cel.Env, checked *cel.Ast) (most uint64, faults []Fault) {
	estimate, err := env.EstimateCost(checked, sizes{})
	if err != nil {
		return 0, whole("%s", firstLine(err.Error()))
	}
	if estimate.Max > maxCost {
		return 0, whole("the expression may cost more than the limit of %d on a large record; make it simpler", maxCost)
	}
	return estimate.Max, nil
}

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
	default:
		return &cost.SizeEstimate{Min: 1, Max: 1}
	}
}

// EstimateCallCost bounds the functions of this package: those of texts and lists are linear in
// what they are given, the others constant.
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
	case "add_working_days", "working_days_between":
		most = 500
	case "lower", "money", "amount", "plural", "otherwise":
		size, most = cost.RangedSizeEstimate(0, maxString), maxString/10
	}
	return &cost.CallEstimate{CostEstimate: cost.RangedCostEstimate(1, most), ResultSize: &size}
}
