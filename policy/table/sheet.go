package table

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"
)

// column says how cells under a name are read.
type column[R any] struct {
	name string
	// required columns must be in the header, and their cells not empty.
	required bool
	// lineBreaks may stand in the cell.
	lineBreaks bool
	// read puts a cell that is clean and not empty into the row. The error is about the cell alone.
	read func(*R, string) error
}

// sheet is a kind of file. R is a row of it.
type sheet[R any] struct {
	columns []column[R]
	// begin answers an empty row.
	begin func(line int) R
	// end checks what concerns several cells; fault takes the column, which may be empty, and the
	// message. It is called for rows with faults too.
	end func(row *R, fault func(column, message string))
}

// The longest row, in bytes. An unclosed quote makes the rest of a file one row, which must not
// fill the memory.
const maxRow = 1 << 20

var errLongRow = fmt.Errorf("a row is longer than %d bytes: is a quote not closed?", maxRow)

// guard refuses to read on when the reader of rows is far behind.
type guard struct {
	r io.Reader
	// given to the reader so far, and used by it for whole rows.
	given, used int64
}

func (g *guard) Read(p []byte) (int, error) {
	if g.given-g.used > maxRow+bufferSize {
		return 0, errLongRow
	}
	n, err := g.r.Read(p)
	g.given += int64(n)
	return n, err
}

const bufferSize = 64 << 10

// read streams the rows of a file. A row with faults is left out: each of its faults comes instead,
// with a zero row.
func (s *sheet[R]) read(r io.Reader) iter.Seq2[R, *Fault] {
	return func(yield func(R, *Fault) bool) {
		g := &guard{r: r}
		buffered := bufio.NewReaderSize(g, bufferSize)
		skipped, fault := begin(buffered)
		var none R
		if fault != nil {
			yield(none, fault)
			return
		}
		rows := csv.NewReader(buffered)
		rows.FieldsPerRecord, rows.ReuseRecord = -1, true
		pass := &pass[R]{sheet: s, rows: rows, yield: yield}
		if !pass.header() {
			return
		}
		for pass.next() {
			g.used = skipped + rows.InputOffset()
		}
	}
}

// begin skips a byte order mark and answers its length.
func begin(r *bufio.Reader) (int64, *Fault) {
	start, err := r.Peek(3)
	switch {
	case len(start) == 0 && err == io.EOF:
		return 0, &Fault{Line: 1, Message: "the file is empty: it needs a header row", Fatal: true}
	case string(start) == "\ufeff":
		n, _ := r.Discard(len(start))
		return int64(n), nil
	case len(start) >= 2 && (string(start[:2]) == "\xfe\xff" || string(start[:2]) == "\xff\xfe"):
		return 0, &Fault{Line: 1, Message: "the file is UTF-16: save it as UTF-8", Fatal: true}
	}
	return 0, nil
}

// pass is one reading of a file.
type pass[R any] struct {
	sheet *sheet[R]
	rows  *csv.Reader
	yield func(R, *Fault) bool
	// columns in the order of the file.
	columns []*column[R]
	// line on which the row begins, and whether it has faults.
	line   int
	faulty bool
	// below is the line after the row before.
	below int
	// stopped by the caller.
	stopped bool
}

func (p *pass[R]) fault(f Fault) {
	f.Line, p.faulty = p.line, true
	var none R
	if !p.stopped && !p.yield(none, &f) {
		p.stopped = true
	}
}

// next reads one row; false: there are no more, or nobody wants them.
func (p *pass[R]) next() bool {
	p.faulty = false
	cells, err := p.rows.Read()
	if err == io.EOF {
		return false
	}
	p.place(cells)
	if err != nil {
		return p.broken(err) && !p.stopped
	}
	if len(cells) != len(p.columns) {
		p.fault(Fault{Message: fmt.Sprintf("the row has %d cells, the header has %d", len(cells), len(p.columns))})
		return !p.stopped
	}
	if !slices.ContainsFunc(cells, func(c string) bool { return c != "" }) {
		p.fault(Fault{Message: "every cell is empty: remove the row"})
		return !p.stopped
	}
	row := p.sheet.begin(p.line)
	for i, c := range p.columns {
		if err := c.cell(&row, cells[i]); err != nil {
			p.fault(Fault{Column: c.name, Message: err.Error()})
		}
	}
	p.sheet.end(&row, func(column, message string) { p.fault(Fault{Column: column, Message: message}) })
	if !p.faulty && !p.yield(row, nil) {
		p.stopped = true
	}
	return !p.stopped
}

