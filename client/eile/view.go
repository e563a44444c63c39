package main

import (
	"fmt"
	"strings"
	"time"

	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/timestamppb"

	"google.golang.org/genproto/googleapis/type/date"

	"github.com/eile-housing/eile/policy/table"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// view names the fields of a message that a person sees. Each is a path of proto field names, and after a colon the name
// it has in the header where that is not its last part: "condition.state:condition". Paths go through lists and take a
// field of each element. The views are checked against the descriptors by a test.
type view struct {
	// table has the columns of a list.
	table string
	// record has the lines that one message prints; empty: those of csv.
	record string
	// csv has the columns of a file, for a list and for one message.
	csv string
	// parts are lists inside the message that follow a record as tables of their own.
	parts []part
}

// part is a list of messages inside a message.
type part struct{ field, columns string }

// column of a view.
type column struct {
	path []string
	name string
}

func columnsOf(spec string) []column {
	var columns []column
	for word := range strings.FieldsSeq(spec) {
		path, name, ok := strings.Cut(word, ":")
		c := column{path: strings.Split(path, ".")}
		c.name = c.path[len(c.path)-1]
		if ok {
			c.name = name
		}
		columns = append(columns, c)
	}
	return columns
}

// row answers the cells of a message.
func row(columns []column, m protoreflect.Message) []string {
	cells := make([]string, len(columns))
	for i, c := range columns {
		cells[i] = cell(m, c.path)
	}
	return cells
}

// cell is the text at a path. What is not set is empty.
func cell(m protoreflect.Message, path []string) string {
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
			return cell(v.Message(), path[1:])
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

// between is what stands between the elements of a list: what files have, but a space more between sentences.
func between(path []string) string {
	if path[len(path)-1] == "detail" {
		return "; "
	}
	return ";"
}

// mapText is "name=value" in order of the names, joined by semicolons.
func mapText(value protoreflect.FieldDescriptor, entries protoreflect.Map) string {
	var cells []string
	for _, key := range sortedKeys(entries) {
		cells = append(cells, key.String()+"="+text(value, entries.Get(key)))
	}
	return strings.Join(cells, ";")
}

// text is one value as a person writes it.
func text(fd protoreflect.FieldDescriptor, v protoreflect.Value) string {
	switch fd.Kind() {
	case protoreflect.EnumKind:
		value := fd.Enum().Values().ByNumber(v.Enum())
		if value == nil {
			return fmt.Sprint(v.Enum())
		}
		if value.Number() == 0 {
			return ""
		}
		return enumName(value)
	case protoreflect.BytesKind:
		return fmt.Sprintf("%x", v.Bytes())
	case protoreflect.MessageKind:
		return messageText(v.Message())
	default:
		return v.String()
	}
}

// enumName is the name of a value without the prefix that all values of its enumeration share.
func enumName(value protoreflect.EnumValueDescriptor) string {
	values := value.Parent().(protoreflect.EnumDescriptor).Values()
	prefix := strings.TrimSuffix(string(values.ByNumber(0).Name()), "UNSPECIFIED")
	return strings.TrimPrefix(string(value.Name()), prefix)
}

// messageText knows the messages that are one value for a person.
func messageText(m protoreflect.Message) string {
	switch m := m.Interface().(type) {
	case *date.Date:
		return dateText(m)
	case *timestamppb.Timestamp:
		return m.AsTime().UTC().Format(time.RFC3339)
	case *eilev1.Decimal:
		return decimalText(m)
	case *eilev1.Fact:
		return factText(m)
	case *eilev1.Reason:
		return m.GetCode()
	case *eilev1.Amenities:
		return amenitiesText(m)
	case *eilev1.PolicyName:
		return m.GetName() + "@" + m.GetVersion()
	case *eilev1.Household:
		return table.FormatMembers(m.GetMembers())
	default:
		panic(fmt.Sprintf("%T is not one value: a view must name its fields", m))
	}
}

func dateText(d *date.Date) string {
	return fmt.Sprintf("%04d-%02d-%02d", d.GetYear(), d.GetMonth(), d.GetDay())
}

// factText is the value of a fact; the type is the policy's affair.
func factText(f *eilev1.Fact) string {
	m := f.ProtoReflect()
	fd := m.WhichOneof(m.Descriptor().Oneofs().ByName("value"))
	if fd == nil {
		return ""
	}
	return text(fd, m.Get(fd))
}

// amenitiesText tells a home without amenities from one where nobody looked, which has no such message.
func amenitiesText(a *eilev1.Amenities) string {
	if len(a.GetPresent()) == 0 {
		return "none"
	}
	return cell(a.ProtoReflect(), []string{"present"})
}

// reasonsBy fills the part of a reason into a spec: its code for programs, its sentence for people.
func reasonsBy(part, spec string) string {
	return strings.ReplaceAll(spec, "%s", part)
}
