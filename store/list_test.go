package store

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// TestTies: where the legal order leaves two equal, the reference decides, on
// the living list, on a rebuilt one and on a past one; neither an open offer nor
// what suits may move anybody.
func TestTies(t *testing.T) {
	o := newOffice(t)
	references := []string{"A-1", "A-10", "A-2", "A-3"}
	for i, reference := range []string{"A-3", "A-10", "A-2", "A-1"} {
		p := place(reference, "general", "2", "same")
		p.Suitability = fmt.Append(nil, i)
		o.settle(p)
	}
	o.open("o-1", "A-1", "U-1")
	if order := o.order(o.Register, "general"); !slices.Equal(order, references) {
		t.Errorf("order is %q", order)
	}
	o.alike()
}

// open makes an open offer of a new home.
func (o *office) open(id, reference, unit string) {
	o.Helper()
	o.change("offer", func(tx *Tx) error {
		a, err := Applications.Get(tx, reference)
		if err != nil {
			return err
		}
		p, _, err := FindPlacement(tx, reference)
		if err != nil {
			return err
		}
		a.OpenOffer, p.OpenOffer = id, true
		return errors.Join(
			tx.PutOffer(&eilev1.Offer{Id: id, Application: reference, Unit: unit, Status: eilev1.OfferStatus_OFFER_STATUS_OPEN}),
			tx.PutUnit(&eilev1.Unit{Reference: unit, Status: offered, OpenOffer: id}),
			Applications.Put(tx, reference, a), tx.Place(p))
	})
}

// TestLettings: a letting that is corrected is counted as it is now.
func TestLettings(t *testing.T) {
	o := newOffice(t)
	letting := func(reference, list string, day int32) {
		p := place(reference, list, "2", reference)
		if p.HousedOn = day; day != 0 {
			p.Status = housed
		}
		o.settle(p)
	}
	count := func(list string, day int32, want int) {
		t.Helper()
		if n := o.List().HousedSince(list, day); n != want {
			t.Errorf("housed on %s since %d: %d, want %d", list, day, n, want)
		}
	}
	letting("A-1", "general", 3)
	letting("A-2", "general", 3)
	letting("A-3", "general", 5)
	count("general", 4, 1)
	count("general", 3, 3)
	letting("A-2", "general", 9)
	count("general", 4, 2)
	letting("A-3", "general", 0)
	count("general", 0, 2)
	letting("A-1", "other", 3)
	count("general", 0, 1)
	count("other", 0, 1)
	o.alike()
}

// TestDue: everybody whose day has come is named, until it is settled. Who falls
// due between the question and its settling is named the next time.
func TestDue(t *testing.T) {
	o := newOffice(t)
	due := func(reference string, day int32) {
		p := place(reference, "general", "2", reference)
		p.NextDue = day
		o.settle(p)
	}
	asked := func(day int32, want ...string) {
		t.Helper()
		if named := o.List().Due(day); !slices.Equal(named, want) {
			t.Errorf("due on day %d: %q, want %q", day, named, want)
		}
	}
	due("A-1", 5)
	due("A-2", 7)
	due("A-3", -4)
	due("A-4", 0)
	asked(4, "A-3")
	asked(5, "A-1", "A-3")
	due("A-1", 9)
	due("A-3", 0)
	due("A-5", 5)
	due("A-6", 6)
	o.List().Settled(5)
	asked(5, "A-5")
	asked(7, "A-2", "A-5", "A-6")
	o.List().Settled(7)
	asked(9, "A-1")
	asked(20, "A-1")
	again := o.restarted()
	if named := again.List().Due(7); !slices.Equal(named, []string{"A-2", "A-5", "A-6"}) {
		t.Errorf("after a restart, due on day 7: %q", named)
	}
}

// TestWaitFor: a reader that brings the revision of its own write sees it.
func TestWaitFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := openOffice(t, newMemory())
		next := o.List().Revision() + 1
		seen := make(chan bool)
		go func() {
			if err := o.List().WaitFor(t.Context(), next); err != nil {
				t.Error(err)
			}
			_, ok := o.List().Position("A-1")
			seen <- ok
		}()
		synctest.Wait()
		o.settle(place("A-1", "general", "2", "1"))
		if !<-seen {
			t.Error("the write was not seen")
		}
	})
}
