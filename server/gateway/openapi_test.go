package gateway

import (
	"encoding/json"
	"iter"
	"maps"
	"slices"
	"testing"

	"google.golang.org/protobuf/reflect/protoreflect"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// schema is the part of JSON Schema that the description uses.
type schema struct {
	Type       any               `json:"type"`
	Required   []string          `json:"required"`
	Enum       []string          `json:"enum"`
	Properties map[string]schema `json:"properties"`
	OneOf      []map[string]any  `json:"oneOf"`
}

func fieldsOf(message protoreflect.MessageDescriptor) iter.Seq2[string, protoreflect.FieldDescriptor] {
	return func(yield func(string, protoreflect.FieldDescriptor) bool) {
		fields := message.Fields()
		for i := range fields.Len() {
			if !yield(string(fields.Get(i).Name()), fields.Get(i)) {
				return
			}
		}
	}
}

func TestOpenAPIDescribesThePosition(t *testing.T) {
	_, h := serve(t, Options{})
	var described struct {
		OpenAPI    string                    `json:"openapi"`
		Paths      map[string]map[string]any `json:"paths"`
		Components struct {
			Schemas map[string]schema `json:"schemas"`
		} `json:"components"`
	}
	if err := json.Unmarshal(ask(t, h, "GET", "/openapi.json", "").Body.Bytes(), &described); err != nil {
		t.Fatal(err)
	}
	if described.OpenAPI != "3.1.0" {
		t.Errorf("openapi is %q", described.OpenAPI)
	}
	if paths := slices.Collect(maps.Keys(described.Paths)); !slices.Equal(paths, []string{"/v1/applications/{reference}/position"}) {
		t.Errorf("paths %v", paths)
	}
	for name, message := range map[string]protoreflect.MessageDescriptor{
		"Position":   (&eilev1.Position{}).ProtoReflect().Descriptor(),
		"PolicyName": (&eilev1.PolicyName{}).ProtoReflect().Descriptor(),
	} {
		checkSchema(t, name, described.Components.Schemas[name], message)
	}
}

func checkSchema(t *testing.T, name string, got schema, message protoreflect.MessageDescriptor) {
	t.Helper()
	fields := maps.Collect(fieldsOf(message))
	want := slices.Sorted(maps.Keys(fields))
	if described := slices.Sorted(maps.Keys(got.Properties)); !slices.Equal(described, want) {
		t.Errorf("%s: properties %v, want %v", name, described, want)
	}
	if required := slices.Sorted(slices.Values(got.Required)); !slices.Equal(required, want) {
		t.Errorf("%s: required %v, want %v", name, required, want)
	}
	for field, is := range fields {
		property := got.Properties[field]
		switch is.Kind() {
		case protoreflect.Int32Kind:
			if property.Type != "integer" {
				t.Errorf("%s.%s: type %v, want integer", name, field, property.Type)
			}
		case protoreflect.MessageKind:
			nullable, _ := property.Type.([]any)
			if len(property.OneOf) != 2 && !slices.Contains(nullable, any("null")) {
				t.Errorf("%s.%s: null when unset is not described", name, field)
			}
		default:
			if property.Type != "string" {
				t.Errorf("%s.%s: type %v, want string", name, field, property.Type)
			}
		}
		if is.Kind() != protoreflect.EnumKind {
			continue
		}
		var values []string
		for i := range is.Enum().Values().Len() {
			values = append(values, string(is.Enum().Values().Get(i).Name()))
		}
		if !slices.Equal(property.Enum, values) {
			t.Errorf("%s.%s: values %v, want %v", name, field, property.Enum, values)
		}
	}
}
