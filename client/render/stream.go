package render

import (
	"cmp"
	"io"
	"strings"
	"unicode/utf8"

	"google.golang.org/protobuf/proto"

	"github.com/eile-housing/eile/proto/spell"
)

// Stream writes a list whose rows are printed as they come, since they are too many to be held
// until the last is known. JSON is a message on a line, YAML a document for each. Columns are as
// wide as the widest cell so far.
type Stream[T proto.Message] struct {
	out     Printer
	columns string
	widths  []int
	begun   bool
}

// NewStream makes a stream of what a view shows of a list.
func NewStream[T proto.Message](p *Printer, v View) *Stream[T] {
	s := &Stream[T]{out: *p, columns: p.columns(v)}
	for _, name := range names(columnsOf(s.columns)) {
		s.widths = append(s.widths, utf8.RuneCountInString(name))
	}
	return s
}

// Add writes rows below those that were written before. The first call writes the names of the
// columns too, so a list without rows has to be told as one.
func (s *Stream[T]) Add(items []T) error {
	switch s.out.Format {
	case JSON:
		return s.messages(items, spell.Line)
	case YAML:
		return s.messages(items, spell.YAML)
	default:
		err := s.out.Rows(nil, s.columns, s.rows(items))
		s.out.NoHeaders = true
		return err
	}
}

func (s *Stream[T]) messages(items []T, spelt func(any) ([]byte, error)) error {
	return s.out.Write(func(w io.Writer) error {
		for _, item := range items {
			body, err := spelt(item)
			if err != nil {
				return err
			}
			if s.begun && s.out.Format == YAML {
				body = append([]byte("---\n"), body...)
			}
			s.begun = true
			if _, err := w.Write(body); err != nil {
				return err
			}
		}
		return nil
	})
}

// rows are the cells of items. In a table every cell but the last is filled up to the width that
// its column had in the rows before.
func (s *Stream[T]) rows(items []T) [][]string {
	columns := columnsOf(s.columns)
	rows := make([][]string, len(items))
	for i, item := range items {
		rows[i] = s.out.row(columns, item.ProtoReflect())
	}
	if !s.out.ForPeople() {
		return rows
	}
	for _, cells := range rows {
		for i, text := range cells {
			s.widths[i] = max(s.widths[i], utf8.RuneCountInString(text))
		}
	}
	for _, cells := range rows {
		for i, text := range cells[:len(cells)-1] {
			text = cmp.Or(text, "-")
			cells[i] = text + strings.Repeat(" ", s.widths[i]-utf8.RuneCountInString(text))
		}
	}
	return rows
}
