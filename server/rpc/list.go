package rpc

import (
	"context"
	"iter"
	"strings"

	"google.golang.org/protobuf/proto"

	"github.com/eile-housing/eile/store"
)

// One call looks at MaxLooked records, and reads about maxRead bytes of them: a
// filter that little matches answers an empty page and a token instead of reading
// a whole register.
const (
	MaxLooked = 10_000
	maxRead   = 16 << 20
)

// Entries are records in the order of their ids, from a start on.
type Entries[M any] = iter.Seq2[store.Entry[M], error]

// All yields the records of a kind.
func All[M any](kind interface {
	All(v *store.View, prefix, start string) iter.Seq2[store.Entry[M], error]
}) func(*store.View, string) Entries[M] {
	return func(v *store.View, start string) Entries[M] { return kind.All(v, "", start) }
}

// Count counts the records of a kind, which is much less work than to read them.
func Count(kind interface {
	Count(v *store.View, most int) (count int, more bool, err error)
}) func(*store.View) (Total, error) {
	return func(v *store.View) (Total, error) {
		count, more, err := kind.Count(v, MaxLooked)
		return Total{Size: int32(count), Minimum: more}, err
	}
}

// Listing is where the rows of a list come from.
type Listing[M proto.Message] struct {
	// From yields the records in their order; a page begins at the id of one.
	From func(v *store.View, start string) Entries[M]
	// Keep tells whether a record is asked for.
	Keep func(*store.View, M) (bool, error)
	// Fill adds to a row what stands beside the record; nil: nothing.
	Fill func(*store.View, M) error
	// Count tells how many rows there are where no filter is asked for; nil: they
	// are read to be counted.
	Count func(*store.View) (Total, error)
}

// Rows are one page of a list.
type Rows[M any] struct {
	Rows  []M
	Next  string // the token of the next page; empty: this is the last
	Total Total
}

// List returns one page of the records that are kept. They come from one
// snapshot.
func List[M proto.Message](ctx context.Context, o *Office, req Paged, listing Listing[M]) (Rows[M], error) {
	page, err := PageOf(req)
	if err != nil {
		return Rows[M]{}, err
	}
	var rows Rows[M]
	err = o.View(ctx, func(v *store.View) (err error) {
		rows, err = listing.page(v, page)
		return err
	})
	return rows, err
}

// page reads one page, and counts where it is the first.
func (l Listing[M]) page(v *store.View, page Page) (rows Rows[M], err error) {
	sheet := sheet[M]{page: page, counting: page.Start == ""}
	if sheet.counting && l.Count != nil && page.whole() {
		sheet.counting = false
		if sheet.page.total, err = l.Count(v); err != nil {
			return rows, err
		}
	}
	err = l.read(v, &sheet)
	return sheet.rows(), err
}

// read puts records on a sheet until it has enough.
func (l Listing[M]) read(v *store.View, sheet *sheet[M]) error {
	looked, read := 0, 0
	for entry, err := range l.From(v, sheet.page.Start) {
		if err != nil {
			return err
		}
		if looked == MaxLooked || read > maxRead {
			sheet.endEarly(entry.ID)
			return nil
		}
		looked, read = looked+1, read+entry.Bytes
		kept, err := l.Keep(v, entry.Record)
		if err != nil {
			return err
		}
		if !kept {
			continue
		}
		if sheet.full() {
			if sheet.over(entry.ID); sheet.done() {
				return nil
			}
			continue
		}
		Date(entry.Record)
		if l.Fill != nil {
			if err := l.Fill(v, entry.Record); err != nil {
				return err
			}
		}
		if sheet.add(entry.ID, entry.Record); sheet.done() {
			return nil
		}
	}
	return nil
}

// Walk returns one page of rows that stand in an order outside of the store, whose
// number is known; it begins at the first of them.
func Walk[M proto.Message](page Page, from Entries[M], keep func(M) bool, total Total) (Rows[M], error) {
	sheet := sheet[M]{page: page}
	if page.Start == "" {
		sheet.page.total = total
	}
	listing := Listing[M]{
		From: func(*store.View, string) Entries[M] { return from },
		Keep: func(_ *store.View, row M) (bool, error) { return keep(row), nil },
	}
	err := listing.read(nil, &sheet)
	return sheet.rows(), err
}

// Cut returns one page of rows that stand in the order of their keys, which are
// all that is asked for.
func Cut[M proto.Message](page Page, rows []M, key func(M) string) Rows[M] {
	return CutBy(page, rows, key, strings.Compare, Total{Size: int32(len(rows))})
}

// CutBy does so for keys of another order, and of rows of which there may be more.
func CutBy[M proto.Message](page Page, rows []M, key func(M) string, compare func(a, b string) int, total Total) Rows[M] {
	sheet := sheet[M]{page: page}
	if page.Start == "" {
		sheet.page.total = total
	}
	for _, row := range rows {
		if page.Start != "" && compare(key(row), page.Start) < 0 {
			continue
		}
		if sheet.add(key(row), row); sheet.done() {
			break
		}
	}
	return sheet.rows()
}

// sheet is one page while it is filled.
type sheet[M proto.Message] struct {
	page     Page
	counting bool // the rows after the page are counted too
	on       []M
	bytes    int
	next     string // where the next page begins; empty: not known yet
}

// full tells whether the next page has begun.
func (s *sheet[M]) full() bool { return s.next != "" }

// done tells whether nothing more needs to be looked at.
func (s *sheet[M]) done() bool { return s.full() && !s.counting }

// add puts a row on the sheet, or begins the next page with it. At least one
// fits.
func (s *sheet[M]) add(id string, row M) {
	size := proto.Size(row)
	if len(s.on) == s.page.Size || len(s.on) > 0 && s.bytes+size > pageBytes {
		s.over(id)
		return
	}
	s.on, s.bytes = append(s.on, row), s.bytes+size
	s.count()
}

// over notes a row that stands on a later page.
func (s *sheet[M]) over(id string) {
	if s.next == "" {
		s.next = id
	}
	s.count()
}

func (s *sheet[M]) count() {
	if s.counting {
		s.page.total.Size++
	}
}

// endEarly ends the sheet before the record of an id.
func (s *sheet[M]) endEarly(id string) {
	if s.next == "" {
		s.next = id
	}
	if s.counting {
		s.page.total.Minimum = true
	}
}

func (s *sheet[M]) rows() Rows[M] {
	rows := Rows[M]{Rows: s.on, Total: s.page.total}
	if s.next != "" {
		rows.Next = s.page.Token(s.next, s.page.total)
	}
	return rows
}
