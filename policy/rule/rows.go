package rule

import (
	"errors"
	"reflect"
	"slices"
	"strings"

	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/common/types/traits"

	"github.com/eile-housing/eile/policy/words"
)

// Layout is the struct type of the rows of one attribute. Its first Keys columns name a row.
type Layout struct {
	Structure *Structure
	Keys      int
	columns   []Column
	// label begins the names of what is unknown, and first numbers them behind the unknowns of
	// members and inspections.
	label string
	first int
}

// Column is a field of a row; Values are those that it may have, where they are declared.
type Column struct {
	Name   string
	Type   *types.Type
	Values []string
}

// firstRowName numbers the unknowns of rows, rowNames of them for each attribute.
const (
	firstRowName = 1 << 26
	rowNames     = 1 << 14
)

// NewLayout makes the type of the rows of an attribute. Label is the name by which expressions read
// the attribute and number tells its unknowns from those of the other attributes of the policy,
// from 0.
func NewLayout(name, label string, number, keys int, columns []Column) *Layout {
	l := &Layout{Structure: NewStructure(types.NewObjectType("eile." + name)), Keys: keys, columns: columns, label: label, first: firstRowName + number*rowNames}
	for i, column := range columns {
		l.Structure.Field(column.Name, column.Type, func(v any) ref.Val { return v.(*row).field(i) })
	}
	return l
}

// Type of the attribute: a list of rows.
func (l *Layout) Type() *types.Type { return types.NewListType(l.Structure.Type) }

// Rows returns rows as a value of expressions. Each has a field for each column; one that is nil is
// not known.
func (l *Layout) Rows(fields [][]ref.Val) ref.Val {
	list := make([]ref.Val, len(fields))
	for i := range fields {
		list[i] = &row{layout: l, fields: fields[i]}
	}
	return &rows{Lister: types.NewRefValList(types.DefaultTypeAdapter, list), layout: l}
}

// unknown names a field of a row, or with an empty field the row. Rows stand in the order of the
// values that the first column may have.
func (l *Layout) unknown(row string, order int, field string, column int) ref.Val {
	name := l.label + "." + row
	if field != "" {
		name += "." + field
	}
	return Unknown(l.first+min((order+1)*(len(l.columns)+1)+column, rowNames-1), name)
}

// rows is the rows of one attribute, which can also be found by name.
type rows struct {
	traits.Lister
	layout *Layout
}

// rowOf finds the row that a text names; where there is none it is unknown, not absent.
func rowOf(list, key ref.Val) ref.Val {
	rows, ok := list.(*rows)
	if !ok {
		return types.NewErr("row takes an attribute of rows, as it was declared")
	}
	if rows.layout.Keys != 1 || rows.layout.columns[0].Type != types.StringType {
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

// row is one row of an attribute in CEL. A field that is nil is not known.
type row struct {
	layout *Layout
	fields []ref.Val
}

func (r *row) field(i int) ref.Val {
	if v := r.fields[i]; v != nil {
		return v
	}
	var name []string
	for _, part := range r.fields[:r.layout.Keys] {
		name = append(name, WriterOf(words.Default, "").Write(part))
	}
	return r.layout.unknown(strings.Join(name, "."), slices.Index(r.layout.columns[0].Values, name[0]), r.layout.columns[i].Name, i+1)
}

// Fields returns the fields of a row in the order of its columns; ok is false where the value is no
// row.
func Fields(v ref.Val) (fields []ref.Val, ok bool) {
	r, ok := v.(*row)
	if !ok {
		return nil, false
	}
	for i := range r.fields {
		fields = append(fields, r.field(i))
	}
	return fields, true
}

// ConvertToNative is not needed by any expression.
func (r *row) ConvertToNative(reflect.Type) (any, error) {
	return nil, errors.New("a row has no native form")
}

// ConvertToType returns the type of a row.
func (r *row) ConvertToType(t ref.Type) ref.Val {
	if t == types.TypeType {
		return r.layout.Structure.Type
	}
	return types.NewErr("a row does not convert to %s", t.TypeName())
}

// Equal compares by identity.
func (r *row) Equal(other ref.Val) ref.Val {
	o, ok := other.(*row)
	return types.Bool(ok && r == o)
}

// Type is the type of the rows of the attribute.
func (r *row) Type() ref.Type { return r.layout.Structure.Type }

// Value is the row itself.
func (r *row) Value() any { return r }
