// Package spelltest makes messages for the tests of what is spelled: with every kind of field that
// the protos have, set or not, and with the values that are hard to write. It is for tests only.
package spelltest

import (
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/fieldmaskpb"
	"google.golang.org/protobuf/types/known/timestamppb"
	"pgregory.net/rapid"
)

// Fill sets fields of a message at random, a few levels deep.
func Fill(t *rapid.T, m protoreflect.Message, depth int) {
	switch known := m.Interface().(type) {
	case *timestamppb.Timestamp:
		known.Seconds, known.Nanos = rapid.Int64Range(-1e9, 1e10).Draw(t, "seconds"), rapid.Int32Range(0, 999999999).Draw(t, "nanos")
		return
	case *fieldmaskpb.FieldMask:
		known.Paths = []string{"household", "attributes.a_b"}
		return
	}
	fields := m.Descriptor().Fields()
	for i := range fields.Len() {
		fd := fields.Get(i)
		message := fd.Message() != nil && !fd.IsMap()
		if rapid.Bool().Draw(t, "skip") || (message || fd.IsMap()) && depth == 0 {
			continue
		}
		switch {
		case fd.IsMap():
			value := m.NewField(fd).Map().NewValue()
			Fill(t, value.Message(), depth-1)
			m.Mutable(fd).Map().Set(protoreflect.ValueOfString(rapid.String().Draw(t, "key")).MapKey(), value)
		case fd.IsList() && message:
			Fill(t, m.Mutable(fd).List().AppendMutable().Message(), depth-1)
		case fd.IsList():
			m.Mutable(fd).List().Append(scalar(t, fd))
		case message:
			Fill(t, m.Mutable(fd).Message(), depth-1)
		default:
			m.Set(fd, scalar(t, fd))
		}
	}
}

func scalar(t *rapid.T, fd protoreflect.FieldDescriptor) protoreflect.Value {
	switch fd.Kind() {
	case protoreflect.BoolKind:
		return protoreflect.ValueOfBool(rapid.Bool().Draw(t, "bool"))
	case protoreflect.EnumKind:
		// A number without a name is one of a newer server.
		return protoreflect.ValueOfEnum(protoreflect.EnumNumber(rapid.IntRange(0, fd.Enum().Values().Len()).Draw(t, "enum")))
	case protoreflect.Int32Kind:
		return protoreflect.ValueOfInt32(rapid.Int32().Draw(t, "int32"))
	case protoreflect.Uint32Kind:
		return protoreflect.ValueOfUint32(rapid.Uint32().Draw(t, "uint32"))
	case protoreflect.Int64Kind:
		return protoreflect.ValueOfInt64(rapid.Int64().Draw(t, "int64"))
	case protoreflect.Uint64Kind:
		return protoreflect.ValueOfUint64(rapid.Uint64().Draw(t, "uint64"))
	case protoreflect.BytesKind:
		return protoreflect.ValueOfBytes(rapid.SliceOf(rapid.Byte()).Draw(t, "bytes"))
	default:
		return protoreflect.ValueOfString(rapid.String().Draw(t, "string"))
	}
}
