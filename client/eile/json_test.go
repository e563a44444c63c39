package main

import (
	"bytes"
	"encoding/json"
	"reflect"
	"testing"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/fieldmaskpb"
	"google.golang.org/protobuf/types/known/timestamppb"
	"pgregory.net/rapid"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// answers are what the server can answer and the command line can print.
var answers = []proto.Message{
	&eilev1.Application{}, &eilev1.ListApplicationsResponse{}, &eilev1.ListHistoryResponse{}, &eilev1.Unit{}, &eilev1.Run{},
	&eilev1.ExplainRunResponse{}, &eilev1.Offer{}, &eilev1.Tenancy{}, &eilev1.Position{}, &eilev1.Policy{}, &eilev1.GetStatsResponse{},
	&eilev1.ImportResult{}, &eilev1.AmendApplicationRequest{}, &eilev1.AuditSeal{}, &eilev1.Fact{},
}

// fill sets fields of a message at random, a few levels deep.
func fill(t *rapid.T, m protoreflect.Message, depth int) {
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
			fill(t, value.Message(), depth-1)
			m.Mutable(fd).Map().Set(protoreflect.ValueOfString(rapid.String().Draw(t, "key")).MapKey(), value)
		case fd.IsList() && message:
			fill(t, m.Mutable(fd).List().AppendMutable().Message(), depth-1)
		case fd.IsList():
			m.Mutable(fd).List().Append(scalar(t, fd))
		case message:
			fill(t, m.Mutable(fd).Message(), depth-1)
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

// withoutNulls drops every null, since protojson leaves out optional fields that are not set and this program does not.
func withoutNulls(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for key, inner := range v {
			if inner == nil {
				delete(v, key)
			} else {
				v[key] = withoutNulls(inner)
			}
		}
	case []any:
		for i := range v {
			v[i] = withoutNulls(v[i])
		}
	}
	return v
}

func decoded(t *rapid.T, text []byte) any {
	var v any
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	err := d.Decode(&v)
	if err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	return withoutNulls(v)
}

func TestJSONIsThatOfProtobuf(t *testing.T) {
	reference := protojson.MarshalOptions{UseProtoNames: true, EmitUnpopulated: true}
	for _, kind := range answers {
		t.Run(string(kind.ProtoReflect().Descriptor().Name()), func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				message := kind.ProtoReflect().New()
				fill(t, message, 3)
				got, err := jsonOf(message)
				if err != nil {
					t.Fatal(err)
				}
				want, err := reference.Marshal(message.Interface())
				if err != nil {
					t.Fatal(err)
				}
				if !reflect.DeepEqual(decoded(t, got), decoded(t, want)) {
					t.Fatalf("got  %s\nwant %s", got, want)
				}
				back := message.New().Interface()
				err = protojson.Unmarshal(got, back)
				if err != nil {
					t.Fatalf("cannot be read back: %v\n%s", err, got)
				}
				if !proto.Equal(back, message.Interface()) {
					t.Fatalf("read back as %v, was %v", back, message)
				}
			})
		})
	}
}

func TestJSONHasEveryFieldButTheOtherChoices(t *testing.T) {
	got, err := jsonOf((&eilev1.Inspection{}).ProtoReflect())
	if err != nil {
		t.Fatal(err)
	}
	want := `{
  "unit": "",
  "inspected_on": null,
  "inspector": "",
  "score": null,
  "hazards": [],
  "attributes": {},
`
	if !bytes.HasPrefix(got, []byte(want)) {
		t.Errorf("got %s", got)
	}
	got, err = jsonOf((&eilev1.Fact{Value: &eilev1.Fact_BoolValue{}}).ProtoReflect())
	if err != nil {
		t.Fatal(err)
	}
	want = `{
  "bool_value": false,
  "effective_on": null,
  "recorded_at": null
}
`
	if string(got) != want {
		t.Errorf("got %s", got)
	}
}
