package policy

import (
	"fmt"
	"slices"

	"cel.dev/cel-go/common/types/ref"

	"github.com/eile-housing/eile/policy/fact"
	"github.com/eile-housing/eile/policy/rule"
	"github.com/eile-housing/eile/policy/source"
	"github.com/eile-housing/eile/policy/table"
)

// Kind is what carries attributes.
type Kind int

// The records that carry attributes.
const (
	ApplicationKind Kind = iota
	MemberKind
	UnitKind
	InspectionKind
)

// prefixes stand before the names of attributes in expressions and in what is missing. Those of a
// member follow the member.
var prefixes = [...]string{ApplicationKind: "", MemberKind: "", UnitKind: "unit.", InspectionKind: "inspection."}

// attributes are those that the policy declares, by the kind of record, in the order of the file.
type attributes [4][]*fact.Attribute

// declaration makes the attributes of a file known to the expressions.
type declaration struct {
	*source.Faults
	vocabulary *fact.Vocabulary
	titles     titles
	// layouts counts attributes of rows.
	layouts int
}

// attributes declares the facts of all records.
func (d *declaration) attributes(raw *source.Attributes) (out attributes) {
	for _, a := range raw.Application {
		f := d.attribute(ApplicationKind, a)
		d.taken(a.Name.Position, d.vocabulary.DeclareHousehold(f))
		d.titles[f.Name] = source.TitleOf(a.Value.Title)
		out[ApplicationKind] = append(out[ApplicationKind], f)
	}
	for _, a := range raw.Unit {
		f := d.attribute(UnitKind, a)
		d.taken(a.Name.Position, d.vocabulary.DeclareHome(f))
		d.titles[prefixes[UnitKind]+f.Name] = source.TitleOf(a.Value.Title)
		out[UnitKind] = append(out[UnitKind], f)
	}
	out[MemberKind] = d.fields(MemberKind, raw.Member, "members.")
	d.vocabulary.DeclareMembers(out[MemberKind])
	out[InspectionKind] = d.fields(InspectionKind, raw.Inspection, "inspections.")
	for _, err := range d.vocabulary.DeclareInspections(out[InspectionKind]) {
		d.taken(source.Position{}, err)
	}
	return out
}

// taken reports a name that another variable has.
func (d *declaration) taken(at source.Position, err error) {
	if err != nil {
		d.Add(at, "%v", err)
	}
}

// builtinFields are the names that members and inspections have before any is declared.
var builtinFields = map[string]bool{
	"relation": true, "sex": true, "number": true, "birth_date": true, "age": true, "inspected_on": true, "score": true, "hazards": true,
	"inspector": true, "unit": true,
}

// fields reads the attributes of a member or an inspection, which are fields rather than variables.
func (d *declaration) fields(kind Kind, list []source.Named[source.Attribute], of string) []*fact.Attribute {
	var out []*fact.Attribute
	for _, a := range list {
		if builtinFields[a.Name.Text] {
			d.Add(a.Name.Position, "the name %q is taken: it is built in", a.Name.Text)
		}
		f := d.attribute(kind, a)
		d.titles[of+f.Name] = source.TitleOf(a.Value.Title)
		out = append(out, f)
	}
	return out
}

// attribute reads one declaration.
func (d *declaration) attribute(of Kind, a source.Named[source.Attribute]) *fact.Attribute {
	d.Identifier(a.Name)
	raw := &a.Value
	kind, ok := typeNames[raw.Type.Text]
	if !ok {
		d.Add(raw.Type.Position, "%q is no type of an attribute; use bool, int, decimal, string, date or rows", source.Clip(raw.Type.Text))
	}
	f := &fact.Attribute{Carried: raw.Carried.Bool, Attribute: table.Attribute{
		Name: a.Name.Text, Type: kind, Min: raw.Min.Bound(), Max: raw.Max.Bound(), Values: source.Texts(raw.Allowed), Separator: raw.Separator.Text}}
	checkBounds(d.Faults, a.Name, raw.Max, &f.Attribute)
	if f.Separator != "" && kind != table.String {
		d.Add(a.Name.Position, "separator is for string")
	}
	if raw.Carried.Bool && of != InspectionKind {
		d.Add(raw.Carried.Position, "carried is for what inspections find")
	}
	if kind == table.Rows {
		if of == MemberKind {
			d.Add(raw.Type.Position, "a member has no rows; give the application an attribute of them")
		}
		f.Columns, f.Keys = columns(d.Faults, a)
		f.Layout = layout(fmt.Sprintf("row%d.%s", of, f.Name), prefixes[of]+f.Name, d.layouts, &f.Attribute)
		d.layouts++
	} else if len(raw.Columns) > 0 || raw.Keys.Set() {
		d.Add(a.Name.Position, "columns and keys are for rows")
	}
	if raw.Unclaimed.Set() {
		f.Unclaimed = unclaimed(d.Faults, f, raw.Unclaimed)
	}
	return f
}

