package store

import (
	"errors"
	"slices"
	"testing"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// stores runs a test on every driver.
func stores(t *testing.T, run func(t *testing.T, o *office)) {
	t.Run("memory", func(t *testing.T) { run(t, newOffice(t)) })
	t.Run("file", func(t *testing.T) {
		o := openOffice(t, openBolt(t, boltPath(t)))
		o.dir = t.TempDir()
		t.Cleanup(func() {
			o.tester = cleaner{t}
			o.sound(o.Register)
			o.end()
		})
		run(t, o)
	})
}

// TestRuns: the latest run of a date is the one that came last, and the pieces of
// a file are read as they were written.
func TestRuns(t *testing.T) {
	o := newOffice(t)
	one, two := &eilev1.Run{Id: "2026-01-05"}, &eilev1.Run{Id: "2026-01-05.2"}
	for _, run := range []*eilev1.Run{one, two, one} {
		o.change("run", func(tx *Tx) error { return tx.PutRun(run, "2026-01-05") })
	}
	o.change("night", func(tx *Tx) error {
		return errors.Join(tx.PutNights(&eilev1.Nights{Unfinished: two.GetId()}), tx.PutBatch(two.GetId(), 1, &eilev1.RunBatch{Created: 1}))
	})
	pieces := [][]byte{make([]byte, EvidencePiece), {7}}
	put := func(number int) {
		o.change("evidence", func(tx *Tx) error {
			return tx.PutEvidence(two.GetId(), "instance.json", number, pieces[number], number == len(pieces)-1)
		})
	}
	put(1)
	put(0)
	put(0)
	for number, want := range pieces {
		o.look(func(v *View) error {
			piece, last, ok, err := v.Evidence(two.GetId(), "instance.json", number)
			if err != nil || !ok || last != (number == 1) || !slices.Equal(piece, want) {
				t.Errorf("piece %d: %d bytes, last %t, there %t, %v", number, len(piece), last, ok, err)
			}
			return nil
		})
	}
	o.look(func(v *View) error {
		if _, _, ok, err := v.Evidence(two.GetId(), "instance.json", 2); ok || err != nil {
			t.Errorf("a piece that was not written: %t, %v", ok, err)
		}
		return nil
	})
	o.look(func(v *View) error {
		latest, err := RunOn(v, "2026-01-05")
		if err != nil || latest != two.GetId() {
			t.Errorf("latest run is %q, %v", latest, err)
		}
		nights, err := Nights(v)
		if err != nil || nights.GetUnfinished() != two.GetId() {
			t.Errorf("nights are %v, %v", nights, err)
		}
		batches, err := v.Batches(two.GetId())
		if err != nil || len(batches) != 1 {
			t.Errorf("batches are %v, %v", batches, err)
		}
		return nil
	})
}