// place notes where the row of the cells lies. Where the reader failed it may have no cells to
// tell.
func (p *pass[R]) place(cells []string) {
	p.line = p.below
	if last := len(cells) - 1; last >= 0 {
		p.line, _ = p.rows.FieldPos(0)
		end, _ := p.rows.FieldPos(last)
		p.below = end + strings.Count(cells[last], "\n") + 1
	}
}

func (c *column[R]) cell(row *R, cell string) error {
	if cell == "" {
		if c.required {
			return errors.New("it is required, and empty")
		}
		return nil
	}
	if err := clean(cell, c.lineBreaks); err != nil {
		return err
	}
	return c.read(row, cell)
}

// broken reports a row that is not CSV, and answers whether the rows after it can be read.
func (p *pass[R]) broken(err error) bool {
	var syntax *csv.ParseError
	if !errors.As(err, &syntax) {
		p.fault(Fault{Message: "the file cannot be read further: " + err.Error(), Fatal: true, Err: err})
		return false
	}
	p.line, p.below = syntax.StartLine, syntax.Line+1
	message := "a cell with quotes in it is not quoted as a whole: put it in quotes, and double the quotes inside"
	if errors.Is(syntax.Err, csv.ErrQuote) {
		message = "a quoted cell does not end where it should: close the quote, and double quotes that stand inside"
	}
	// Rows that a wrong quote has swallowed were not checked.
	swallowed := syntax.Line > syntax.StartLine
	if swallowed {
		message += fmt.Sprintf("; lines %d to %d were taken for one row", syntax.StartLine, syntax.Line)
	}
	p.fault(Fault{Message: message, Fatal: swallowed})
	return true
}

// header reads the first row and answers whether the rows can be read by it.
func (p *pass[R]) header() bool {
	names, err := p.rows.Read()
	p.line, p.below = 1, 1
	if err == io.EOF {
		p.fault(Fault{Message: "the file is empty: it needs a header row", Fatal: true})
		return false
	}
	p.place(names)
	if err != nil {
		if p.broken(err) {
			p.fault(Fault{Message: "the header row cannot be read", Fatal: true})
		}
		return false
	}
	if len(names) == 1 && strings.ContainsAny(names[0], ";\t") {
		p.fault(Fault{Message: "the columns are not separated by commas: save the file with commas between the cells", Fatal: true})
		return false
	}
	for i, name := range names {
		p.columns = append(p.columns, p.column(name, i))
	}
	for i := range p.sheet.columns {
		if c := &p.sheet.columns[i]; c.required && !slices.Contains(p.columns, c) {
			p.fault(Fault{Column: c.name, Message: "the column is required, and missing in the header", Fatal: true})
		}
	}
	return !p.faulty
}

// column finds the column of a name in the header; nil: it has a fault.
func (p *pass[R]) column(name string, at int) *column[R] {
	if name == "" {
		p.fault(Fault{Message: fmt.Sprintf("column %d has no name in the header", at+1), Fatal: true})
		return nil
	}
	if err := clean(name, false); err != nil {
		p.fault(Fault{Message: fmt.Sprintf("the name of column %d: %v", at+1, err), Fatal: true})
		return nil
	}
	for i := range p.sheet.columns {
		c := &p.sheet.columns[i]
		if c.name != name {
			continue
		}
		if slices.Contains(p.columns, c) {
			p.fault(Fault{Column: name, Message: "the column stands in the header twice", Fatal: true})
		}
		return c
	}
	p.fault(Fault{Column: shorten(name), Message: "unknown column: " + p.sheet.hint(name), Fatal: true})
	return nil
}

// hint returns the known column that the name is close to, or else all of them.
func (s *sheet[R]) hint(name string) string {
	best, distance := "", 3
	names := make([]string, len(s.columns))
	for i, c := range s.columns {
		names[i] = c.name
		if d := edits(strings.ToLower(strings.TrimSpace(name)), c.name); d < distance && d < len(c.name)/2 {
			best, distance = c.name, d
		}
	}
	if best != "" {
		return "is it " + best + "?"
	}
	return "the columns are " + strings.Join(names, ", ")
}
