package spell

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"slices"
	"strings"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// JSON writes an answer as indented JSON with a newline at its end: a message as the canonical JSON
// of protobuf with proto field names, and a value that is no message as encoding/json does. It
// differs from protojson in two things that scripts rely on: the bytes are stable, where protojson
// changes its spaces from build to build, and an optional field that is not set is null, where
// protojson leaves it out.
func JSON(answer any) ([]byte, error) {
	compact, err := compactOf(answer)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if err := json.Indent(&b, compact, "", "  "); err != nil {
		return nil, err
	}
	b.WriteByte('\n')
	return b.Bytes(), nil
}

// Line writes an answer as JSON does, on one line without spaces, with a newline at its end.
func Line(answer any) ([]byte, error) {
	line, err := compactOf(answer)
	if err != nil {
		return nil, err
	}
	return append(line, '\n'), nil
}

func compactOf(answer any) ([]byte, error) {
	if message, ok := answer.(proto.Message); ok {
		return appendMessage(nil, message.ProtoReflect())
	}
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(answer)
	return bytes.TrimSpace(b.Bytes()), err
}

func appendMessage(b []byte, m protoreflect.Message) ([]byte, error) {
	if m.Descriptor().ParentFile().Package() == "google.protobuf" {
		return appendKnown(b, m)
	}
	b = append(b, '{')
	fields := m.Descriptor().Fields()
	for i := range fields.Len() {
		fd := fields.Get(i)
		choice := fd.ContainingOneof()
		if choice != nil && !choice.IsSynthetic() && !m.Has(fd) {
			continue
		}
		if b[len(b)-1] != '{' {
			b = append(b, ',')
		}
		b = append(appendText(b, fd.TextName()), ':')
		if fd.HasPresence() && !m.Has(fd) {
			b = append(b, "null"...)
			continue
		}
		var err error
		b, err = appendField(b, fd, m.Get(fd))
		if err != nil {
			return nil, err
		}
	}
	return append(b, '}'), nil
}

// appendKnown writes a message for which the JSON of protobuf has a form of its own, such as a
// moment. protojson puts spaces into some of them at random.
func appendKnown(b []byte, m protoreflect.Message) ([]byte, error) {
	known, err := protojson.Marshal(m.Interface())
	if err != nil {
		return nil, err
	}
	compact := bytes.NewBuffer(b)
	err = json.Compact(compact, known)
	return compact.Bytes(), err
}

func appendField(b []byte, fd protoreflect.FieldDescriptor, v protoreflect.Value) ([]byte, error) {
	switch {
	case fd.IsList():
		return appendList(b, fd, v.List())
	case fd.IsMap():
		return appendMap(b, fd.MapValue(), v.Map())
	default:
		return appendOne(b, fd, v)
	}
}

func appendList(b []byte, fd protoreflect.FieldDescriptor, list protoreflect.List) ([]byte, error) {
	b = append(b, '[')
	for i := range list.Len() {
		if i > 0 {
			b = append(b, ',')
		}
		var err error
		b, err = appendOne(b, fd, list.Get(i))
		if err != nil {
			return nil, err
		}
	}
	return append(b, ']'), nil
}

// appendMap writes a map in order of its keys.
func appendMap(b []byte, value protoreflect.FieldDescriptor, entries protoreflect.Map) ([]byte, error) {
	b = append(b, '{')
	for i, key := range Keys(entries) {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(appendText(b, key.String()), ':')
		var err error
		b, err = appendOne(b, value, entries.Get(key))
		if err != nil {
			return nil, err
		}
	}
	return append(b, '}'), nil
}

// Keys returns the keys of a map in the order in which they are written.
func Keys(entries protoreflect.Map) []protoreflect.MapKey {
	var keys []protoreflect.MapKey
	entries.Range(func(key protoreflect.MapKey, _ protoreflect.Value) bool {
		keys = append(keys, key)
		return true
	})
	slices.SortFunc(keys, func(a, b protoreflect.MapKey) int { return strings.Compare(a.String(), b.String()) })
	return keys
}

func appendOne(b []byte, fd protoreflect.FieldDescriptor, v protoreflect.Value) ([]byte, error) {
	switch fd.Kind() {
	case protoreflect.MessageKind:
		return appendMessage(b, v.Message())
	case protoreflect.EnumKind:
		if named := fd.Enum().Values().ByNumber(v.Enum()); named != nil {
			return appendText(b, string(named.Name())), nil
		}
		return appendValue(b, v.Enum())
	case protoreflect.StringKind:
		return appendText(b, v.String()), nil
	case protoreflect.BytesKind:
		return appendText(b, base64.StdEncoding.EncodeToString(v.Bytes())), nil
	case protoreflect.Int64Kind, protoreflect.Uint64Kind:
		// Numbers of 64 bits are strings in the JSON of protobuf: many programs would round them.
		return appendText(b, v.String()), nil
	default:
		return appendValue(b, v.Interface())
	}
}

// appendText quotes a string. Most are plain and are copied; encoding/json knows the rest.
func appendText(b []byte, text string) []byte {
	plain := func(c rune) bool { return c >= ' ' && c <= '~' && c != '"' && c != '\\' }
	if strings.IndexFunc(text, func(c rune) bool { return !plain(c) }) < 0 {
		return append(append(append(b, '"'), text...), '"')
	}
	var quoted bytes.Buffer
	enc := json.NewEncoder(&quoted)
	enc.SetEscapeHTML(false)
	// A string can always be encoded.
	_ = enc.Encode(text)
	return append(b, bytes.TrimSuffix(quoted.Bytes(), []byte("\n"))...)
}

func appendValue(b []byte, v any) ([]byte, error) {
	plain, err := json.Marshal(v)
	return append(b, plain...), err
}
