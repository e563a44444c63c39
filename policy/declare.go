package policy

import (
	"cel.dev/cel-go/common/types/ref"

	"github.com/eile-housing/eile/policy/table"
)

// prefixes stand before the names of attributes in expressions and in what is missing. Those of a member follow the member.
var prefixes = map[Kind]string{ApplicationKind: "", UnitKind: "unit.", InspectionKind: "inspection."}

// facts declares the attributes of an application or a home as variables.
func (c *compiler) facts(kind Kind, list []named[attribute]) []*fact {
	from, may := fromFact, reachHousehold
	if kind == UnitKind {
		from, may = fromUnitFact, reachUnit
	}
	var out []*fact
	for _, a := range list {
		f := c.fact(kind, a)
		s := slot{name: prefixes[kind] + f.Name, kind: f.kind(), from: from, reach: may, fact: f, unset: f.unclaimed}
		c.p.declare(c.faults, a.Name.position, s)
		c.p.titles[s.name] = Entry{f.Name, f.title.En.s, f.title.Lt.s}
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
func (c *compiler) structFacts(kind Kind, list []named[attribute], of string) []*fact {
	var out []*fact
	for _, a := range list {
		if builtinFields[a.Name.s] {
			c.add(a.Name.position, "the name %q is taken: it is built in", a.Name.s)
		}
		f := c.fact(kind, a)
		c.p.titles[of+"."+f.Name] = Entry{f.Name, f.title.En.s, f.title.Lt.s}
		out = append(out, f)
	}
	return out
}

// fact declares an attribute.
func (c *compiler) fact(of Kind, a named[attribute]) *fact {
	c.identifier(a.Name)
	raw := &a.Value
	kind, ok := typeNames[raw.Type.s]
	if !ok {
		c.add(raw.Type.position, "%q is no type of an attribute; use bool, int, decimal, string, date or rows", clip(raw.Type.s))
	}
	f := &fact{title: raw.Title, carried: raw.Carried.b, Attribute: table.Attribute{
		Name: a.Name.s, Type: kind, Min: raw.Min.bound(), Max: raw.Max.bound(), Values: texts(raw.Allowed), Separator: raw.Separator.s}}
	c.bounds(a.Name, raw.Max, &f.Attribute)
	if f.Separator != "" && kind != table.String {
		c.add(a.Name.position, "separator is for string")
	}
	if raw.Carried.b && of != InspectionKind {
		c.add(raw.Carried.position, "carried is for what inspections find")
	}
	if kind == table.Rows {
		f.layout = c.layout(of, a, f)
	} else if len(raw.Columns) > 0 || raw.Keys.set() {
		c.add(a.Name.position, "columns and keys are for rows")
	}
	if raw.Unclaimed.set() {
		f.unclaimed = c.unclaimed(f, raw.Unclaimed)
	}
	return f
}

// bounds checks what bounds the values of an attribute or a column.
func (c *compiler) bounds(name text, most number, a *table.Attribute) {
	if numeric := a.Type == table.Int || a.Type == table.Decimal; !numeric && (a.Min != nil || a.Max != nil) {
		c.add(name.position, "min and max are for int and decimal")
	}
	if a.Min != nil && a.Max != nil && *a.Min > *a.Max {
		c.add(most.position, "max %d is less than min %d", *a.Max, *a.Min)
	}
	if len(a.Values) > 0 && a.Type != table.String {
		c.add(name.position, "allowed is for string")
	}
}

// bound answers a limit; nil where the key is absent.
func (c number) bound() *int64 {
	if !c.set() {
		return nil
	}
	return &c.n
}

// unclaimed reads what unset means; none is the empty string, or no rows.
func (c *compiler) unclaimed(f *fact, t text) ref.Val {
	s := t.s
	if f.Type == table.Rows {
		if s != table.NoRows {
			c.add(t.position, "unset rows can only mean %s", table.NoRows)
		}
		return f.rows(table.NoRows)
	}
	if f.Type == table.String && s == "none" {
		s = ""
	}
	v, err := parseValue(f.Type, s)
	if err != nil {
		c.add(t.position, "%v", err)
		return nil
	}
	return v
}
