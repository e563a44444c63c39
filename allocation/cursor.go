package allocation

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"unicode/utf8"
)

// maxFaults is how many faults of a file are reported before the rest is only said to be there.
const maxFaults = 50

// cursor walks over a JSON text that newCursor has found to be well-formed, knows the JSON path of where it stands, and
// collects what is wrong there. Unlike encoding/json it sees repeated keys and tells absent from null.
type cursor struct {
	data   []byte
	at     int
	path   []byte
	faults []error
	more   int // faults beyond maxFaults
}

// newCursor refuses what is not one JSON value in UTF-8.
func newCursor(data []byte) (*cursor, error) {
	if !utf8.Valid(data) {
		return nil, errors.New("$: the file is not UTF-8")
	}
	if !json.Valid(data) {
		var raw json.RawMessage
		err := json.Unmarshal(data, &raw)
		var syntax *json.SyntaxError
		if errors.As(err, &syntax) {
			line := 1 + bytes.Count(data[:min(int(syntax.Offset), len(data))], []byte("\n"))
			return nil, fmt.Errorf("$: not JSON at byte %d, line %d: %w", syntax.Offset, line, err)
		}
		return nil, fmt.Errorf("$: not JSON: %w", err)
	}
	c := &cursor{data: data, path: []byte("$")}
	c.space()
	return c, nil
}

func (c *cursor) bad(format string, args ...any) {
	if len(c.faults) >= maxFaults {
		c.more++
		return
	}
	c.faults = append(c.faults, fmt.Errorf("%s: %s", c.path, fmt.Sprintf(format, args...)))
}

func (c *cursor) err() error {
	if c.more > 0 {
		return errors.Join(append(c.faults, fmt.Errorf("$: and %d more faults", c.more))...)
	}
	return errors.Join(c.faults...)
}

// under runs f with the path extended by a step.
func (c *cursor) under(step string, f func()) {
	n := len(c.path)
	c.path = append(c.path, step...)
	f()
	c.path = c.path[:n]
}

// object calls the function that fields has for each key, which must consume the value. It reports unknown and repeated
// keys, and required ones that are missing. It returns false where the value is not an object.
func (c *cursor) object(fields map[string]func(), required ...string) bool {
	if !c.expect('{', "an object") {
		return false
	}
	seen := make(map[string]bool, len(fields))
	for c.next('}') {
		key := c.text()
		c.at++ // the colon: text has skipped the space before it
		c.space()
		c.under(step(key), func() {
			read, known := fields[key]
			switch {
			case !known:
				c.bad("unknown key")
				c.skip()
			case seen[key]:
				c.bad("this key stands twice")
				c.skip()
			default:
				seen[key] = true
				read()
			}
		})
	}
	for _, key := range required {
		if !seen[key] {
			c.under(step(key), func() { c.bad("missing") })
		}
	}
	return true
}

// step writes a key as a step of a path.
func step(key string) string {
	for i := range len(key) {
		b := key[i]
		if b != '_' && (b < '0' || b > '9') && (b < 'a' || b > 'z') && (b < 'A' || b > 'Z') {
			return "[" + strconv.Quote(key) + "]"
		}
	}
	return "." + key
}

// array calls read for each element, which must consume it. What is no array is a fault.
func (c *cursor) array(read func(i int)) {
	if !c.expect('[', "an array") {
		return
	}
	n := len(c.path)
	for i := 0; c.next(']'); i++ {
		c.path = append(c.path, '[')
		c.path = strconv.AppendInt(c.path, int64(i), 10)
		c.path = append(c.path, ']')
		read(i)
		c.path = c.path[:n]
	}
}

// next moves to the next member or element; false at the closing byte, which it consumes.
func (c *cursor) next(closing byte) bool {
	if c.data[c.at] == ',' {
		c.at++
		c.space()
	}
	if c.data[c.at] == closing {
		c.at++
		c.space()
		return false
	}
	return true
}

func (c *cursor) expect(opening byte, what string) bool {
	if c.data[c.at] != opening {
		c.bad("must be %s, is %s", what, c.kind())
		c.skip()
		return false
	}
	c.at++
	c.space()
	return true
}

// str reads a string; where the value is something else it reports that and returns false.
func (c *cursor) str() (string, bool) {
	if c.data[c.at] != '"' {
		c.bad("must be a string, is %s", c.kind())
		c.skip()
		return "", false
	}
	return c.text(), true
}

// whole reads a whole number that an int can hold.
func (c *cursor) whole() (int, bool) {
	start := c.at
	kind := c.kind()
	c.skip()
	if kind != "a number" {
		c.bad("must be a whole number, is %s", kind)
		return 0, false
	}
	digits := bytes.TrimRight(c.data[start:c.at], " \t\r\n")
	n, err := strconv.Atoi(string(digits))
	if err != nil {
		c.bad("must be a whole number, is %s", digits)
		return 0, false
	}
	return n, true
}

// text reads a string literal, without its escapes, and the space after it.
func (c *cursor) text() string {
	start := c.at
	escaped := c.pass()
	literal := c.data[start:c.at]
	c.space()
	if !escaped {
		return string(literal[1 : len(literal)-1])
	}
	var s string
	if err := json.Unmarshal(literal, &s); err != nil {
		panic("allocation: a string that json.Valid accepts cannot be read: " + err.Error())
	}
	return s
}

// pass moves behind a string literal and tells whether it has escapes.
func (c *cursor) pass() (escaped bool) {
	for c.at++; c.data[c.at] != '"'; c.at++ {
		if c.data[c.at] == '\\' {
			escaped = true
			c.at++
		}
	}
	c.at++
	return escaped
}

// skip moves behind the value, whatever it is, and the space after it.
func (c *cursor) skip() {
	depth := 0
	for c.at < len(c.data) {
		switch c.data[c.at] {
		case '"':
			c.pass()
		case '{', '[':
			depth++
			c.at++
		case '}', ']':
			depth--
			c.at++
		default:
			c.at++
		}
		if depth == 0 && (c.at == len(c.data) || bytes.IndexByte([]byte(",]}"), c.data[c.at]) >= 0) {
			break
		}
	}
	c.space()
}

func (c *cursor) space() {
	for c.at < len(c.data) && (c.data[c.at] == ' ' || c.data[c.at] == '\n' || c.data[c.at] == '\r' || c.data[c.at] == '\t') {
		c.at++
	}
}

func (c *cursor) kind() string {
	switch c.data[c.at] {
	case '{':
		return "an object"
	case '[':
		return "an array"
	case '"':
		return "a string"
	case 't', 'f':
		return "a boolean"
	case 'n':
		return "null"
	default:
		return "a number"
	}
}
