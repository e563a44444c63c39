package render

import (
	"cmp"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"unicode"

	"google.golang.org/protobuf/reflect/protoreflect"
)

// WriteTable writes rows below the names of their columns, aligned by spaces.
func (p *Printer) WriteTable(w io.Writer, columns string, rows [][]string) error {
	table := newTabs(w)
	if !p.NoHeaders {
		heads := names(columnsOf(columns))
		for i, name := range heads {
			heads[i] = header(name)
		}
		writeRow(table, heads)
	}
	for _, cells := range rows {
		writeRow(table, cells)
	}
	return table.Flush()
}

// writeRecord writes a message as one line for each field that is set, and its parts below as
// tables.
func (p *Printer) writeRecord(w io.Writer, v View, m protoreflect.Message) error {
	columns := columnsOf(cmp.Or(v.Record, v.CSV))
	lines := newTabs(w)
	for i, text := range p.row(columns, m) {
		if text != "" {
			fmt.Fprintf(lines, "%s\t%s\n", header(columns[i].name), Printable(text))
		}
	}
	if err := lines.Flush(); err != nil {
		return err
	}
	for _, part := range v.Parts {
		if err := p.writePart(w, part, m); err != nil {
			return err
		}
	}
	return nil
}

func (p *Printer) writePart(w io.Writer, part Part, m protoreflect.Message) error {
	list := m.Get(m.Descriptor().Fields().ByName(protoreflect.Name(part.Field))).List()
	if list.Len() == 0 {
		return nil
	}
	columns := columnsOf(part.Columns)
	rows := make([][]string, list.Len())
	for i := range rows {
		rows[i] = p.row(columns, list.Get(i).Message())
	}
	fmt.Fprintf(w, "\n%s\n", header(part.Field))
	return p.WriteTable(w, part.Columns, rows)
}

func newTabs(w io.Writer) *tabwriter.Writer {
	return tabwriter.NewWriter(w, 0, 8, 2, ' ', 0)
}

// writeRow puts a dash where a cell is empty, so that programs which split at spaces count the same
// columns. The last cell has no tab: no line ends in spaces because of a longer one below.
func writeRow(w io.Writer, cells []string) {
	for i, text := range cells {
		if i > 0 {
			_, _ = io.WriteString(w, "\t")
		}
		_, _ = io.WriteString(w, cmp.Or(Printable(text), "-"))
	}
	_, _ = io.WriteString(w, "\n")
}

func header(name string) string {
	return strings.ToUpper(strings.ReplaceAll(name, "_", "-"))
}

// Printable replaces what would break a line or steer a terminal: the text comes from strangers.
func Printable(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, text)
}

// Fault is FILE:LINE: column: what is wrong, without the parts that a fault does not have; 0 is no
// line.
func Fault(file string, line int, column, message string) string {
	if line > 0 {
		file = fmt.Sprintf("%s:%d", file, line)
	}
	if column != "" {
		message = column + ": " + message
	}
	return Printable(file + ": " + message)
}
