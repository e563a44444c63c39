package policy

import (
	"fmt"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/eile-housing/eile/policy/day"
)

// scalar is a leaf of the file that reads itself from the text of a YAML scalar, so that 221.00 never passes through a float and YES is never a boolean.
type scalar interface{ read(n *yaml.Node) error }

// text is a string with its place; unset when the key is absent.
type text struct {
	position
	s string
}

func (t *text) read(n *yaml.Node) error {
	t.position, t.s = content(n), n.Value
	if n.Tag == "!!null" || n.Value == "" {
		return fmt.Errorf("is empty; leave the key out or give a value")
	}
	return nil
}

func (t text) set() bool { return t.line > 0 }

// flag is true or false.
type flag struct {
	position
	b bool
}

func (f *flag) read(n *yaml.Node) error {
	f.position = place(n)
	switch n.Value {
	case "true":
		f.b = true
	case "false":
	default:
		return fmt.Errorf("%q is not a boolean; write true or false", clip(n.Value))
	}
	return nil
}

// number is a whole number of at most 15 digits.
type number struct {
	position
	n int64
}

func (c *number) read(n *yaml.Node) error {
	c.position = place(n)
	v, err := wholeNumber(n.Value)
	c.n = v
	return err
}

func (c number) set() bool { return c.line > 0 }

// maxDigits keeps every number of a file, and the product of a few of them with the size of a household, inside an int64.
const maxDigits = 15

func wholeNumber(s string) (int64, error) {
	digits := strings.TrimPrefix(s, "-")
	if digits == "" || strings.Trim(digits, "0123456789") != "" {
		return 0, fmt.Errorf("%q is not a whole number", clip(s))
	}
	if len(digits) > maxDigits {
		return 0, fmt.Errorf("%q has more than %d digits", clip(s), maxDigits)
	}
	return strconv.ParseInt(s, 10, 64)
}

// date is a calendar date; unset when the key is absent.
type date struct {
	position
	day day.Day
}

func (d *date) read(n *yaml.Node) error {
	d.position = place(n)
	v, err := day.Parse(n.Value)
	if err != nil {
		return err
	}
	if v <= 0 {
		return fmt.Errorf("%s is before 1970-01-02, the first day that rules know", v)
	}
	d.day = v
	return nil
}

func (d date) set() bool { return d.line > 0 }

// content is where the text of a scalar begins: behind the quote, or on the line after | and >.
func content(n *yaml.Node) position {
	at := place(n)
	switch {
	case n.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle) != 0:
		at.column++
	case n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0:
		at = position{at.line + 1, 1}
	}
	return at
}

func place(n *yaml.Node) position { return position{n.Line, n.Column} }

// clip shortens a value that is quoted in an error.
func clip(s string) string {
	r := []rune(s)
	if len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return s
}
