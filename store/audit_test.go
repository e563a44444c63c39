package store

import (
	"errors"
	"slices"
	"testing"
	"time"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/store/past"
)

// TestOneChangeOneEntry: a change that writes a record in several steps is one
// entry of the history, and none when it ends where it began.
func TestOneChangeOneEntry(t *testing.T) {
	o := newOffice(t)
	first, second := place("A-1", "general", "2", "1"), place("A-1", "other", "2", "2")
	o.change("both", func(tx *Tx) error {
		home := &eilev1.Unit{Reference: "U-1", Status: vacant}
		return errors.Join(settle(tx, second), settle(tx, first), tx.PutUnit(home), tx.PutUnit(&eilev1.Unit{Reference: "U-1", Status: let}))
	})
	o.change("there and back", func(tx *Tx) error {
		home := &eilev1.Unit{Reference: "U-1", Status: vacant}
		return errors.Join(settle(tx, second), settle(tx, first), tx.PutUnit(home), tx.PutUnit(&eilev1.Unit{Reference: "U-1", Status: let}))
	})
	o.look(func(v *View) error {
		moves, turns := 0, 0
		for _, err := range v.Placements(farAhead) {
			moves++
			if err != nil {
				return err
			}
		}
		for _, err := range past.UnitStates(v.reader, farAhead) {
			turns++
			if err != nil {
				return err
			}
		}
		if moves != 1 || turns != 1 {
			t.Errorf("the history has %d placements and %d states of homes", moves, turns)
		}
		for entry, err := range v.AuditEntries(opening, "") {
			if err != nil {
				return err
			}
			keys := map[string]bool{}
			for _, change := range entry.Record.GetChanges() {
				if keys[change.GetKey()] {
					t.Errorf("%s tells twice of key %q", entry.Record.GetAction(), change.GetKey())
				}
				keys[change.GetKey()] = true
			}
		}
		return nil
	})
	o.alike()
}

// TestAuditEntries: every change tells who, when, what and why, with the digests
// before and after, in order of time.
func TestAuditEntries(t *testing.T) {
	o := newOffice(t)
	o.change("register", func(tx *Tx) error {
		tx.Subject("A-1", "", "A-1", "U-1")
		tx.Status("", "WAITING")
		tx.Decision("d-1")
		return errors.Join(settle(tx, place("A-1", "general", "2", "1")), Persons.Put(tx, "A-1", &eilev1.Person{}))
	})
	o.change("nothing", none)
	o.change("erase", func(tx *Tx) error {
		tx.Subject("A-1")
		return errors.Join(Persons.Delete(tx, "A-1"), Persons.Delete(tx, "A-2"))
	})
	o.look(func(v *View) error {
		var all []*eilev1.AuditEntry
		for entry, err := range v.AuditEntries(opening, "") {
			if err != nil {
				return err
			}
			all = append(all, entry.Record)
		}
		if len(all) != 2 {
			t.Fatalf("%d entries", len(all))
		}
		first, second := all[0], all[1]
		if first.GetAction() != "register" || !slices.Equal(first.GetSubjects(), []string{"A-1", "U-1"}) || first.GetActor() != "clerk" ||
			first.GetStatusTo() != "WAITING" || first.GetDecision() != "d-1" || len(first.GetChanges()) != 4 || first.GetRevision() == 0 {
			t.Errorf("first entry is %v", first)
		}
		if len(second.GetChanges()) != 1 || second.GetChanges()[0].GetAfter() != nil ||
			!slices.Equal(second.GetChanges()[0].GetBefore(), first.GetChanges()[2].GetAfter()) {
			t.Errorf("second entry is %v", second)
		}
		about := 0
		for _, err := range v.History("A-1") {
			about++
			if err != nil {
				return err
			}
		}
		for entry, err := range v.AuditEntries(time.Time{}, "") { // a page that begins with the second
			if err == nil && entry.Record.GetAction() == "erase" {
				for rest, err := range v.AuditEntries(time.Time{}, entry.ID) {
					if err != nil || rest.ID != entry.ID {
						t.Errorf("a page from %q on begins with %q, %v", entry.ID, rest.ID, err)
					}
				}
			}
		}
		if about != 2 {
			t.Errorf("%d entries about A-1", about)
		}
		return nil
	})
}
