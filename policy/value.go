package policy

import (
	"errors"
	"fmt"

	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"

	"github.com/eile-housing/eile/policy/day"
	"github.com/eile-housing/eile/policy/number"
	"github.com/eile-housing/eile/policy/rule"
	"github.com/eile-housing/eile/policy/source"
	"github.com/eile-housing/eile/policy/table"
)

// typeNames are the types that the file may name.
var typeNames = map[string]table.Type{
	"bool": table.Bool, "int": table.Int, "decimal": table.Decimal, "string": table.String, "date": table.Date, "rows": table.Rows,
}

// parseValue reads the text of one value of a type.
func parseValue(t table.Type, s string) (ref.Val, error) {
	switch t {
	case table.Bool:
		if s != "true" && s != "false" {
			return nil, fmt.Errorf("%q is not a boolean; write true or false", source.Clip(s))
		}
		return types.Bool(s == "true"), nil
	case table.Int:
		n, err := source.WholeNumber(s)
		return types.Int(n), err
	case table.Decimal:
		d, err := rule.ParseDecimal(s)
		return d, err
	case table.Date:
		d, err := day.Parse(s)
		return &rule.Date{Day: d}, err
	default:
		return types.String(s), nil
	}
}

// parseFigure reads one value of a parameter; money becomes hundredths.
func parseFigure(kind, s string) (ref.Val, error) {
	if kind != "money" {
		return parseValue(typeNames[kind], s)
	}
	d, err := number.ParseDecimal(s)
	if err != nil {
		return nil, err
	}
	if d.Scale > 2 || d.Units > 1e13 || d.Units < -1e13 {
		return nil, errors.New("is not an amount with at most two decimals")
	}
	return types.Int(d.Units * [3]int64{100, 10, 1}[d.Scale]), nil
}
