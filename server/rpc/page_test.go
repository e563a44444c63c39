package rpc

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"pgregory.net/rapid"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/store"
)

func references(units []*eilev1.Unit) (names []string) {
	for _, unit := range units {
		names = append(names, unit.GetReference())
	}
	return names
}

// stocked is an office with some homes.
func stocked(t *testing.T, homes int) *Office {
	t.Helper()
	o := newOffice(t)
	for i := range homes {
		stamp, err := o.Stamp(t.Context(), nil, "test", "")
		if err != nil {
			t.Fatal(err)
		}
		_, _, err = o.Register.Update(t.Context(), stamp, func(tx *store.Tx) error {
			return tx.PutUnit(&eilev1.Unit{Reference: fmt.Sprintf("U-%02d", i), Rooms: new(int32(i % 3)), Status: eilev1.UnitStatus_UNIT_STATUS_VACANT})
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return o
}

// Pages, of whatever size, are the list: nothing is skipped or repeated.
func TestPagesAreTheList(t *testing.T) {
	t.Parallel()
	o := stocked(t, 10)
	pages := map[string]func(*eilev1.ListUnitsRequest) ([]string, string, error){
		"List": func(req *eilev1.ListUnitsRequest) (names []string, next string, err error) {
			rows, err := List(t.Context(), o, req, Listing[*eilev1.Unit]{
				From: All(store.Units), Keep: func(_ *store.View, unit *eilev1.Unit) (bool, error) { return unit.GetRooms() != 1, nil },
			})
			if rows.Total != (Total{Size: 7}) {
				t.Errorf("the total is %v", rows.Total)
			}
			return references(rows.Rows), rows.Next, err
		},
		"Cut": func(req *eilev1.ListUnitsRequest) (names []string, next string, err error) {
			page, err := PageOf(req)
			if err != nil {
				return nil, "", err
			}
			var units []*eilev1.Unit
			for _, name := range []string{"U-00", "U-02", "U-03", "U-05", "U-06", "U-08", "U-09"} {
				units = append(units, &eilev1.Unit{Reference: name})
			}
			rows := Cut(page, units, (*eilev1.Unit).GetReference)
			if rows.Total != (Total{Size: 7}) {
				t.Errorf("the total is %v", rows.Total)
			}
			return references(rows.Rows), rows.Next, nil
		},
	}
	want := []string{"U-00", "U-02", "U-03", "U-05", "U-06", "U-08", "U-09"}
	for name, page := range pages {
		for size := range int32(9) {
			var got []string
			req := &eilev1.ListUnitsRequest{PageSize: size}
			for {
				some, next, err := page(req)
				if err != nil || size > 0 && len(some) > int(size) {
					t.Fatalf("%s: %q, %v", name, some, err)
				}
				if got = append(got, some...); next == "" {
					break
				}
				req.PageToken = next
			}
			if !slices.Equal(got, want) {
				t.Errorf("%s by %d: %q", name, size, got)
			}
		}
	}
}

// A token answers its own query, whatever the size of its pages; any other use is
// refused.
func TestTokensAreBoundToTheirQuery(t *testing.T) {
	t.Parallel()
	first, err := PageOf(&eilev1.ListUnitsRequest{PageSize: 3})
	if err != nil {
		t.Fatal(err)
	}
	token := first.Token("U-07", Total{Size: 9, Minimum: true})
	if page, err := PageOf(&eilev1.ListUnitsRequest{PageSize: 5000, PageToken: token}); err != nil || page.Start != "U-07" || page.Size != maxPage || page.total != (Total{Size: 9, Minimum: true}) {
		t.Errorf("%d from %q: %v", page.Size, page.Start, err)
	}
	other := eilev1.UnitStatus_UNIT_STATUS_LET
	for _, req := range []Paged{
		&eilev1.ListUnitsRequest{PageToken: token, Status: other}, &eilev1.ListOffersRequest{PageToken: token},
		&eilev1.ListUnitsRequest{PageToken: "not base64!"}, &eilev1.ListUnitsRequest{PageToken: "c2hvcnQ"},
		&eilev1.ListUnitsRequest{PageToken: token[:len(token)-2]}, &eilev1.ListUnitsRequest{PageToken: token + "AA"},
	} {
		_, err := PageOf(req)
		if err := tell(t.Context(), err); status.Code(err) != codes.InvalidArgument || fields(err) != "page_token" {
			t.Errorf("%v: %v", req, err)
		}
	}
}

// A page ends at 1 MiB of answer, and holds at least one row.
func TestPagesAreBoundedByBytes(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		sizes := rapid.SliceOfN(rapid.IntRange(1, pageBytes*3/2), 1, 12).Draw(t, "sizes")
		var rows []*eilev1.Unit
		for i, size := range sizes {
			rows = append(rows, &eilev1.Unit{Reference: fmt.Sprintf("U-%02d", i), Address: strings.Repeat("a", size)})
		}
		var got []*eilev1.Unit
		for page := (Page{Size: maxPage, query: &eilev1.ListUnitsRequest{}}); ; {
			cut := Cut(page, rows, (*eilev1.Unit).GetReference)
			bytes := 0
			for _, row := range cut.Rows {
				bytes += proto.Size(row)
			}
			if len(cut.Rows) == 0 || len(cut.Rows) > 1 && bytes > pageBytes {
				t.Fatalf("a page of %d rows has %d bytes", len(cut.Rows), bytes)
			}
			if got = append(got, cut.Rows...); cut.Next == "" {
				break
			}
			var err error
			if page, err = PageOf(&eilev1.ListUnitsRequest{PageSize: maxPage, PageToken: cut.Next}); err != nil {
				t.Fatal(err)
			}
		}
		if !slices.Equal(references(got), references(rows)) {
			t.Errorf("%q", references(got))
		}
	})
}

// A filter that little matches answers a page that is not full and a token, and a
// total that is a minimum; the pages are the filtered whole all the same.
func TestOneCallLooksAtSoMuch(t *testing.T) {
	t.Parallel()
	const last = 2*MaxLooked + 10
	o := newOffice(t)
	listing := Listing[*eilev1.Unit]{
		From: func(_ *store.View, start string) Entries[*eilev1.Unit] {
			return func(yield func(store.Entry[*eilev1.Unit], error) bool) {
				from, _ := strconv.Atoi(start)
				for i := from; i < last; i++ {
					id := strconv.Itoa(i)
					if !yield(store.Entry[*eilev1.Unit]{ID: id, Record: &eilev1.Unit{Reference: id}}, nil) {
						return
					}
				}
			}
		},
		Keep: func(_ *store.View, unit *eilev1.Unit) (bool, error) {
			return strings.HasSuffix(unit.GetReference(), "0005"), nil
		},
	}
	req := &eilev1.ListUnitsRequest{}
	var got []string
	for calls := 1; ; calls++ {
		rows, err := List(t.Context(), o, req, listing)
		if err != nil || rows.Total != (Total{Minimum: true}) {
			t.Fatalf("%v, %v", rows.Total, err)
		}
		if got = append(got, references(rows.Rows)...); rows.Next == "" {
			if calls != 3 {
				t.Errorf("%d calls", calls)
			}
			break
		}
		req.PageToken = rows.Next
	}
	if want := []string{"10005", "20005"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

// What is stored in large records is not read without end either.
func TestOneCallReadsSoMuch(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	read := 0
	rows, err := List(t.Context(), o, &eilev1.ListUnitsRequest{}, Listing[*eilev1.Unit]{
		From: func(*store.View, string) Entries[*eilev1.Unit] {
			return func(yield func(store.Entry[*eilev1.Unit], error) bool) {
				for yield(store.Entry[*eilev1.Unit]{ID: strconv.Itoa(read), Record: &eilev1.Unit{}, Bytes: 1 << 20}, nil) {
					read++
				}
			}
		},
		Keep: func(*store.View, *eilev1.Unit) (bool, error) { return false, nil },
	})
	if err != nil || rows.Next == "" || read > 20 {
		t.Errorf("%d records were read, %v", read, err)
	}
}

// An order without an index is refused with those that there are.
func TestOrder(t *testing.T) {
	t.Parallel()
	for asked, want := range map[string]string{"": "id desc", "id": "id", "id desc": "id desc"} {
		if got, err := Order(asked, "id desc", "id"); got != want || err != nil {
			t.Errorf("%q is %q, %v", asked, got, err)
		}
	}
	_, err := Order("state", "id desc", "id")
	if err := tell(t.Context(), err); status.Code(err) != codes.InvalidArgument || fields(err) != "order_by" || !strings.Contains(err.Error(), "id desc, id") {
		t.Error(err)
	}
}
