package server_test

import (
	"fmt"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/store"
)

// most is how many bytes of rows a page has; what a page says beside them is little.
const most = 1<<20 + 1<<10

// Large records fill many pages, and none of them is larger than a message.
func TestPagesOfLargeRecords(t *testing.T) {
	t.Parallel()
	const records = 400
	w := unchecked(t, townPolicy+"mode: fill\n")
	var evidence []*eilev1.Evidence
	for range 200 {
		evidence = append(evidence, &eilev1.Evidence{Kind: "income", Source: strings.Repeat("e", 200)})
	}
	for i := range records {
		reference := fmt.Sprintf("A-%03d", i)
		_, _, err := w.Register.Update(t.Context(), w.Stamp("application.register"), func(tx *store.Tx) error {
			return store.Applications.Put(tx, reference, &eilev1.Application{Reference: reference, Evidence: evidence})
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	w.bounded(&eilev1.ListApplicationsRequest{PageSize: 1000}, records)
	w.bounded(&eilev1.ListApplicationsRequest{PageSize: 1000, OrderBy: "position"}, records)
}

// A class of need is a text that a policy makes of facts, and may be long.
func TestPagesOfLargePlaces(t *testing.T) {
	t.Parallel()
	const households = 400
	long := strings.Replace(townPolicy+"mode: fill\n",
		`class: "string(need) + (needs_adapted ? ' adapted' : '')"`, `class: "'`+strings.Repeat("c", 3900)+`'"`, 1)
	w := unchecked(t, long)
	for i := range households {
		w.waits(fmt.Sprintf("A-%03d", i), "2020-01-01", 2)
	}
	w.bounded(&eilev1.ListPositionsRequest{PageSize: 1000}, households)
}

// bounded reads a list that does not fit one page.
func (w *town) bounded(req proto.Message, rows int) {
	w.Helper()
	first, err := pageOf(w, req)
	if err != nil {
		w.Fatal(err)
	}
	if first.bytes > most || len(first.rows) == 0 || first.next == "" {
		w.Errorf("%v: the first page has %d rows in %d bytes", req, len(first.rows), first.bytes)
	}
	if got, total := walk(w, req, large, never); len(got) != rows || total.total != rows || total.minimum {
		w.Errorf("%v: %d rows, and %d are said", req, len(got), total.total)
	}
}

// Rows are counted up to ten thousand; where there are more, the total says that it
// is a minimum.
func TestTotals(t *testing.T) {
	t.Parallel()
	const counted = 10_000
	w := unchecked(t, townPolicy+"mode: fill\n")
	register := func(from, until int) {
		for ; from < until; from += 50 {
			_, _, err := w.Register.Update(t.Context(), w.Stamp("unit.register"), func(tx *store.Tx) error {
				for i := from; i < min(from+50, until); i++ {
					unit := &eilev1.Unit{Reference: fmt.Sprintf("U-%05d", i), Rooms: proto.Int32(int32(i % 2))}
					if err := tx.PutUnit(unit); err != nil {
						return err
					}
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	register(0, counted)
	for _, minimum := range []bool{false, true} {
		for _, test := range []struct {
			req  *eilev1.ListUnitsRequest
			rows int
		}{
			{&eilev1.ListUnitsRequest{PageSize: 3}, counted}, {&eilev1.ListUnitsRequest{MinRooms: proto.Int32(1)}, counted / 2},
		} {
			page, err := pageOf(w, test.req)
			if err != nil || page.total != test.rows || page.minimum != minimum {
				t.Errorf("%v of more than %d: %t, %d in all, at least: %t, %v", test.req, counted, minimum, page.total, page.minimum, err)
			}
		}
		if !minimum {
			register(counted, counted+1)
		}
	}
}
