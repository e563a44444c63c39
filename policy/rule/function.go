package rule

import (
	"math"
	"math/big"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/common/types/traits"

	"github.com/eile-housing/eile/policy/number"
)

// operatorOverloads declares the operators of dates and decimals; the values carry them out.
func operatorOverloads() []cel.EnvOption {
	var options []cel.EnvOption
	for name, op := range map[string]string{"less": operators.Less, "less_equals": operators.LessEquals,
		"greater": operators.Greater, "greater_equals": operators.GreaterEquals} {
		options = append(options, cel.Function(op,
			cel.Overload("eile_date_"+name, []*cel.Type{DateType, DateType}, cel.BoolType),
			cel.Overload("eile_decimal_"+name, []*cel.Type{DecimalType, DecimalType}, cel.BoolType),
			cel.Overload("eile_decimal_int_"+name, []*cel.Type{DecimalType, cel.IntType}, cel.BoolType)))
	}
	for name, op := range map[string]string{"add": operators.Add, "subtract": operators.Subtract, "multiply": operators.Multiply} {
		options = append(options, cel.Function(op,
			cel.Overload("eile_decimal_"+name, []*cel.Type{DecimalType, DecimalType}, DecimalType),
			cel.Overload("eile_decimal_int_"+name, []*cel.Type{DecimalType, cel.IntType}, DecimalType)))
	}
	return options
}

// functions are those of the domain that read the same in every language.
func functions() []cel.EnvOption {
	a := cel.TypeParamType("A")
	stringList, intList := cel.ListType(cel.StringType), cel.ListType(cel.IntType)
	one := func(name string, arg, result *cel.Type, f func(ref.Val) ref.Val) cel.EnvOption {
		return cel.Function(name, cel.Overload("eile_"+name, []*cel.Type{arg}, result, cel.UnaryBinding(f)))
	}
	two := func(name string, x, y, result *cel.Type, f func(x, y ref.Val) ref.Val) cel.EnvOption {
		return cel.Function(name, cel.Overload("eile_"+name, []*cel.Type{x, y}, result, cel.BinaryBinding(f)))
	}
	return []cel.EnvOption{
		cel.Function("known", cel.Overload("eile_known", []*cel.Type{a}, cel.BoolType, cel.OverloadIsNonStrict(), cel.UnaryBinding(isKnown))),
		cel.Function("otherwise", cel.Overload("eile_otherwise", []*cel.Type{a, a}, a, cel.OverloadIsNonStrict(), cel.BinaryBinding(otherwise))),
		cel.Function("date",
			cel.Overload("eile_date_text", []*cel.Type{cel.StringType}, DateType, cel.UnaryBinding(dateOfText)),
			cel.Overload("eile_date_ymd", []*cel.Type{cel.IntType, cel.IntType, cel.IntType}, DateType, cel.FunctionBinding(dateOf))),
		one("year_of", DateType, cel.IntType, YearOf),
		one("month_of", DateType, cel.IntType, monthOf),
		one("day_of", DateType, cel.IntType, dayOf),
		one("weekday_of", DateType, cel.IntType, weekdayOf),
		two("days_between", DateType, DateType, cel.IntType, daysBetween),
		two("months_between", DateType, DateType, cel.IntType, monthsBetween),
		two("age", DateType, DateType, cel.IntType, AgeOn),
		two("birthday", DateType, cel.IntType, DateType, birthday),
		two("add_years", DateType, cel.IntType, DateType, func(d, n ref.Val) ref.Val { return addMonths(d, n.(types.Int), 12) }),
		two("add_months", DateType, cel.IntType, DateType, func(d, n ref.Val) ref.Val { return addMonths(d, n.(types.Int), 1) }),
		two("add_days", DateType, cel.IntType, DateType, addDays),
		cel.Function("decimal",
			cel.Overload("eile_decimal_text", []*cel.Type{cel.StringType}, DecimalType, cel.UnaryBinding(decimalOfText)),
			cel.Overload("eile_decimal_int", []*cel.Type{cel.IntType}, DecimalType, cel.UnaryBinding(func(n ref.Val) ref.Val {
				return &Decimal{number.Decimal{Units: int64(n.(types.Int))}}
			}))),
		two("least", cel.IntType, cel.IntType, cel.IntType, func(x, y ref.Val) ref.Val { return min(x.(types.Int), y.(types.Int)) }),
		two("most", cel.IntType, cel.IntType, cel.IntType, func(x, y ref.Val) ref.Val { return max(x.(types.Int), y.(types.Int)) }),
		cel.Function("sum",
			cel.Overload("eile_sum", []*cel.Type{intList}, cel.IntType, cel.UnaryBinding(func(v ref.Val) ref.Val { return sum(v, types.IntZero) })),
			cel.Overload("eile_sum_decimal", []*cel.Type{cel.ListType(DecimalType)}, DecimalType, cel.UnaryBinding(func(v ref.Val) ref.Val {
				return sum(v, &Decimal{})
			}))),
		two("quotient", DecimalType, cel.IntType, cel.IntType, quotient),
		two("row", cel.ListType(a), cel.StringType, a, rowOf),
		one("count", cel.ListType(cel.BoolType), cel.IntType, count),
		one("lower", cel.StringType, cel.StringType, func(s ref.Val) ref.Val { return types.String(strings.ToLower(string(s.(types.String)))) }),
		two("split", cel.StringType, cel.StringType, stringList, split),
		two("join", stringList, cel.StringType, cel.StringType, join),
	}
}