// unclaimed reads what unset means; none is the empty string, or no rows.
func unclaimed(faults *source.Faults, f *fact.Attribute, t source.Text) ref.Val {
	s := t.Text
	if f.Type == table.Rows {
		if s != table.NoRows {
			faults.Add(t.Position, "unset rows can only mean %s", table.NoRows)
		}
		return f.Rows(table.NoRows)
	}
	if f.Type == table.String && s == "none" {
		s = ""
	}
	v, err := parseValue(f.Type, s)
	if err != nil {
		faults.Add(t.Position, "%v", err)
		return nil
	}
	return v
}

// columns reads the columns of an attribute of rows, and how many of the first name a row.
func columns(faults *source.Faults, a source.Named[source.Attribute]) (out []table.Column, keys int) {
	raw := &a.Value
	for i := range raw.Columns {
		column := columnOf(faults, &raw.Columns[i])
		if slices.ContainsFunc(out, func(other table.Column) bool { return other.Name == column.Name }) {
			faults.Add(raw.Columns[i].Name.Position, "the column %s stands twice", column.Name)
		}
		out = append(out, column)
	}
	if keys = 1; raw.Keys.Set() {
		keys = faults.Between(raw.Keys, 1, int64(max(len(out), 1)))
	}
	if n := len(out); n == 0 || n > 30 {
		faults.Add(a.Name.Position, "rows have 1 to 30 columns, not %d", n)
	}
	return out, keys
}

func columnOf(faults *source.Faults, raw *source.Named[source.Column]) table.Column {
	faults.Identifier(raw.Name)
	kind, ok := typeNames[raw.Value.Type.Text]
	if !ok || kind == table.Rows {
		faults.Add(raw.Value.Type.Position, "%q is no type of a column; use bool, int, decimal, string or date", source.Clip(raw.Value.Type.Text))
	}
	column := table.Column{Attribute: table.Attribute{
		Name: raw.Name.Text, Type: kind, Min: raw.Value.Min.Bound(), Max: raw.Value.Max.Bound(), Values: source.Texts(raw.Value.Allowed)}}
	checkBounds(faults, raw.Name, raw.Value.Max, &column.Attribute)
	if share := raw.Value.ShareOf; share.Set() {
		if kind != table.Int && kind != table.Decimal || share.Int < 1 || share.Int > 1_000_000 {
			faults.Add(share.Position, "share_of is for int and decimal, and between 1 and 1000000")
		}
		least := int64(0)
		column.ShareOf, column.Min, column.Max = share.Bound(), &least, share.Bound()
	}
	return column
}

// checkBounds checks what bounds the values of an attribute or a column.
func checkBounds(faults *source.Faults, name source.Text, most source.Number, a *table.Attribute) {
	if numeric := a.Type == table.Int || a.Type == table.Decimal; !numeric && (a.Min != nil || a.Max != nil) {
		faults.Add(name.Position, "min and max are for int and decimal")
	}
	if a.Min != nil && a.Max != nil && *a.Min > *a.Max {
		faults.Add(most.Position, "max %d is less than min %d", *a.Max, *a.Min)
	}
	if len(a.Values) > 0 && a.Type != table.String {
		faults.Add(name.Position, "allowed is for string")
	}
}

// layout makes the struct that the rows of an attribute are in expressions.
func layout(name, label string, number int, a *table.Attribute) *rule.Layout {
	columns := make([]rule.Column, len(a.Columns))
	for i, c := range a.Columns {
		columns[i] = rule.Column{Name: c.Name, Type: fact.TypeOf(c.Type), Values: c.Values}
	}
	return rule.NewLayout(name, label, number, a.Keys, columns)
}
