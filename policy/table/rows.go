package table

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"google.golang.org/protobuf/proto"

	"github.com/eile-housing/eile/policy/number"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// NoRows is the cell of Rows that says that there are none, which is another thing than an empty
// cell.
const NoRows = "none"

// maxRows bounds the rows of one cell, as members and hazards are bounded.
const maxRows = 100

// ParseRows reads a cell of Rows: rows parted by ";", their fields by "/". A field that is empty is
// unset and nil; the fields that name a row are never unset. The same row twice is one row; two
// rows of one name that say different things are an error.
func ParseRows(a Attribute, cell string) ([][]*eilev1.Fact, error) {
	if err := short(cell, maxText); err != nil {
		return nil, err
	}
	if cell == NoRows {
		return nil, nil
	}
	written := strings.Split(cell, ";")
	if len(written) > maxRows {
		return nil, fmt.Errorf("there are more than %d rows", maxRows)
	}
	rows := make([][]*eilev1.Fact, 0, len(written))
	for i, text := range written {
		if text == "" {
			return nil, fmt.Errorf("row %d of %d is empty: remove the ; too many, or write %s for no rows", i+1, len(written), NoRows)
		}
		row, err := a.row(text)
		if err != nil {
			return nil, fmt.Errorf("row %d, %s: %w", i+1, quote(text), err)
		}
		at := slices.IndexFunc(rows, func(other []*eilev1.Fact) bool { return equalFacts(other[:a.Keys], row[:a.Keys]) })
		switch {
		case at < 0:
			rows = append(rows, row)
		case !equalFacts(rows[at], row):
			return nil, fmt.Errorf("row %d, %s, says other things of %s than a row before it", i+1, quote(text), strings.Join(strings.Split(text, "/")[:a.Keys], "/"))
		}
	}
	return rows, nil
}

// row reads the fields of one row.
func (a *Attribute) row(text string) ([]*eilev1.Fact, error) {
	fields := strings.Split(text, "/")
	if len(fields) != len(a.Columns) {
		return nil, fmt.Errorf("it has %d fields, not the %d of %s", len(fields), len(a.Columns), a.form())
	}
	row := make([]*eilev1.Fact, len(fields))
	for i, field := range fields {
		c := &a.Columns[i]
		if field == "" && i < a.Keys {
			return nil, fmt.Errorf("%s is empty, and it names the row", c.Name)
		}
		if strings.TrimSpace(field) != field {
			return nil, fmt.Errorf("%s begins or ends with a space: remove it", c.Name)
		}
		if field == "" {
			continue
		}
		fact, err := ParseFact(c.Attribute, field)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", c.Name, err)
		}
		row[i] = fact
	}
	return row, a.shares(row)
}

// form writes how a row is written.
func (a *Attribute) form() string {
	names := make([]string, len(a.Columns))
	for i, c := range a.Columns {
		names[i] = c.Name
	}
	return strings.Join(names, "/")
}

var errShareMissing = errors.New("a share is empty; write 0 where there is none")

// shares checks that the shares of a row add up. What is left of a whole number is summed in
// billionths, in which every decimal of the register is whole.
func (a *Attribute) shares(row []*eilev1.Fact) error {
	var total, sum, billionths int64
	var names []string
	for i, c := range a.Columns {
		if c.ShareOf == nil {
			continue
		}
		if row[i] == nil {
			return errShareMissing
		}
		part, rest := row[i].GetIntValue(), uint32(0)
		if d := row[i].GetDecimalValue(); d != nil {
			part, rest = number.Of(d).Split()
		}
		total, sum, billionths, names = *c.ShareOf, sum+part, billionths+int64(rest), append(names, c.Name)
	}
	if sum+billionths/billion != total || billionths%billion != 0 {
		return fmt.Errorf("%s do not add up to %d", strings.Join(names, " + "), total)
	}
	return nil
}

const billion = 1_000_000_000

func equalFacts(a, b []*eilev1.Fact) bool {
	return slices.EqualFunc(a, b, func(x, y *eilev1.Fact) bool { return proto.Equal(x, y) })
}
