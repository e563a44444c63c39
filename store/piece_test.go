package store

import (
	"errors"
	"slices"
	"strings"
	"testing"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/store/staging"
)

// TestImportPiece: what a piece refuses.
func TestImportPiece(t *testing.T) {
	o := newOffice(t)
	o.settle(place("A-1", "general", "2", "m"))
	im := o.begin("im-1")
	foreign := im.Piece()
	Applications.AddTo(foreign, "A-7", &eilev1.Application{Reference: "A-7"})
	unkeyed := im.Piece()
	unkeyed.Place(&eilev1.Placement{Reference: "A-8", Status: waiting, Import: im.ID})
	for name, piece := range map[string]*staging.Piece{
		"a row that would be visible at once": foreign,
		"a placement without order key":       unkeyed,
		"a reference that is taken":           o.imported(im, "A-1"),
		"a reference twice":                   o.imported(im, "A-6", "A-6"),
	} {
		err := im.Write(t.Context(), o.stamp("import.write"), 9, piece)
		if err == nil {
			t.Errorf("%s: it is written", name)
		}
		if taken := strings.HasPrefix(name, "a reference"); taken != errors.Is(err, ErrTaken) {
			t.Errorf("%s: error is %v", name, err)
		}
	}
	o.write(im, 9, o.imported(im, "A-2"))
	if err := im.Write(t.Context(), o.stamp("import.write"), 9, o.imported(im, "A-3")); err == nil {
		t.Error("a second piece of the same number is written: an abort would leave the rows of the first")
	}
	if err := im.Abort(t.Context()); err != nil {
		t.Fatal(err)
	}
	if order := o.order(o.Register, "general"); !slices.Equal(order, []string{"A-1"}) {
		t.Errorf("order is %q", order)
	}
}

// TestFullPieces: a piece that is not full takes one more row and fits a
// transaction, whatever the rows weigh.
func TestFullPieces(t *testing.T) {
	for _, weight := range []int{0, 10_000, 60_000, 300_000} {
		o := newOffice(t)
		im := o.begin("im-1")
		rows := 0
		for number := range uint32(2) {
			piece := im.Piece()
			for !piece.Full(4) {
				reference := strings.Repeat("x", 30) + string(rune('a'+rows%26)) + string(rune('a'+rows/26))
				p := place(reference, "general", "2", reference)
				p.Import = im.ID
				a := application(p)
				a.RegisterNumber = strings.Repeat("n", weight)
				Applications.AddTo(piece, reference, a)
				piece.Place(p)
				Persons.AddTo(piece, reference, &eilev1.Person{})
				rows++
			}
			o.write(im, number, piece)
		}
		o.decide(im)
		if n := len(o.order(o.Register, "general")); n != rows || rows < 2 {
			t.Errorf("%d bytes a row: %d rows written, %d on the list", weight, rows, n)
		}
	}
}
