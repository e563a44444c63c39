package policy

import (
	"slices"
	"strings"

	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"

	"github.com/eile-housing/eile/policy/day"
	"github.com/eile-housing/eile/policy/table"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// fact is a declared attribute of a record.
type fact struct {
	table.Attribute
	title phrase
	// low and high bound int, decimal and date; nil is open.
	low, high ref.Val
	allowed   []string
	separator string
	// unclaimed is what unset means; nil: unknown.
	unclaimed ref.Val
}

// kindOf answers the CEL type of a declared type.
func kindOf(t table.Type) *types.Type {
	switch t {
	case table.Bool:
		return types.BoolType
	case table.Int:
		return types.IntType
	case table.Decimal:
		return decimalType
	case table.Date:
		return dateType
	default:
		return types.StringType
	}
}

// typeNames are the types that the file may name.
var typeNames = map[string]table.Type{
	"bool": table.Bool, "int": table.Int, "decimal": table.Decimal, "string": table.String, "date": table.Date,
}

// parseValue reads the text of one value of a type.
func parseValue(t table.Type, s string) (ref.Val, error) {
	switch t {
	case table.Bool:
		if s != "true" && s != "false" {
			return nil, errNotBool(s)
		}
		return types.Bool(s == "true"), nil
	case table.Int:
		n, err := wholeNumber(s)
		return types.Int(n), err
	case table.Decimal:
		d, err := parseDecimal(s)
		return d, err
	case table.Date:
		d, err := day.Parse(s)
		return &celDate{day: d}, err
	default:
		return types.String(s), nil
	}
}

// valueOf converts a stored fact to CEL; ok is false where the stored type is not the declared one.
func (f *fact) valueOf(v *eilev1.Fact) (val ref.Val, ok bool) {
	switch x := v.GetValue().(type) {
	case *eilev1.Fact_BoolValue:
		return types.Bool(x.BoolValue), f.Type == table.Bool
	case *eilev1.Fact_IntValue:
		return types.Int(x.IntValue), f.Type == table.Int
	case *eilev1.Fact_DecimalValue:
		return decimalOf(x.DecimalValue), f.Type == table.Decimal
	case *eilev1.Fact_StringValue:
		return types.String(x.StringValue), f.Type == table.String
	case *eilev1.Fact_DateValue:
		d, ok := dayOf(x.DateValue)
		return &celDate{day: d}, ok && f.Type == table.Date
	}
	return nil, false
}

// permits says whether a string is one of the allowed values, each part of it where the attribute holds several.
func (f *fact) permits(s string) (wrong string, ok bool) {
	if len(f.allowed) == 0 || s == "" {
		return "", true
	}
	for _, part := range f.parts(s) {
		if !slices.Contains(f.allowed, part) {
			return part, false
		}
	}
	return "", true
}

// parts splits a string of several values.
func (f *fact) parts(s string) []string {
	if f.separator == "" {
		return []string{s}
	}
	var parts []string
	for part := range strings.SplitSeq(s, f.separator) {
		if part = strings.TrimSpace(part); part != "" {
			parts = append(parts, part)
		}
	}
	return parts
}

// typeNameOf names a type as the file does.
func typeNameOf(t table.Type) string {
	for name, kind := range typeNames {
		if kind == t {
			return name
		}
	}
	return "string"
}
