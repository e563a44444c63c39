package server_test

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"google.golang.org/genproto/googleapis/type/date"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/eile-housing/eile/policy/day"
)

// meaning is what a filter means: it tells by the texts of a path of a row, and by
// the text of what is asked for, whether the row is asked for.
type meaning struct {
	path string
	kept func(texts []string, asked string) bool
}

func is(path string) meaning {
	return meaning{path, func(texts []string, asked string) bool { return slices.Contains(texts, asked) }}
}

// isOrNot takes what is not known for false.
func isOrNot(path string) meaning {
	return meaning{path, func(texts []string, asked string) bool { return slices.Contains(texts, "true") == (asked == "true") }}
}

// given tells whether there is anything at the path.
func given(path string) meaning {
	return meaning{path, func(texts []string, asked string) bool { return (strings.Join(texts, "") != "") == (asked == "true") }}
}

func not(other meaning) meaning {
	return meaning{other.path, func(texts []string, asked string) bool { return !other.kept(texts, asked) }}
}

func from(path string) meaning {
	return meaning{path, func(texts []string, asked string) bool {
		return len(texts) > 0 && texts[0] != "" && cut(texts[0], asked) >= asked
	}}
}

func until(path string) meaning {
	return meaning{path, func(texts []string, asked string) bool {
		return len(texts) > 0 && texts[0] != "" && cut(texts[0], asked) <= asked
	}}
}

func before(path string) meaning {
	return meaning{path, func(texts []string, asked string) bool { return texts[0] < asked }}
}

// cut is a moment to the day, where a day is asked for.
func cut(text, asked string) string { return text[:min(len(text), max(len(asked), 1))] }

func action(path string) meaning {
	return meaning{path, func(texts []string, asked string) bool {
		return texts[0] == asked || strings.HasPrefix(texts[0], asked+".")
	}}
}

// within tells whether a day is so many months after another one, or earlier.
func within(path, on string) meaning {
	first, err := day.Parse(on)
	if err != nil {
		panic(err)
	}
	return meaning{path, func(texts []string, asked string) bool {
		var months int
		_, _ = fmt.Sscan(asked, &months)
		return len(texts) > 0 && texts[0] <= first.AddMonths(months).String()
	}}
}

// texts are what stands at a path of a row: nothing where a message is not there,
// no text where a value is its zero.
func texts(row protoreflect.Message, path string) []string {
	name, rest, deeper := strings.Cut(path, ".")
	field := row.Descriptor().Fields().ByName(protoreflect.Name(name))
	if field == nil {
		panic(path + " is no path of " + string(row.Descriptor().Name()))
	}
	if field.HasPresence() && !row.Has(field) {
		return nil
	}
	values := []protoreflect.Value{row.Get(field)}
	if field.IsList() {
		values = nil
		for i := range row.Get(field).List().Len() {
			values = append(values, row.Get(field).List().Get(i))
		}
	}
	var found []string
	for _, value := range values {
		if deeper {
			found = append(found, texts(value.Message(), rest)...)
		} else {
			found = append(found, textOf(field, value))
		}
	}
	return found
}

// textOf is a value as text, in the order of values; the zero of a field that is
// always there is none.
func textOf(field protoreflect.FieldDescriptor, value protoreflect.Value) string {
	switch field.Kind() {
	case protoreflect.MessageKind:
		switch message := value.Message().Interface().(type) {
		case *date.Date:
			return dayText(message)
		case *timestamppb.Timestamp:
			return message.AsTime().Format("2006-01-02T15:04:05.000000")
		default:
			return "message"
		}
	case protoreflect.EnumKind:
		if value.Enum() == 0 {
			return ""
		}
		return fmt.Sprint(value.Enum())
	case protoreflect.BoolKind:
		return fmt.Sprint(value.Bool())
	case protoreflect.StringKind:
		return value.String()
	default:
		return fmt.Sprint(value.Interface())
	}
}

// asks sets a field of a request to what a text says.
func asks(req protoreflect.Message, field protoreflect.FieldDescriptor, text string) {
	var value protoreflect.Value
	switch field.Kind() {
	case protoreflect.EnumKind:
		var number protoreflect.EnumNumber
		_, _ = fmt.Sscan(text, &number)
		value = protoreflect.ValueOfEnum(number)
	case protoreflect.BoolKind:
		value = protoreflect.ValueOfBool(text == "true")
	case protoreflect.Int32Kind:
		var number int32
		_, _ = fmt.Sscan(text, &number)
		value = protoreflect.ValueOfInt32(number)
	case protoreflect.StringKind:
		value = protoreflect.ValueOfString(text)
	default:
		if field.Message().Name() == "Timestamp" {
			value = protoreflect.ValueOfMessage(momentOf(text).ProtoReflect())
		} else {
			value = protoreflect.ValueOfMessage(dayOf(text).ProtoReflect())
		}
	}
	req.Set(field, value)
}

func momentOf(text string) *timestamppb.Timestamp {
	at, err := time.Parse("2006-01-02T15:04:05.000000", text)
	if err != nil {
		panic(err)
	}
	return timestamppb.New(at)
}
