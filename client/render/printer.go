package render

import (
	"bufio"
	"encoding/csv"
	"fmt"
	"io"

	"google.golang.org/protobuf/proto"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/proto/spell"
)

// Format of what is printed.
type Format string

// The formats. A Printer without one writes tables.
const (
	Table Format = "table"
	Wide  Format = "wide" // a table with the columns of a file behind its own
	JSON  Format = "json"
	YAML  Format = "yaml"
	CSV   Format = "csv"
	Name  Format = "name" // the reference or id of each thing, a line each
)

// Formats are all of them, in the order of help.
var Formats = []Format{Table, Wide, JSON, YAML, CSV, Name}

// Printer writes answers in one format. An error says that the writer, standard output, did not
// take them.
type Printer struct {
	To     io.Writer
	Format Format
	// Next says what a person types to take a next step, after the sentence of the reason that has
	// it; empty: nothing is said. JSON has the step itself. Nil says nothing.
	Next func(*eilev1.NextStep) string
	// NoHeaders leaves out the line with the names of the columns.
	NoHeaders bool
}

// ForPeople tells that the answer is a table, which may have sentences and sections.
func (p *Printer) ForPeople() bool {
	return p.Format == Table || p.Format == Wide || p.Format == ""
}

// ByLine tells that the answer is a line for each thing, so that of an answer with several lists
// one must be chosen.
func (p *Printer) ByLine() bool {
	return p.Format == CSV || p.Format == Name
}

// Message writes one message.
func (p *Printer) Message(v View, message proto.Message) error {
	m := message.ProtoReflect()
	switch p.Format {
	case JSON, YAML:
		return p.Answer(message)
	case CSV:
		return p.CSV(v.CSV, [][]string{p.row(columnsOf(v.CSV), m)})
	case Name:
		return p.lines([][]string{p.row(columnsOf(v.name()), m)})
	default:
		return p.Write(func(w io.Writer) error { return p.writeRecord(w, v, m) })
	}
}

// List writes items; JSON and YAML are the response that holds them all.
func List[T proto.Message](p *Printer, v View, items []T, response proto.Message) error {
	if p.Format == JSON || p.Format == YAML {
		return p.Answer(response)
	}
	spec := p.columns(v)
	columns := columnsOf(spec)
	rows := make([][]string, len(items))
	for i, item := range items {
		rows[i] = p.row(columns, item.ProtoReflect())
	}
	return p.Rows(response, spec, rows)
}

// columns are those of a list that is written in rows.
func (p *Printer) columns(v View) string {
	switch p.Format {
	case CSV:
		return v.CSV
	case Name:
		return v.name()
	case Wide:
		return v.wide()
	default:
		return v.Table
	}
}

// Rows writes an answer that is put into rows by hand; the first cell of a row is the name of what
// it is about. JSON and YAML are the answer itself, as by Answer.
func (p *Printer) Rows(answer any, columns string, rows [][]string) error {
	switch p.Format {
	case JSON, YAML:
		return p.Answer(answer)
	case CSV:
		return p.CSV(columns, rows)
	case Name:
		return p.lines(rows)
	default:
		return p.Write(func(w io.Writer) error { return p.WriteTable(w, columns, rows) })
	}
}

// lines writes the first cell of each row.
func (p *Printer) lines(rows [][]string) error {
	return p.Write(func(w io.Writer) error {
		for _, cells := range rows {
			if _, err := fmt.Fprintln(w, Printable(cells[0])); err != nil {
				return err
			}
		}
		return nil
	})
}

// Answer writes a message as the JSON of protobuf, and a value that is no answer of the server as
// encoding/json does; either as YAML where that is the format.
func (p *Printer) Answer(answer any) error {
	spelt := spell.JSON
	if p.Format == YAML {
		spelt = spell.YAML
	}
	body, err := spelt(answer)
	if err != nil {
		return err
	}
	return p.Write(func(w io.Writer) error {
		_, err := w.Write(body)
		return err
	})
}

// CSV writes rows below the names of their columns.
func (p *Printer) CSV(columns string, rows [][]string) error {
	return p.Write(func(w io.Writer) error {
		out := csv.NewWriter(w)
		if !p.NoHeaders {
			_ = out.Write(names(columnsOf(columns)))
		}
		_ = out.WriteAll(rows)
		return out.Error()
	})
}

// Again parts an answer from the one that was printed before it, where a program reads both from
// one stream.
func (p *Printer) Again() error {
	between := ""
	switch {
	case p.Format == YAML:
		between = "---\n"
	case p.ForPeople():
		between = "\n"
	}
	return p.Write(func(w io.Writer) error {
		_, err := io.WriteString(w, between)
		return err
	})
}

// Write buffers what is printed, and says so when the writer does not take it.
func (p *Printer) Write(to func(io.Writer) error) error {
	out := bufio.NewWriterSize(p.To, 64<<10)
	err := to(out)
	if err == nil {
		err = out.Flush()
	}
	if err != nil {
		return fmt.Errorf("standard output: %w", err)
	}
	return nil
}
