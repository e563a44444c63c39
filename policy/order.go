package policy

import (
	"cel.dev/cel-go/common/types"

	"github.com/eile-housing/eile/policy/rule"
	"github.com/eile-housing/eile/policy/source"
)

// termKind is what a term orders by.
type termKind uint8

const (
	byRegisteredAt termKind = iota
	byRegisterNumber
	byValue
	byBand
	byDraw
)

var termKinds = map[string]termKind{
	"registered_at": byRegisteredAt, "register_number": byRegisterNumber, "value": byValue, "band": byBand, "draw": byDraw,
}

// orderTerm is one step of the legal order. Each term writes its part of the key so that comparing
// bytes compares the parts in turn: parts have a fixed width or end themselves, and descending is
// the complement of every byte.
type orderTerm struct {
	kind       termKind
	expr       *rule.Expression
	descending bool
	bands      []string
}

// order compiles the terms of a legal order.
func (c *compiler) order(raw []source.Term) []*orderTerm {
	const may = rule.ReachDate | rule.ReachHousehold
	var out []*orderTerm
	for i := range raw {
		t := &raw[i]
		kind, ok := termKinds[t.By.Text]
		if !ok {
			c.Add(t.By.Position, "%q is no term of an order; use registered_at, register_number, value, band or draw", source.Clip(t.By.Text))
			continue
		}
		o := &orderTerm{kind: kind, descending: c.Choice(t.Direction, "ascending", "descending") == "descending", bands: source.Texts(t.Bands)}
		switch kind {
		case byValue:
			o.expr = c.expression(t.Expr, may, types.IntType, types.StringType, types.BoolType, rule.DecimalType, rule.DateType)
		case byBand:
			o.expr = c.expression(t.Expr, may, types.StringType)
		case byRegisteredAt, byRegisterNumber, byDraw:
		}
		if needsExpr := kind == byValue || kind == byBand; needsExpr != t.Expr.Set() || t.Direction.Set() && kind != byValue {
			c.Add(t.Position, "expr goes with value and band, and direction with value")
		}
		if (kind == byBand) != (len(o.bands) > 0) || len(o.bands) > 200 {
			c.Add(t.Position, "bands goes with band, at most 200")
		}
		out = append(out, o)
	}
	return out
}