func isKnown(v ref.Val) ref.Val {
	if types.IsError(v) {
		return v
	}
	return types.Bool(!types.IsUnknown(v))
}

func otherwise(v, fallback ref.Val) ref.Val {
	if types.IsUnknown(v) {
		return fallback
	}
	return v
}

func decimalOfText(v ref.Val) ref.Val {
	d, err := ParseDecimal(string(v.(types.String)))
	if err != nil {
		return types.NewErr("%v", err)
	}
	return d
}

// sum adds up a list of whole numbers or of decimals, beginning with the zero of its kind.
func sum(v, zero ref.Val) ref.Val {
	total := zero
	for it := v.(traits.Lister).Iterator(); it.HasNext() == types.True; {
		n := it.Next()
		if types.IsUnknownOrError(n) {
			return n
		}
		total = total.(traits.Adder).Add(n)
		if types.IsError(total) {
			return total
		}
	}
	return total
}

// quotient is how many times the divisor goes into the number, rounded down.
func quotient(v, by ref.Val) ref.Val {
	d, n := v.(*Decimal), by.(types.Int)
	if n <= 0 {
		return types.NewErr("quotient divides by %d; it takes a number above zero", n)
	}
	divisor := new(big.Int).Mul(big.NewInt(int64(n)), big.NewInt(int64(math.Pow10(int(d.Scale)))))
	// Div rounds down for a positive divisor, also below zero.
	return types.Int(new(big.Int).Div(big.NewInt(d.Units), divisor).Int64())
}

// count returns how many are true. Unlike filter and size it names every fact that is unknown, not
// the last.
func count(v ref.Val) ref.Val {
	n := types.IntZero
	for it := v.(traits.Lister).Iterator(); it.HasNext() == types.True; {
		if it.Next() == types.True {
			n++
		}
	}
	return n
}

func split(v, separator ref.Val) ref.Val {
	sep := string(separator.(types.String))
	if sep == "" {
		return types.NewErr("split needs a separator")
	}
	parts := []string{}
	for part := range strings.SplitSeq(string(v.(types.String)), sep) {
		if part = strings.TrimSpace(part); part != "" {
			parts = append(parts, part)
		}
	}
	return types.NewStringList(types.DefaultTypeAdapter, parts)
}

func join(v, separator ref.Val) ref.Val {
	var parts []string
	for it := v.(traits.Lister).Iterator(); it.HasNext() == types.True; {
		part, ok := it.Next().(types.String)
		if !ok {
			return types.NewErr("join takes strings")
		}
		parts = append(parts, string(part))
	}
	return types.String(strings.Join(parts, string(separator.(types.String))))
}
