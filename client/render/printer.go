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
	JSON  Format = "json"
	CSV   Format = "csv"
)

// Printer writes answers in one format. An error says that the writer, standard output, did not take them.
type Printer struct {
	To     io.Writer
	Format Format
	// Next says what a person types to take a next step, after the sentence of the reason that has it; empty: nothing
	// is said. JSON has the step itself. Nil says nothing.
	Next func(*eilev1.NextStep) string
}

// Message writes one message.
func (p *Printer) Message(v View, message proto.Message) error {
	m := message.ProtoReflect()
	switch p.Format {
	case JSON:
		return p.JSON(message)
	case CSV:
		return p.CSV(v.CSV, [][]string{p.row(columnsOf(v.CSV), m)})
	default:
		return p.Write(func(w io.Writer) error { return p.writeRecord(w, v, m) })
	}
}

// List writes items; JSON is the response that holds them all.
func List[T proto.Message](p *Printer, v View, items []T, response proto.Message) error {
	spec := v.Table
	switch p.Format {
	case JSON:
		return p.JSON(response)
	case CSV:
		spec = v.CSV
	}
	columns := columnsOf(spec)
	rows := make([][]string, len(items))
	for i, item := range items {
		rows[i] = p.row(columns, item.ProtoReflect())
	}
	return p.Rows(response, spec, rows)
}

// Rows writes an answer that is put into rows by hand; JSON is the answer itself, as by JSON.
func (p *Printer) Rows(answer any, columns string, rows [][]string) error {
	switch p.Format {
	case JSON:
		return p.JSON(answer)
	case CSV:
		return p.CSV(columns, rows)
	default:
		return p.Write(func(w io.Writer) error { return WriteTable(w, columns, rows) })
	}
}

// JSON writes a message as the JSON of protobuf, and a value that is no answer of the server as encoding/json does.
func (p *Printer) JSON(answer any) error {
	body, err := spell.JSON(answer)
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
		_ = out.Write(names(columnsOf(columns)))
		_ = out.WriteAll(rows)
		return out.Error()
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
