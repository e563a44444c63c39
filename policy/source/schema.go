package source

import (
	"reflect"

	"github.com/eile-housing/eile/proto/spell"
)

// JSONSchema returns the JSON Schema (draft 2020-12) of policy files, for editors. It is made from
// the tags that the decoder reads, so it knows exactly the same keys.
func JSONSchema() []byte {
	schema := schemaOf(reflect.TypeFor[File]())
	schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	schema["title"] = "eile policy"
	out, err := spell.JSON(schema)
	if err != nil {
		// The schema holds only maps, slices and strings.
		panic(err)
	}
	return out
}

// schemaOf returns the schema of one type of the file.
func schemaOf(t reflect.Type) map[string]any {
	if s := scalarSchema(t); s != nil {
		return s
	}
	if t.Kind() == reflect.Pointer {
		return schemaOf(t.Elem())
	}
	if t.Kind() == reflect.Slice {
		if isNamed(t.Elem()) {
			return map[string]any{"type": "object", "additionalProperties": schemaOf(t.Elem().Field(1).Type)}
		}
		return map[string]any{"type": "array", "items": schemaOf(t.Elem())}
	}
	properties, required := map[string]any{}, []string{}
	for _, f := range fieldsOf(t) {
		s := schemaOf(f.kind)
		s["description"] = f.doc
		if len(f.words) > 0 {
			allow(s, f.words)
		}
		properties[f.key] = s
		if f.required {
			required = append(required, f.key)
		}
	}
	s := map[string]any{"type": "object", "additionalProperties": false, "properties": properties}
	if len(required) > 0 {
		s["required"] = required
	}
	return s
}

// allow leaves only some words: as a text, as the elements of a list or as the keys of a mapping.
func allow(schema map[string]any, words []string) {
	switch schema["type"] {
	case "object":
		schema["propertyNames"] = map[string]any{"enum": words}
	case "array":
		schema["items"] = map[string]any{"enum": words}
	default:
		schema["enum"] = words
		delete(schema, "type")
	}
}

// scalarSchema returns the schema of a leaf. A text may be written as a number, a boolean or a
// date, for it is read as it stands.
func scalarSchema(t reflect.Type) map[string]any {
	switch t {
	case reflect.TypeFor[Text]():
		return map[string]any{"type": []string{"string", "number", "boolean"}}
	case reflect.TypeFor[Flag]():
		return map[string]any{"type": "boolean"}
	case reflect.TypeFor[Number]():
		return map[string]any{"type": "integer"}
	case reflect.TypeFor[Date]():
		return map[string]any{"type": "string", "format": "date"}
	}
	return nil
}
