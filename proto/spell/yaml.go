package spell

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// YAML writes an answer as YAML: the keys of its JSON in their order, and its values.
func YAML(answer any) ([]byte, error) {
	text, err := JSON(answer)
	if err != nil {
		return nil, err
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	node, err := nodeOf(decoder)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	encoder := yaml.NewEncoder(&b)
	encoder.SetIndent(2)
	if err := encoder.Encode(node); err != nil {
		return nil, err
	}
	return b.Bytes(), encoder.Close()
}

// nodeOf reads the next value of a JSON document. A map of Go would forget the order of the keys.
func nodeOf(from *json.Decoder) (*yaml.Node, error) {
	token, err := from.Token()
	if err != nil {
		return nil, err
	}
	switch value := token.(type) {
	case json.Delim:
		return nodesOf(from, value)
	case string:
		return textNode(value), nil
	case json.Number:
		return &yaml.Node{Kind: yaml.ScalarNode, Value: value.String()}, nil
	case bool:
		node := &yaml.Node{}
		return node, node.Encode(value)
	default:
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!null", Value: "null"}, nil
	}
}

// nodesOf reads what stands between the brackets: the keys and values of an object, or the values
// of a list.
func nodesOf(from *json.Decoder, opening json.Delim) (*yaml.Node, error) {
	node := &yaml.Node{Kind: yaml.SequenceNode}
	if opening == '{' {
		node.Kind = yaml.MappingNode
	}
	for from.More() {
		inner, err := nodeOf(from)
		if err != nil {
			return nil, err
		}
		node.Content = append(node.Content, inner)
	}
	if len(node.Content) == 0 {
		node.Style = yaml.FlowStyle
	}
	_, err := from.Token()
	return node, err
}

// textNode is quoted unless it is a word in every version of YAML: older readers take no and on for
// truth values, 09:30 for a number and 2026-11-02 for a date. A line break stands as \n, so that a
// text is one line.
func textNode(text string) *yaml.Node {
	node := &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: text}
	first, _ := utf8.DecodeRuneInString(text)
	if !unicode.IsLetter(first) || slices.Contains(oldTruths, strings.ToLower(text)) || strings.ContainsFunc(text, unicode.IsControl) {
		node.Style = yaml.DoubleQuotedStyle
	}
	return node
}

var oldTruths = []string{"y", "n", "yes", "no", "on", "off"}
