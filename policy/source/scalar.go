package source

import (
	"fmt"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/eile-housing/eile/policy/day"
	"github.com/eile-housing/eile/policy/number"
)

// scalar is a leaf of the file that reads itself from the text of a YAML scalar, so that 221.00
// never passes through a float and YES is never a boolean.
type scalar interface{ read(n *yaml.Node) error }

// Text is a string with its place; unset when the key is absent.
type Text struct {
	Position
	Text string
}

func (t *Text) read(n *yaml.Node) error {
	t.Position, t.Text = content(n), n.Value
	if n.Tag == "!!null" || n.Value == "" {
		return fmt.Errorf("is empty; leave the key out or give a value")
	}
	return nil
}

// Set says whether the key is there.
func (t Text) Set() bool { return t.Line > 0 }

// Flag is true or false.
type Flag struct {
	Position
	Bool bool
}

func (f *Flag) read(n *yaml.Node) error {
	f.Position = place(n)
	switch n.Value {
	case "true":
		f.Bool = true
	case "false":
	default:
		return fmt.Errorf("%q is not a boolean; write true or false", Clip(n.Value))
	}
	return nil
}

// Number is a whole number of at most 15 digits.
type Number struct {
	Position
	Int int64
}

func (c *Number) read(n *yaml.Node) (err error) {
	c.Position = place(n)
	c.Int, err = WholeNumber(n.Value)
	return err
}

// Set says whether the key is there.
func (c Number) Set() bool { return c.Line > 0 }

// Bound returns the number as a limit; nil where the key is absent.
func (c Number) Bound() *int64 {
	if !c.Set() {
		return nil
	}
	return &c.Int
}

// maxDigits keeps every number of a file, and the product of a few of them with the size of a
// household, inside an int64.
const maxDigits = 15

// WholeNumber reads a number as everywhere, of no more digits than a file may have.
func WholeNumber(s string) (int64, error) {
	n, err := number.ParseWhole(s)
	if digits := len(strings.TrimPrefix(s, "-")); err == nil && digits > maxDigits {
		return 0, fmt.Errorf("%q has more than %d digits", Clip(s), maxDigits)
	}
	return n, err
}

// Date is a calendar date; unset when the key is absent.
type Date struct {
	Position
	Day day.Day
}

func (d *Date) read(n *yaml.Node) error {
	d.Position = place(n)
	v, err := day.Parse(n.Value)
	if err != nil {
		return err
	}
	if v <= 0 {
		return fmt.Errorf("%s is before 1970-01-02, the first day that rules know", v)
	}
	d.Day = v
	return nil
}

// Set says whether the key is there.
func (d Date) Set() bool { return d.Line > 0 }

// content is where the text of a scalar begins: behind the quote, or on the line after | and >.
func content(n *yaml.Node) Position {
	at := place(n)
	switch {
	case n.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle) != 0:
		at.Column++
	case n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0:
		at = Position{at.Line + 1, 1}
	}
	return at
}

func place(n *yaml.Node) Position { return Position{n.Line, n.Column} }

// Clip shortens a value that is quoted in an error.
func Clip(s string) string {
	r := []rune(s)
	if len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return s
}

// Texts returns the strings alone.
func Texts(list []Text) []string {
	out := make([]string, len(list))
	for i, t := range list {
		out[i] = t.Text
	}
	return out
}
