package render

import (
	"cmp"
	"fmt"
	"strings"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// View names the fields of a message that a person sees. Each is a path of proto field names, and
// after a colon the name it has in the header where that is not its last part:
// "condition.state:condition". Paths go through lists and take a field of each element. A path that
// no field has panics, so a test must hold every view against its message.
type View struct {
	// Table has the columns of a list.
	Table string
	// Record has the lines that one message prints; empty: those of CSV.
	Record string
	// CSV has the columns of a file, for a list and for one message.
	CSV string
	// Name is the path of what the message is called; empty: the first column of CSV, or else of
	// Record.
	Name string
	// Parts are lists inside the message that follow a record as tables of their own.
	Parts []Part
}

// name is the column of the format name.
func (v View) name() string {
	if v.Name != "" {
		return v.Name
	}
	return strings.Fields(cmp.Or(v.CSV, v.Record))[0]
}

// wide has the columns of a table and behind them those of a file which show something else.
func (v View) wide() string {
	paths, heads := map[string]bool{}, map[string]bool{}
	var words []string
	for word := range strings.FieldsSeq(v.Table + " " + v.CSV) {
		c := columnOf(word)
		path := strings.Join(c.path, ".")
		if !paths[path] && !heads[c.name] {
			words = append(words, word)
		}
		paths[path], heads[c.name] = true, true
	}
	return strings.Join(words, " ")
}

// Part is a list of messages inside a message: the field that holds it, and its columns.
type Part struct{ Field, Columns string }

// Cells are the texts of a message under columns, which are written as those of a View.
func (p *Printer) Cells(columns string, message proto.Message) []string {
	return p.row(columnsOf(columns), message.ProtoReflect())
}

// ReasonsBy fills the part of a reason into columns: its code for programs, its detail, a sentence,
// for people.
func ReasonsBy(part, columns string) string {
	return strings.ReplaceAll(columns, "%s", part)
}

// column of a view.
type column struct {
	path []string
	name string
}

func columnsOf(spec string) []column {
	var columns []column
	for word := range strings.FieldsSeq(spec) {
		columns = append(columns, columnOf(word))
	}
	return columns
}

func columnOf(word string) column {
	path, name, ok := strings.Cut(word, ":")
	c := column{path: strings.Split(path, "."), name: name}
	if !ok {
		c.name = c.path[len(c.path)-1]
	}
	return c
}

func names(columns []column) []string {
	list := make([]string, len(columns))
	for i, c := range columns {
		list[i] = c.name
	}
	return list
}

// row returns the cells of a message.
func (p *Printer) row(columns []column, m protoreflect.Message) []string {
	cells := make([]string, len(columns))
	for i, c := range columns {
		cells[i] = cell(m, c.path, p.Next)
	}
	return cells
}

// cell is the text at a path. What is not set is empty. The sentence of a reason ends with what
// next says of its next steps.
func cell(m protoreflect.Message, path []string, next func(*eilev1.NextStep) string) string {
	if reason, ok := m.Interface().(*eilev1.Reason); ok && path[0] == "detail" {
		return withNext(reason, next)
	}
	fd := m.Descriptor().Fields().ByName(protoreflect.Name(path[0]))
	if fd == nil {
		panic(fmt.Sprintf("%s has no field %s", m.Descriptor().FullName(), path[0]))
	}
	if fd.HasPresence() && !m.Has(fd) {
		return ""
	}
	v := m.Get(fd)
	one := func(v protoreflect.Value) string {
		if len(path) > 1 {
			return cell(v.Message(), path[1:], next)
		}
		return text(fd, v)
	}
	switch {
	case fd.IsMap():
		return mapText(fd.MapValue(), v.Map())
	case fd.IsList():
		var cells []string
		for i := range v.List().Len() {
			cells = append(cells, one(v.List().Get(i)))
		}
		return strings.Join(cells, between(path))
	default:
		return one(v)
	}
}

// between is what stands between the elements of a list: what files have, but a space more between
// sentences.
func between(path []string) string {
	if path[len(path)-1] == "detail" {
		return "; "
	}
	return ";"
}
