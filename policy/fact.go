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
	// unclaimed is what unset means; nil: unknown.
	unclaimed ref.Val
	// carried facts of an inspection stay as found until another inspection says otherwise.
	carried bool
	// layout of the rows, for Rows.
	layout *rowLayout
}

// kind answers the CEL type.
func (f *fact) kind() *types.Type {
	if f.layout != nil {
		return types.NewListType(f.layout.kind)
	}
	return kindOf(f.Type)
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
	"bool": table.Bool, "int": table.Int, "decimal": table.Decimal, "string": table.String, "date": table.Date, "rows": table.Rows,
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
		if f.Type == table.Rows {
			list := f.rows(x.StringValue)
			return list, list != nil
		}
		return types.String(x.StringValue), f.Type == table.String
	case *eilev1.Fact_DateValue:
		d, ok := dayOf(x.DateValue)
		return &celDate{day: d}, ok && f.Type == table.Date
	}
	return nil, false
}

// parts splits a string of several values.
func (f *fact) parts(s string) []string {
	if f.Separator == "" {
		return []string{s}
	}
	var parts []string
	for part := range strings.SplitSeq(s, f.Separator) {
		if part = strings.TrimSpace(part); part != "" {
			parts = append(parts, part)
		}
	}
	return parts
}

// outside says whether a number lies outside the bounds.
func (f *fact) outside(v ref.Val) bool {
	d, ok := (&celDecimal{}).other(v)
	return ok && (f.Min != nil && d.cmp(&celDecimal{units: *f.Min}) < 0 || f.Max != nil && d.cmp(&celDecimal{units: *f.Max}) > 0)
}

// foreign answers a part of a string that is not one of the values it may have; empty where all are.
func (f *fact) foreign(s string) string {
	if len(f.Values) == 0 {
		return ""
	}
	for _, part := range f.parts(s) {
		if !slices.Contains(f.Values, part) {
			return part
		}
	}
	return ""
}
