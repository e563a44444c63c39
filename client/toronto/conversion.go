package toronto

import (
	"bufio"
	"encoding/csv"
	"errors"
	"io"
	"iter"
	"slices"
	"strconv"

	"github.com/eile-housing/eile/policy/table"
)

// Policy is the name of the shipped policy that declares the attributes in the files.
const Policy = "toronto-rentsafe"

// The files that rows go to.
const (
	UnitsFile       = "units.csv"
	InspectionsFile = "inspections.csv"
	QuirksFile      = "quirks.csv"
)

// Row is one line of a file; the first of each file is its header.
type Row struct {
	File  string
	Cells []string
}

// Quirk is a kind of oddity of the city's file, what is done about it, and how often it came.
type Quirk struct {
	Kind  string `json:"kind"`
	Done  string `json:"done"`
	Count int    `json:"count"`
}

// Conversion turns one file of evaluations into rows of ours. What it counts is complete when the
// rows have ended; the quirks stand in the order in which they first came.
type Conversion struct {
	Units       int
	Inspections int
	Quirks      []Quirk

	declared  attributes
	columns   []column // in the order of the city's file; nil before its header was read
	toUnits   []string // columns of UnitsFile
	toRows    []string // columns of InspectionsFile
	buildings []*building
	byRSN     map[string]*building

	// rows and faults of the line that is being read.
	rows   []Row
	faults []*table.Fault
}

// attributes that the policy declares.
type attributes struct{ units, inspections []table.Attribute }

// New makes a conversion under the attributes that the policy declares for homes and for
// inspections.
func New(units, inspections []table.Attribute) *Conversion {
	return &Conversion{Quirks: []Quirk{}, declared: attributes{units, inspections}, byRSN: map[string]*building{}}
}

// Rows reads the city's file and answers the rows of all files, line by line, and a fault for what
// cannot be told. After a fault the rows are not fit to import; reading goes on, to tell every
// fault of the file.
func (c *Conversion) Rows(city io.Reader) iter.Seq2[Row, *table.Fault] {
	return func(yield func(Row, *table.Fault) bool) {
		lines := csv.NewReader(withoutMark(city))
		lines.ReuseRecord = true
		c.row(QuirksFile, "line", "column", "found", "kind", "done")
		for more := true; more; {
			more = c.next(lines)
			if !c.hand(yield) {
				return
			}
		}
	}
}

// withoutMark drops the mark of UTF-8 at the beginning of a file.
func withoutMark(city io.Reader) io.Reader {
	buffered := bufio.NewReader(city)
	if mark, err := buffered.Peek(3); err == nil && string(mark) == "\ufeff" {
		_, _ = buffered.Discard(len(mark))
	}
	return buffered
}

// next turns one line; false: there is nothing more to read.
func (c *Conversion) next(lines *csv.Reader) bool {
	cells, err := lines.Read()
	switch {
	case errors.Is(err, io.EOF) && c.columns == nil:
		c.fault(1, "", "the file is empty")
		return false
	case errors.Is(err, io.EOF):
		c.unitRows()
		return false
	case err != nil:
		line := 0
		if syntax, ok := errors.AsType[*csv.ParseError](err); ok {
			line, err = syntax.StartLine, syntax.Err
		}
		c.fault(line, "", err.Error())
		return false
	case c.columns == nil:
		c.header(cells)
		return len(c.faults) == 0
	default:
		line, _ := lines.FieldPos(0)
		c.evaluation(line, cells)
		return true
	}
}

// hand hands on what a line gave, and forgets it.
func (c *Conversion) hand(yield func(Row, *table.Fault) bool) bool {
	for _, row := range c.rows {
		if !yield(row, nil) {
			return false
		}
	}
	for _, fault := range c.faults {
		if !yield(Row{}, fault) {
			return false
		}
	}
	c.rows, c.faults = c.rows[:0], c.faults[:0]
	return true
}

func (c *Conversion) row(file string, cells ...string) {
	c.rows = append(c.rows, Row{file, cells})
}

// fault notes what cannot be told from the file.
func (c *Conversion) fault(line int, column, message string) {
	c.faults = append(c.faults, &table.Fault{Line: line, Column: column, Message: message})
}

// odd notes what the file writes in an odd way.
func (c *Conversion) odd(q Quirk, line int, column, found string) {
	i := slices.IndexFunc(c.Quirks, func(known Quirk) bool { return known.Kind == q.Kind })
	if i < 0 {
		i, c.Quirks = len(c.Quirks), append(c.Quirks, q)
	}
	c.Quirks[i].Count++
	c.row(QuirksFile, strconv.Itoa(line), column, found, q.Kind, q.Done)
}
