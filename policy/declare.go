package policy

import (
	"strings"

	"cel.dev/cel-go/common/types/ref"

	"github.com/eile-housing/eile/policy/table"
)

// facts declares the attributes of a record as variables, with prefix before their names.
func (c *compiler) facts(list []named[attribute], from source, prefix string) []*fact {
	may := reachHousehold
	if from == fromUnitFact {
		may = reachUnit
	}
	var out []*fact
	for _, a := range list {
		f := c.fact(a)
		s := slot{name: prefix + f.Name, kind: kindOf(f.Type), from: from, reach: may, fact: f, unset: f.unclaimed}
		c.p.declare(c.faults, a.Name.position, s)
		out = append(out, f)
	}
	return out
}

// builtinFields are the names that members and inspections have before any is declared.
var builtinFields = map[string]bool{
	"relation": true, "sex": true, "number": true, "birth_date": true, "age": true, "inspected_on": true, "score": true, "hazards": true,
	"inspector": true, "unit": true,
}

// structFacts declares the attributes of a member or an inspection, which are fields rather than variables.
func (c *compiler) structFacts(list []named[attribute]) []*fact {
	var out []*fact
	for _, a := range list {
		if builtinFields[a.Name.s] {
			c.add(a.Name.position, "the name %q is taken: it is built in", a.Name.s)
		}
		out = append(out, c.fact(a))
	}
	return out
}

func (c *compiler) fact(a named[attribute]) *fact {
	c.identifier(a.Name)
	raw := &a.Value
	kind, ok := typeNames[raw.Type.s]
	if !ok {
		c.add(raw.Type.position, "%q is no type of an attribute; use bool, int, decimal, string or date", clip(raw.Type.s))
	}
	f := &fact{Attribute: table.Attribute{Name: a.Name.s, Type: kind}, title: raw.Title, allowed: texts(raw.Allowed), separator: raw.Separator.s}
	f.low, f.high = c.bound(kind, raw.Min), c.bound(kind, raw.Max)
	if f.low != nil && f.high != nil && compare(f.low, f.high) > 0 {
		c.add(raw.Max.position, "max %s is less than min %s", raw.Max.s, raw.Min.s)
	}
	if (len(f.allowed) > 0 || f.separator != "") && kind != table.String {
		c.add(a.Name.position, "allowed and separator are for strings")
	}
	if raw.Unclaimed.set() {
		f.unclaimed = c.unclaimed(kind, raw.Unclaimed)
	}
	return f
}

// bound reads min or max of an ordered type.
func (c *compiler) bound(kind table.Type, t text) ref.Val {
	if !t.set() {
		return nil
	}
	if kind == table.Bool || kind == table.String {
		c.add(t.position, "min and max are for int, decimal and date")
		return nil
	}
	v, err := parseValue(kind, t.s)
	if err != nil {
		c.add(t.position, "%v", err)
		return nil
	}
	return v
}

func (c *compiler) unclaimed(kind table.Type, t text) ref.Val {
	s := t.s
	if kind == table.String && strings.EqualFold(s, "none") {
		s = ""
	}
	v, err := parseValue(kind, s)
	if err != nil {
		c.add(t.position, "%v", err)
		return nil
	}
	return v
}
