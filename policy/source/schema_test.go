package source

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"testing"

	"go.yaml.in/yaml/v3"
)

// The shipped files are what the schema says, checked by a reader of schemas of its own; and what
// the decoder refuses, the schema does too.
func TestSchemaCoversTheShippedFiles(t *testing.T) {
	var schema map[string]any
	if err := json.Unmarshal(JSONSchema(), &schema); err != nil {
		t.Fatal(err)
	}
	shipped, err := filepath.Glob(filepath.Join("..", "shipped", "*.yaml"))
	if err != nil || len(shipped) == 0 {
		t.Fatalf("no shipped policies: %v", err)
	}
	for _, name := range shipped {
		for _, fault := range conform(schema, parsed(t, read(t, name)), name) {
			t.Error(fault)
		}
	}
	for _, fault := range conform(schema, parsed(t, []byte(minimal(everyPart(t)))), "everyPart") {
		t.Error(fault)
	}
	for _, bad := range []string{"mood: good\n", "approval: perhaps\n", "hazards: none\n", "need: {standart: lt-area}\n", "hazards: [{code: x}]\n", "default_list: []\n",
		"decisions: {GRANT: {four_eyes: true}}\n", "decisions: {REMOVE: {code: true}}\n", "calendar: {weekend: [sunday]}\n", "calendar: {holidays: [{easter: x}]}\n", "service: {pigeon: {days: 1}}\n"} {
		text := minimal("")
		if bad == "approval: perhaps\n" {
			text = "name: x\n"
		}
		if len(conform(schema, parsed(t, []byte(text+bad)), "bad")) == 0 {
			t.Errorf("the schema takes %q", bad)
		}
	}
}

func parsed(t *testing.T, text []byte) any {
	t.Helper()
	var doc yaml.Node
	if err := yaml.Unmarshal(text, &doc); err != nil {
		t.Fatal(err)
	}
	var plain func(n *yaml.Node) any
	plain = func(n *yaml.Node) any {
		switch n.Kind {
		case yaml.MappingNode:
			m := map[string]any{}
			for i := 0; i+1 < len(n.Content); i += 2 {
				m[n.Content[i].Value] = plain(n.Content[i+1])
			}
			return m
		case yaml.SequenceNode:
			list := []any{}
			for _, c := range n.Content {
				list = append(list, plain(c))
			}
			return list
		default: // a value
		}
		var v any
		if err := n.Decode(&v); err != nil {
			t.Fatal(err)
		}
		if n.Tag == "!!timestamp" {
			return n.Value
		}
		return v
	}
	return plain(doc.Content[0])
}

// conform checks a value against the part of JSON Schema that this package writes.
func conform(schema map[string]any, v any, at string) []string {
	var faults []string
	if words, ok := schema["enum"].([]any); ok && !slices.Contains(words, v) {
		faults = append(faults, fmt.Sprintf("%s: %v is not one of %v", at, v, words))
	}
	if kind, ok := schema["type"]; ok && !typed(kind, v) {
		return append(faults, fmt.Sprintf("%s: %v (%T) is not of type %v", at, v, v, kind))
	}
	switch x := v.(type) {
	case []any:
		for i, e := range x {
			faults = append(faults, conform(schema["items"].(map[string]any), e, fmt.Sprintf("%s[%d]", at, i))...)
		}
	case map[string]any:
		properties, _ := schema["properties"].(map[string]any)
		if names, ok := schema["propertyNames"].(map[string]any); ok {
			for key := range x {
				faults = append(faults, conform(names, key, at)...)
			}
		}
		for key, e := range x {
			sub, ok := properties[key].(map[string]any)
			if !ok {
				sub, ok = schema["additionalProperties"].(map[string]any)
			}
			if !ok {
				faults = append(faults, fmt.Sprintf("%s: unknown key %s", at, key))
				continue
			}
			faults = append(faults, conform(sub, e, at+"."+key)...)
		}
		required, _ := schema["required"].([]any)
		for _, key := range required {
			if _, ok := x[key.(string)]; !ok {
				faults = append(faults, fmt.Sprintf("%s: lacks %s", at, key))
			}
		}
	}
	return faults
}

func typed(kind, v any) bool {
	if kinds, ok := kind.([]any); ok {
		return slices.ContainsFunc(kinds, func(k any) bool { return typed(k, v) })
	}
	switch v.(type) {
	case map[string]any:
		return kind == "object"
	case []any:
		return kind == "array"
	case bool:
		return kind == "boolean"
	case int:
		return kind == "integer" || kind == "number"
	case float64:
		return kind == "number"
	}
	return kind == "string"
}
