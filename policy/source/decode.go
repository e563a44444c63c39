package source

import (
	"bytes"
	"errors"
	"io"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// maxSource is the largest policy file in bytes, and maxNodes the most values in it.
const (
	maxSource = 1_000_000
	maxNodes  = 50_000
)

// Named is one entry of a mapping whose keys the author chooses; order in the file is kept.
type Named[T any] struct {
	Name  Text
	Value T
}

func (Named[T]) named() {}

// decoder reads a YAML tree into the shape of the file. It is strict: an unknown key, a key given
// twice, a value of another type and an alias are faults.
type decoder struct{ *Faults }

// decode parses source into out, a pointer to a struct with `key` tags.
func (d decoder) decode(source []byte, out any) {
	root, ok := d.parse(source)
	if !ok {
		return
	}
	d.value(root, reflect.ValueOf(out).Elem(), "the file")
}

func (d decoder) parse(source []byte) (*yaml.Node, bool) {
	if len(source) > maxSource {
		d.Add(Position{}, "the file has %d bytes; at most %d are read", len(source), maxSource)
		return nil, false
	}
	if !utf8.Valid(source) {
		d.Add(Position{}, "the file is not UTF-8")
		return nil, false
	}
	var doc, more yaml.Node
	reader := yaml.NewDecoder(bytes.NewReader(source))
	if err := reader.Decode(&doc); err != nil {
		d.syntax(err)
		return nil, false
	}
	if err := reader.Decode(&more); !errors.Is(err, io.EOF) {
		d.Add(place(&more), "a policy file is one document; there is another after it")
		return nil, false
	}
	budget := maxNodes
	if !d.plain(&doc, &budget) {
		return nil, false
	}
	return doc.Content[0], true
}

var yamlLine = regexp.MustCompile(`^yaml: (?:line (\d+): )?`)

// syntax reports a parse error of the YAML library under the line that its text names.
func (d decoder) syntax(err error) {
	if errors.Is(err, io.EOF) {
		d.Add(Position{}, "the file is empty")
		return
	}
	msg, line := err.Error(), 1
	if m := yamlLine.FindStringSubmatch(msg); m != nil {
		line, _ = strconv.Atoi(m[1])
		msg = strings.TrimPrefix(msg, m[0])
	}
	for _, often := range mistakes {
		if strings.Contains(msg, often.says) {
			msg += often.instead
			break
		}
	}
	d.Add(Position{Line: line}, "not YAML: %s", msg)
}

// mistakes are what the YAML library says of the usual ones, with what to write.
var mistakes = []struct{ says, instead string }{
	{"mapping values are not allowed", `: a text that holds ": " goes in quotes`},
	{"cannot start any token", ": a text that begins with @, % or a backquote goes in quotes, and lines begin with spaces, not with tabs"},
	{"found unexpected end of stream", ": a quote is not closed, or the file was cut off"},
	{"did not find expected ',' or", ": a bracket is not closed, or a text in it needs quotes"},
	{"did not find expected node content", ": a value is missing, or the file was cut off"},
	{"did not find expected alphabetic or numeric character", ": a text that begins with & or * goes in quotes"},
	{"could not find expected ':'", ": a key lacks its colon, or the text before it needs quotes"},
	{"did not find expected key", ": the line is indented otherwise than those beside it, or a text goes on behind its quote"},
}

// plain refuses what could make a small file expand: aliases, anchors, custom tags and too many
// values.
func (d decoder) plain(n *yaml.Node, budget *int) bool {
	if *budget--; *budget < 0 {
		d.Add(place(n), "the file has more than %d values", maxNodes)
		return false
	}
	if n.Kind == yaml.AliasNode || n.Anchor != "" {
		d.Add(place(n), "anchors and aliases are not read; write the value out")
		return false
	}
	if n.Tag != "" && !strings.HasPrefix(n.Tag, "!!") {
		d.Add(place(n), "the tag %s is not read", Clip(n.Tag))
		return false
	}
	for _, c := range n.Content {
		if !d.plain(c, budget) {
			return false
		}
	}
	return true
}

// value reads n into v; what names the key for errors.
func (d decoder) value(n *yaml.Node, v reflect.Value, what string) {
	if s, ok := v.Addr().Interface().(scalar); ok {
		if n.Kind != yaml.ScalarNode {
			d.Add(place(n), "%s is one value, not a %s", what, kindName(n))
		} else if err := s.read(n); err != nil {
			d.Add(place(n), "%s %s", what, err)
		}
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		d.value(n, v.Elem(), what)
	case reflect.Struct:
		d.mapping(n, v, what)
	case reflect.Slice:
		if isNamed(v.Type().Elem()) {
			d.entries(n, v, what)
			return
		}
		d.sequence(n, v, what)
	default:
		panic("a file of the policy has no " + v.Kind().String())
	}
}

func (d decoder) sequence(n *yaml.Node, v reflect.Value, what string) {
	if n.Kind != yaml.SequenceNode {
		d.Add(place(n), "%s is a list, not a %s", what, kindName(n))
		return
	}
	for _, c := range n.Content {
		e := reflect.New(v.Type().Elem()).Elem()
		d.value(c, e, "an element of "+what)
		v.Set(reflect.Append(v, e))
	}
}

func (d decoder) entries(n *yaml.Node, v reflect.Value, what string) {
	d.pairs(n, what, func(key, value *yaml.Node) {
		e := reflect.New(v.Type().Elem()).Elem()
		d.value(key, e.Field(0), "a key of "+what)
		d.value(value, e.Field(1), key.Value)
		v.Set(reflect.Append(v, e))
	})
}

func (d decoder) mapping(n *yaml.Node, v reflect.Value, what string) {
	fields := fieldsOf(v.Type())
	if p, ok := v.Addr().Interface().(interface{ at(Position) }); ok {
		p.at(place(n))
	}
	seen := map[string]bool{}
	d.pairs(n, what, func(key, value *yaml.Node) {
		i := slices.IndexFunc(fields, func(f field) bool { return f.key == key.Value })
		if i < 0 {
			d.unknown(n, key, what, fields)
			return
		}
		seen[key.Value] = true
		d.value(value, v.Field(fields[i].index), key.Value)
	})
	for _, f := range fields {
		if f.required && !seen[f.key] && n.Kind == yaml.MappingNode {
			d.Add(place(n), "%s lacks the key %q", what, f.key)
		}
	}
}

// unknown reports a key that is not of the shape. Between braces it may be what a comma cut off
// from the text before it.
func (d decoder) unknown(n, key *yaml.Node, what string, fields []field) {
	i := slices.Index(n.Content, key)
	if n.Style&yaml.FlowStyle == 0 || i < 2 || !empty(n.Content[i+1]) || n.Content[i-1].Kind != yaml.ScalarNode {
		d.Add(place(key), "unknown key %q in %s; it may hold %s", Clip(key.Value), what, keysOf(fields))
		return
	}
	if empty(n.Content[i-1]) {
		return // reported with the first piece
	}
	text := n.Content[i-1].Value
	for ; i+1 < len(n.Content) && n.Content[i].Kind == yaml.ScalarNode && empty(n.Content[i+1]); i += 2 {
		text += ", " + n.Content[i].Value
	}
	d.Add(place(key), "a comma ends a text that has no quotes, so %q is read as a key of %s; write the text in quotes: %q",
		Clip(key.Value), what, Clip(text))
}

// empty says whether a key has no value at all.
func empty(n *yaml.Node) bool {
	return n.Kind == yaml.ScalarNode && n.Tag == "!!null" && n.Value == ""
}

// pairs calls f for every key and value of a mapping, each key once.
func (d decoder) pairs(n *yaml.Node, what string, f func(key, value *yaml.Node)) {
	if n.Kind != yaml.MappingNode {
		d.Add(place(n), "%s is a mapping, not a %s", what, kindName(n))
		return
	}
	seen := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		switch {
		case key.Kind != yaml.ScalarNode:
			d.Add(place(key), "a key of %s is a %s", what, kindName(key))
		case seen[key.Value]:
			d.Add(place(key), "the key %q stands twice in %s", Clip(key.Value), what)
		default:
			seen[key.Value] = true
			f(key, n.Content[i+1])
		}
	}
}

func kindName(n *yaml.Node) string {
	switch n.Kind {
	case yaml.MappingNode:
		return "mapping"
	case yaml.SequenceNode:
		return "list"
	default:
		return "single value"
	}
}
