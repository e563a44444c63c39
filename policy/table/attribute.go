package table

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/eile-housing/eile/policy/day"
	"github.com/eile-housing/eile/policy/number"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// Type of an attribute.
type Type int

// The types that a policy may declare.
const (
	Bool Type = iota + 1
	Int
	Decimal
	String
	Date
	// Rows is a list of rows of columns in one cell; it is stored as the text of the cell.
	Rows
)

// String returns the word for the type in policies.
func (t Type) String() string {
	switch t {
	case Bool:
		return "bool"
	case Int:
		return "int"
	case Decimal:
		return "decimal"
	case String:
		return "string"
	case Date:
		return "date"
	case Rows:
		return "rows"
	default:
		return "type " + strconv.Itoa(int(t))
	}
}

// Attribute that a policy declares for a kind of record; its name is a column.
type Attribute struct {
	Name string
	Type Type
	// Min and Max bound Int and Decimal, in whole units, both included; nil: no bound.
	Min, Max *int64
	// Values that String may have; empty: any.
	Values []string
	// Separator between several values of a String, none of them empty and each there once; empty:
	// the text is one value.
	Separator string
	// Columns of Rows, in the order of the fields of a row.
	Columns []Column
	// Keys is how many of the first columns name a row of Rows; at least 1.
	Keys int
}

// Column of Rows. Its type is any but Rows, and its name is no column of a file.
type Column struct {
	Attribute
	// ShareOf is what the columns of a row that have it add up to; nil: the column is no share.
	ShareOf *int64
}

// maxText is the longest text that the register keeps, in characters.
const maxText = 1000

// ParseFact reads one cell. An empty one is no value of any type: what it means, unset or missing,
// the caller knows.
func ParseFact(a Attribute, cell string) (*eilev1.Fact, error) {
	if cell == "" {
		return nil, errors.New("it is empty")
	}
	if err := clean(cell, false); err != nil {
		return nil, err
	}
	return a.parse(cell)
}

// parse reads a cell that is clean and not empty.
func (a *Attribute) parse(cell string) (*eilev1.Fact, error) {
	switch a.Type {
	case Bool:
		b, err := parseBool(cell)
		if err != nil {
			return nil, err
		}
		return &eilev1.Fact{Value: &eilev1.Fact_BoolValue{BoolValue: b}}, nil
	case Int:
		n, err := number.ParseWhole(cell)
		if err == nil {
			err = a.bound(number.Decimal{Units: n}, cell)
		}
		if err != nil {
			return nil, err
		}
		return &eilev1.Fact{Value: &eilev1.Fact_IntValue{IntValue: n}}, nil
	case Decimal:
		d, err := number.ParseDecimal(cell)
		if err == nil {
			err = a.bound(d, cell)
		}
		if err != nil {
			return nil, err
		}
		return &eilev1.Fact{Value: &eilev1.Fact_DecimalValue{DecimalValue: d.Proto()}}, nil
	case String:
		if err := a.text(cell); err != nil {
			return nil, err
		}
		return &eilev1.Fact{Value: &eilev1.Fact_StringValue{StringValue: cell}}, nil
	case Date:
		d, err := day.Parse(cell)
		if err != nil {
			return nil, err
		}
		return &eilev1.Fact{Value: &eilev1.Fact_DateValue{DateValue: d.Proto()}}, nil
	case Rows:
		if _, err := ParseRows(*a, cell); err != nil {
			return nil, err
		}
		return &eilev1.Fact{Value: &eilev1.Fact_StringValue{StringValue: cell}}, nil
	default:
		return nil, fmt.Errorf("the policy declares %s for it, which no attribute can have", a.Type)
	}
}

// bound checks a number against Min and Max.
func (a *Attribute) bound(n number.Decimal, cell string) error {
	if a.Min != nil && n.Cmp(number.Decimal{Units: *a.Min}) < 0 {
		return fmt.Errorf("%s is less than %d", quote(cell), *a.Min)
	}
	if a.Max != nil && n.Cmp(number.Decimal{Units: *a.Max}) > 0 {
		return fmt.Errorf("%s is more than %d", quote(cell), *a.Max)
	}
	return nil
}

func (a *Attribute) text(cell string) error {
	if err := short(cell, maxText); err != nil {
		return err
	}
	parts := []string{cell}
	if a.Separator != "" {
		parts = strings.Split(cell, a.Separator)
	}
	for i, p := range parts {
		switch {
		case len(a.Values) > 0 && !slices.Contains(a.Values, p):
			return fmt.Errorf("%s is not one of %s", quote(p), strings.Join(a.Values, ", "))
		case p == "":
			return fmt.Errorf("value %d of %d is empty: remove the %s too many", i+1, len(parts), a.Separator)
		case slices.Contains(parts[:i], p):
			return fmt.Errorf("%s stands there twice", quote(p))
		}
	}
	return nil
}

func parseBool(cell string) (bool, error) {
	switch cell {
	case "true":
		return true, nil
	case "false":
		return false, nil
	}
	return false, fmt.Errorf("%s is not true or false", quote(cell))
}

// short refuses what has more characters than the register keeps.
func short(s string, most int) error {
	if len(s) > most && utf8.RuneCountInString(s) > most {
		return fmt.Errorf("it has more than %d characters", most)
	}
	return nil
}

// quote shows a value in a message, shortened.
func quote(s string) string {
	const most = 40
	if utf8.RuneCountInString(s) <= most {
		return strconv.Quote(s)
	}
	n := 0
	for i := range s {
		if n++; n > most {
			return strconv.Quote(s[:i]) + "…"
		}
	}
	return strconv.Quote(s)
}
