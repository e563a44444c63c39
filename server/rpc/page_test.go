package rpc

import (
	"fmt"
	"slices"
	"testing"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/store"
)

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
			units, next, err := List(t.Context(), o, req, func(v *store.View, start string) Entries[*eilev1.Unit] { return store.Units.All(v, "", start) },
				func(_ *store.View, unit *eilev1.Unit) (bool, error) { return unit.GetRooms() != 1, nil })
			for _, unit := range units {
				names = append(names, unit.GetReference())
			}
			return names, next, err
		},
		"Cut": func(req *eilev1.ListUnitsRequest) (names []string, next string, err error) {
			page, err := PageOf(req)
			if err == nil {
				names, next = Cut(page, []string{"U-00", "U-02", "U-03", "U-05", "U-06", "U-08", "U-09"}, func(name string) string { return name })
			}
			return names, next, err
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
	token := first.Token("U-07")
	if page, err := PageOf(&eilev1.ListUnitsRequest{PageSize: 5000, PageToken: token}); err != nil || page.Start != "U-07" || page.Size != maxPage {
		t.Errorf("%d from %q: %v", page.Size, page.Start, err)
	}
	other := eilev1.UnitStatus_UNIT_STATUS_LET
	for _, req := range []Paged{
		&eilev1.ListUnitsRequest{PageToken: token, Status: other}, &eilev1.ListOffersRequest{PageToken: token},
		&eilev1.ListUnitsRequest{PageToken: "not base64!"}, &eilev1.ListUnitsRequest{PageToken: "c2hvcnQ"},
	} {
		_, err := PageOf(req)
		if err := tell(t.Context(), err); status.Code(err) != codes.InvalidArgument || fields(err) != "page_token" {
			t.Errorf("%v: %v", req, err)
		}
	}
}
