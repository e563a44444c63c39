package fact

import (
	"slices"
	"strings"

	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"

	"github.com/eile-housing/eile/policy/day"
	"github.com/eile-housing/eile/policy/number"
	"github.com/eile-housing/eile/policy/rule"
	"github.com/eile-housing/eile/policy/table"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// MaxAttributes is the most attributes that one kind of record may declare.
const MaxAttributes = 150

// Attribute is a declared fact of a record.
type Attribute struct {
	table.Attribute
	// Unclaimed is what unset means; nil: unknown.
	Unclaimed ref.Val
	// Carried facts of an inspection stay as found until another inspection says otherwise.
	Carried bool
	// Layout of the rows, for Rows.
	Layout *rule.Layout
}

// CEL returns the type in expressions.
func (a *Attribute) CEL() *types.Type {
	if a.Layout != nil {
		return a.Layout.Type()
	}
	return TypeOf(a.Type)
}

// TypeOf returns the type in expressions of what a cell may hold, except of rows.
func TypeOf(t table.Type) *types.Type {
	switch t {
	case table.Bool:
		return types.BoolType
	case table.Int:
		return types.IntType
	case table.Decimal:
		return rule.DecimalType
	case table.Date:
		return rule.DateType
	default:
		return types.StringType
	}
}

// Value converts a stored fact; ok is false where the stored type is not the declared one.
func (a *Attribute) Value(stored *eilev1.Fact) (v ref.Val, ok bool) {
	if text, isText := stored.GetValue().(*eilev1.Fact_StringValue); isText && a.Type == table.Rows {
		list := a.Rows(text.StringValue)
		return list, list != nil
	}
	return valueOf(a.Type, stored)
}

// valueOf converts a stored fact that is no rows.
func valueOf(declared table.Type, stored *eilev1.Fact) (v ref.Val, ok bool) {
	switch x := stored.GetValue().(type) {
	case *eilev1.Fact_BoolValue:
		return types.Bool(x.BoolValue), declared == table.Bool
	case *eilev1.Fact_IntValue:
		return types.Int(x.IntValue), declared == table.Int
	case *eilev1.Fact_DecimalValue:
		return rule.DecimalOf(x.DecimalValue), declared == table.Decimal
	case *eilev1.Fact_StringValue:
		return types.String(x.StringValue), declared == table.String
	case *eilev1.Fact_DateValue:
		d, ok := day.Known(x.DateValue)
		return &rule.Date{Day: d}, ok && declared == table.Date
	}
	return nil, false
}

// Rows reads a stored text; nil where it is not what the policy declares.
func (a *Attribute) Rows(text string) ref.Val {
	parsed, err := table.ParseRows(a.Attribute, text)
	if err != nil {
		return nil
	}
	rows := make([][]ref.Val, len(parsed))
	for i, stored := range parsed {
		rows[i] = make([]ref.Val, len(stored))
		for n, field := range stored {
			if v, ok := valueOf(a.Columns[n].Type, field); ok {
				rows[i][n] = v
			}
		}
	}
	return a.Layout.Rows(rows)
}

// read returns the value among the facts of a record, nil when it is not set. A fact that takes
// effect later is not there yet.
func (a *Attribute) read(facts map[string]*eilev1.Fact, today *rule.Today) ref.Val {
	stored, ok := facts[a.Name]
	if !ok || stored == nil {
		return nil
	}
	if d, ok := day.Known(stored.GetEffectiveOn()); ok && d > today.On {
		today.Note(d)
		return nil
	}
	if v, ok := a.Value(stored); ok {
		return v
	}
	return nil
}

// Parts splits a string of several values.
func (a *Attribute) Parts(s string) []string {
	if a.Separator == "" {
		return []string{s}
	}
	var parts []string
	for part := range strings.SplitSeq(s, a.Separator) {
		if part = strings.TrimSpace(part); part != "" {
			parts = append(parts, part)
		}
	}
	return parts
}

// Outside says whether a number lies outside the bounds.
func (a *Attribute) Outside(v ref.Val) bool {
	d, ok := rule.Number(v)
	return ok && (a.Min != nil && d.Decimal.Cmp(number.Decimal{Units: *a.Min}) < 0 || a.Max != nil && d.Decimal.Cmp(number.Decimal{Units: *a.Max}) > 0)
}

// Foreign returns a part of a string that is not one of the values it may have; empty where all
// are.
func (a *Attribute) Foreign(s string) string {
	if len(a.Values) == 0 {
		return ""
	}
	for _, part := range a.Parts(s) {
		if !slices.Contains(a.Values, part) {
			return part
		}
	}
	return ""
}
