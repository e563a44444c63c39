package main

import (
	"bufio"
	"cmp"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"unicode"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// print writes one message in the format that was asked for.
func (s *session) print(v view, message proto.Message) error {
	m := message.ProtoReflect()
	switch s.format {
	case "json":
		return s.printJSON(message)
	case "csv":
		columns := columnsOf(v.csv)
		return s.printCSV(columns, [][]string{row(columns, m)})
	default:
		return s.printRecord(v, m)
	}
}

// printList writes items in the format that was asked for; JSON is the response that holds them all.
func printList[T proto.Message](s *session, v view, items []T, response proto.Message) error {
	if s.format == "json" {
		return s.printJSON(response)
	}
	columns := columnsOf(v.table)
	if s.format == "csv" {
		columns = columnsOf(v.csv)
	}
	rows := make([][]string, len(items))
	for i, item := range items {
		rows[i] = row(columns, item.ProtoReflect())
	}
	if s.format == "csv" {
		return s.printCSV(columns, rows)
	}
	return s.write(func(w io.Writer) error { return writeTable(w, columns, rows) })
}

func (s *session) printJSON(message proto.Message) error {
	body, err := jsonOf(message.ProtoReflect())
	if err != nil {
		return err
	}
	return s.write(func(w io.Writer) error {
		_, err := w.Write(body)
		return err
	})
}

// printValue writes as JSON what is no answer of the server.
func (s *session) printValue(v any) error {
	return s.write(func(w io.Writer) error {
		enc := json.NewEncoder(w)
		enc.SetEscapeHTML(false)
		enc.SetIndent("", "  ")
		return enc.Encode(v)
	})
}

func (s *session) printCSV(columns []column, rows [][]string) error {
	return s.write(func(w io.Writer) error {
		out := csv.NewWriter(w)
		_ = out.Write(names(columns))
		_ = out.WriteAll(rows)
		return out.Error()
	})
}

// printRecord writes a message as one line for each field that is set, and its parts below as tables.
func (s *session) printRecord(v view, m protoreflect.Message) error {
	columns := columnsOf(v.record)
	if v.record == "" {
		columns = columnsOf(v.csv)
	}
	return s.write(func(w io.Writer) error {
		lines := newTabs(w)
		for i, text := range row(columns, m) {
			if text != "" {
				fmt.Fprintf(lines, "%s\t%s\n", header(columns[i].name), printable(text))
			}
		}
		if err := lines.Flush(); err != nil {
			return err
		}
		for _, part := range v.parts {
			if err := writePart(w, part, m); err != nil {
				return err
			}
		}
		return nil
	})
}

func writePart(w io.Writer, p part, m protoreflect.Message) error {
	list := m.Get(m.Descriptor().Fields().ByName(protoreflect.Name(p.field))).List()
	if list.Len() == 0 {
		return nil
	}
	columns := columnsOf(p.columns)
	rows := make([][]string, list.Len())
	for i := range rows {
		rows[i] = row(columns, list.Get(i).Message())
	}
	fmt.Fprintf(w, "\n%s\n", header(p.field))
	return writeTable(w, columns, rows)
}

func writeTable(w io.Writer, columns []column, rows [][]string) error {
	table := newTabs(w)
	heads := names(columns)
	for i, name := range heads {
		heads[i] = header(name)
	}
	writeRow(table, heads)
	for _, cells := range rows {
		writeRow(table, cells)
	}
	return table.Flush()
}

func newTabs(w io.Writer) *tabwriter.Writer {
	return tabwriter.NewWriter(w, 0, 8, 2, ' ', 0)
}

// writeRow puts a dash where a cell is empty, so that programs which split at spaces count the same columns. The last cell
// has no tab: no line ends in spaces because of a longer one below.
func writeRow(w io.Writer, cells []string) {
	for i, text := range cells {
		if i > 0 {
			_, _ = io.WriteString(w, "\t")
		}
		_, _ = io.WriteString(w, cmp.Or(printable(text), "-"))
	}
	_, _ = io.WriteString(w, "\n")
}

func names(columns []column) []string {
	list := make([]string, len(columns))
	for i, c := range columns {
		list[i] = c.name
	}
	return list
}

func header(name string) string {
	return strings.ToUpper(strings.ReplaceAll(name, "_", "-"))
}

// printable replaces what would break a line or steer a terminal: the text comes from strangers.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, text)
}

// write buffers what is printed, and says so when standard output does not take it.
func (s *session) write(to func(io.Writer) error) error {
	out := bufio.NewWriterSize(s.stdout, 64<<10)
	err := to(out)
	if err == nil {
		err = out.Flush()
	}
	if err != nil {
		return fmt.Errorf("standard output: %w", err)
	}
	return nil
}
