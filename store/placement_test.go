package store

import (
	"errors"
	"iter"
	"slices"
	"testing"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// TestPairs: the offers of a household and of a home are found, and what is not
// offered again until it may be.
func TestPairs(t *testing.T) {
	o := newOffice(t)
	for _, reference := range []string{"A-1", "A-10"} {
		o.settle(place(reference, "general", "2", reference))
	}
	o.open("o-U-1", "A-10", "U-1")
	all := func(seconds iter.Seq2[string, error]) (found []string) {
		t.Helper()
		for second, err := range seconds {
			if err != nil {
				t.Fatal(err)
			}
			found = append(found, second)
		}
		return found
	}
	barred := func(want string, units ...string) {
		t.Helper()
		o.look(func(v *View) error {
			if got := all(v.BarredUnits("A-1")); !slices.Equal(got, units) {
				t.Errorf("barred are %q, want %q", got, units)
			}
			after, err := Barred(v, "A-1", "U-2")
			if after != want {
				t.Errorf("U-2 is barred after %q, want %q", after, want)
			}
			return err
		})
	}
	barred("")
	for _, home := range []string{"U-2", "U-3"} {
		o.open("o-"+home, "A-1", home)
		o.settleOffer("A-1", home)
	}
	barred("o-U-2", "U-2", "U-3")
	o.change("unbar", func(tx *Tx) error { return errors.Join(tx.Unbar("A-1", "U-2"), tx.Unbar("A-1", "U-9")) })
	barred("", "U-3")
	o.look(func(v *View) error {
		if got := all(v.OffersOf("A-1")); !slices.Equal(got, []string{"o-U-2", "o-U-3"}) {
			t.Errorf("offers to A-1 are %q", got)
		}
		if got := all(v.OffersFor("U-1")); !slices.Equal(got, []string{"o-U-1"}) {
			t.Errorf("offers of U-1 are %q", got)
		}
		return nil
	})
	o.change("batch", func(tx *Tx) error {
		if _, found, err := FindBatch(tx, "r-1", 3); found || err != nil {
			t.Errorf("a batch that was not written: %t, %v", found, err)
		}
		if tx.Actor() != "clerk" {
			t.Errorf("the actor is %q", tx.Actor())
		}
		return tx.PutBatch("r-1", 3, &eilev1.RunBatch{Created: 1})
	})
}
