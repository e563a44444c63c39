package policy

import (
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
func (c *compiler) structFacts(list []named[attribute], of string) []*fact {
	var out []*fact
	for _, a := range list {
		if builtinFields[a.Name.s] {
			c.add(a.Name.position, "the name %q is taken: it is built in", a.Name.s)
		}
		f := c.fact(a)
		c.p.titles[of+"."+f.Name] = Entry{f.Name, f.title.En.s, f.title.Lt.s}
		out = append(out, f)
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
	f := &fact{title: raw.Title, Attribute: table.Attribute{
		Name: a.Name.s, Type: kind, Min: raw.Min.bound(), Max: raw.Max.bound(), Values: texts(raw.Allowed), Separator: raw.Separator.s}}
	if numeric := kind == table.Int || kind == table.Decimal; !numeric && (f.Min != nil || f.Max != nil) {
		c.add(a.Name.position, "min and max are for int and decimal")
	}
	if f.Min != nil && f.Max != nil && *f.Min > *f.Max {
		c.add(raw.Max.position, "max %d is less than min %d", *f.Max, *f.Min)
	}
	if (len(f.Values) > 0 || f.Separator != "") && kind != table.String {
		c.add(a.Name.position, "allowed and separator are for string")
	}
	if raw.Unclaimed.set() {
		f.unclaimed = c.unclaimed(kind, raw.Unclaimed)
	}
	return f
}

// bound answers a limit; nil where the key is absent.
func (c number) bound() *int64 {
	if !c.set() {
		return nil
	}
	return &c.n
}

// unclaimed reads what unset means; none is the empty string.
func (c *compiler) unclaimed(kind table.Type, t text) ref.Val {
	s := t.s
	if kind == table.String && s == "none" {
		s = ""
	}
	v, err := parseValue(kind, s)
	if err != nil {
		c.add(t.position, "%v", err)
		return nil
	}
	return v
}
