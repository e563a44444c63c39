package policy

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/common/types/traits"

	"github.com/eile-housing/eile/policy/table"
)

// rowLayout is the struct that the rows of one attribute are in CEL.
type rowLayout struct {
	kind *types.Type
	// label begins the names of what is unknown, and first numbers them behind the unknowns of members and inspections.
	label string
	first int
	attr  *table.Attribute
	// columns read the fields; they are facts of their own.
	columns []*fact
}

// firstRowName numbers the unknowns of rows, rowNames of them for each attribute.
const (
	firstRowName = 1 << 26
	rowNames     = 1 << 14
)

// layout declares the columns of an attribute of rows.
func (c *compiler) layout(of Kind, a named[attribute], f *fact) *rowLayout {
	raw := &a.Value
	l := &rowLayout{
		kind: types.NewObjectType(fmt.Sprintf("eile.row%d.%s", of, a.Name.s)), label: prefixes[of] + a.Name.s,
		first: firstRowName + len(c.p.structs)*rowNames, attr: &f.Attribute,
	}
	if of == MemberKind {
		c.add(raw.Type.position, "a member has no rows; give the application an attribute of them")
	}
	t := structure{kind: l.kind, fields: map[string]*types.FieldType{}}
	for i := range raw.Columns {
		column := c.column(&raw.Columns[i])
		if slices.ContainsFunc(l.columns, func(other *fact) bool { return other.Name == column.Name }) {
			c.add(raw.Columns[i].Name.position, "the column %s stands twice", column.Name)
		}
		f.Columns, l.columns = append(f.Columns, column), append(l.columns, &fact{Attribute: column.Attribute})
		t.field(column.Name, kindOf(column.Type), func(v any) ref.Val { return v.(*row).field(i) })
	}
	if f.Keys = 1; raw.Keys.set() {
		f.Keys = c.between(raw.Keys, 1, int64(max(len(f.Columns), 1)))
	}
	if n := len(f.Columns); n == 0 || n > 30 {
		c.add(a.Name.position, "rows have 1 to 30 columns, not %d", n)
	}
	c.p.structs[l.kind.TypeName()] = t
	return l
}

func (c *compiler) column(raw *named[column]) table.Column {
	c.identifier(raw.Name)
	kind, ok := typeNames[raw.Value.Type.s]
	if !ok || kind == table.Rows {
		c.add(raw.Value.Type.position, "%q is no type of a column; use bool, int, decimal, string or date", clip(raw.Value.Type.s))
	}
	column := table.Column{Attribute: table.Attribute{
		Name: raw.Name.s, Type: kind, Min: raw.Value.Min.bound(), Max: raw.Value.Max.bound(), Values: texts(raw.Value.Allowed)}}
	c.bounds(raw.Name, raw.Value.Max, &column.Attribute)
	if share := raw.Value.ShareOf; share.set() {
		if kind != table.Int && kind != table.Decimal || share.n < 1 || share.n > 1_000_000 {
			c.add(share.position, "share_of is for int and decimal, and between 1 and 1000000")
		}
		least := int64(0)
		column.ShareOf, column.Min, column.Max = share.bound(), &least, share.bound()
	}
	return column
}

// rows reads a stored text; nil where it is not what the policy declares.
func (f *fact) rows(text string) ref.Val {
	parsed, err := table.ParseRows(f.Attribute, text)
	if err != nil {
		return nil
	}
	list := make([]ref.Val, len(parsed))
	for i, stored := range parsed {
		r := &row{layout: f.layout, fields: make([]ref.Val, len(stored))}
		for n, field := range stored {
			if v, ok := f.layout.columns[n].valueOf(field); ok {
				r.fields[n] = v
			}
		}
		list[i] = r
	}
	return &rowList{Lister: types.NewRefValList(types.DefaultTypeAdapter, list), layout: f.layout}
}

// rowList is the rows of one attribute, which can also be found by name.
type rowList struct {
	traits.Lister
	layout *rowLayout
}

// rowOf finds the row that a text names; where there is none it is unknown, not absent.
func rowOf(list, key ref.Val) ref.Val {
	rows, ok := list.(*rowList)
	if !ok {
		return types.NewErr("row takes an attribute of rows, as it was declared")
	}
	if rows.layout.attr.Keys != 1 || rows.layout.columns[0].Type != table.String {
		return types.NewErr("the rows of %s are not named by one text", rows.layout.label)
	}
	for it := rows.Iterator(); it.HasNext() == types.True; {
		if r := it.Next().(*row); r.fields[0] == key {
			return r
		}
	}
	name, _ := key.(types.String)
	return rows.layout.unknown(string(name), slices.Index(rows.layout.columns[0].Values, string(name)), "", 0)
}

// unknown names a field of a row, or with an empty field the row. Rows stand in the order of the values that the first column may have.
func (l *rowLayout) unknown(row string, order int, field string, column int) ref.Val {
	name := l.label + "." + row
	if field != "" {
		name += "." + field
	}
	return unknown(l.first+min((order+1)*(len(l.columns)+1)+column, rowNames-1), name)
}

// row is one row of an attribute in CEL. A field that is nil is not known.
type row struct {
	layout *rowLayout
	fields []ref.Val
}

func (r *row) field(i int) ref.Val {
	if v := r.fields[i]; v != nil {
		return v
	}
	var name []string
	for _, part := range r.fields[:r.layout.attr.Keys] {
		name = append(name, english("").write(part))
	}
	return r.layout.unknown(strings.Join(name, "."), slices.Index(r.layout.columns[0].Values, name[0]), r.layout.columns[i].Name, i+1)
}

// appendTo writes every field, for keys of suitability.
func (r *row) appendTo(key []byte) []byte {
	for i := range r.fields {
		key = appendValue(key, r.field(i))
	}
	return key
}

// ConvertToNative is not needed by any expression.
func (r *row) ConvertToNative(reflect.Type) (any, error) {
	return nil, errors.New("a row has no native form")
}

// ConvertToType answers the type of a row.
func (r *row) ConvertToType(t ref.Type) ref.Val {
	if t == types.TypeType {
		return r.layout.kind
	}
	return types.NewErr("a row does not convert to %s", t.TypeName())
}

// Equal compares by identity.
func (r *row) Equal(other ref.Val) ref.Val {
	o, ok := other.(*row)
	return types.Bool(ok && r == o)
}

// Type is the type of the rows of the attribute.
func (r *row) Type() ref.Type { return r.layout.kind }

// Value is the row itself.
func (r *row) Value() any { return r }
