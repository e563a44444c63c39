package source

import (
	"reflect"
	"strings"
)

// field is one key of a mapping of the file, taken from the tags of the struct that it is read
// into: `key:"name"` or `key:"name,required"`, `doc:"…"` and, where only a few words are allowed,
// `words:"…"`. The decoder, the error texts and the JSON Schema all read these tags, so they cannot
// disagree.
type field struct {
	index    int
	key      string
	required bool
	doc      string
	// words are all that a text may say; none: anything.
	words []string
	kind  reflect.Type
}

func fieldsOf(t reflect.Type) []field {
	var fields []field
	for i := range t.NumField() {
		tag, ok := t.Field(i).Tag.Lookup("key")
		if !ok {
			continue
		}
		key, rest, _ := strings.Cut(tag, ",")
		fields = append(fields, field{
			index: i, key: key, required: rest == "required", doc: t.Field(i).Tag.Get("doc"), words: strings.Fields(t.Field(i).Tag.Get("words")), kind: t.Field(i).Type,
		})
	}
	return fields
}

func keysOf(fields []field) string {
	keys := make([]string, len(fields))
	for i, f := range fields {
		keys[i] = f.key
	}
	return strings.Join(keys, ", ")
}

// isNamed says whether t is a Named[T], so that a slice of it is a mapping in the file.
func isNamed(t reflect.Type) bool {
	_, ok := reflect.Zero(t).Interface().(interface{ named() })
	return ok
}
