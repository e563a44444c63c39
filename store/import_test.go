package store

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/store/kv"
	"github.com/eile-housing/eile/store/kv/memkv"
)

// seen is what a reader can learn of an application.
func (o *office) seen(reference string) (seen []string) {
	o.Helper()
	if _, ok := o.List().Position(reference); ok {
		seen = append(seen, "position")
	}
	o.look(func(v *View) error {
		_, found, err := Applications.Find(v, reference)
		if err != nil {
			return err
		}
		if found {
			seen = append(seen, "find")
		}
		_, found, err = FindPlacement(v, reference)
		if err != nil {
			return err
		}
		if found {
			seen = append(seen, "placement")
		}
		all := 0
		for entry, err := range Applications.All(v, "", "") {
			if err != nil {
				return err
			}
			if all++; entry.ID == reference {
				seen = append(seen, "all")
			}
		}
		if count, more, err := Applications.Count(v, all); err != nil || more || count != all {
			o.Errorf("%d applications are counted as %d, more: %t, %v", all, count, more, err)
		}
		if count, more, err := Applications.Count(v, all-1); all > 0 && (err != nil || !more || count != all-1) {
			o.Errorf("%d applications are counted up to %d as %d, more: %t, %v", all, all-1, count, more, err)
		}
		for moved, err := range v.Placements(farAhead) {
			if err != nil {
				return err
			}
			if moved.After.GetReference() == reference {
				seen = append(seen, "history")
			}
		}
		return nil
	})
	o.change("look", func(tx *Tx) error {
		_, found, err := Applications.Find(tx, reference)
		if found {
			seen = append(seen, "transaction")
		}
		return err
	})
	return slices.Compact(seen)
}

// TestImportIsVisibleByOneRevision: nothing of an import can be seen before it
// is decided, and all of it afterwards.
func TestImportIsVisibleByOneRevision(t *testing.T) {
	o := newOffice(t)
	o.settle(place("A-5", "general", "2", "m"))
	im := o.begin("im-1")
	piece := o.imported(im, "A-1", "A-9")
	piece.AddUnit(&eilev1.Unit{Reference: "U-1", Status: vacant, Import: im.ID})
	o.write(im, 0, piece)
	o.write(im, 1, o.imported(im, "A-3"))
	if seen := o.seen("A-9"); len(seen) > 0 {
		t.Fatalf("before it is decided, it is seen by %q", seen)
	}
	if counts := o.List().UnitCounts(); len(counts) > 0 {
		t.Fatalf("before it is decided, homes are counted: %v", counts)
	}
	before := o.List().Revision()
	revision := o.decide(im)
	if revision != before+1 || o.List().Revision() != revision {
		t.Errorf("decided at revision %d and the list is at %d, before it was at %d", revision, o.List().Revision(), before)
	}
	if seen := o.seen("A-9"); !slices.Equal(seen, []string{"position", "find", "placement", "all", "history", "transaction"}) {
		t.Errorf("decided, it is seen by %q only", seen)
	}
	if order := o.order(o.Register, "general"); !slices.Equal(order, []string{"A-1", "A-3", "A-9", "A-5"}) {
		t.Errorf("order is %q", order)
	}
	o.alike()
}

// TestAbortLeavesNothing: neither rows nor their keys, also when it is done by
// the next process.
func TestAbortLeavesNothing(t *testing.T) {
	o := newOffice(t)
	o.settle(place("A-5", "general", "2", "m"))
	im := o.begin("im-1")
	for number := range uint32(5) {
		o.write(im, number, o.imported(im, "B-"+string(rune('a'+number))))
	}
	for name, r := range map[string]*office{"abort": o, "restart": o.restarted()} {
		if r == o {
			if err := im.Abort(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		for _, key := range r.keys("") {
			if strings.Contains(key, "B-") || strings.HasPrefix(key, "b") {
				t.Errorf("%s: key %q is left", name, key)
			}
		}
		r.sound(r.Register)
		r.look(func(v *View) error {
			for entry, err := range v.AuditEntries(opening, "") {
				if err != nil {
					return err
				}
				if entry.Record.GetAction() == "import.write" {
					t.Errorf("%s: the audit shows %v of an import that never took effect", name, entry.Record)
				}
			}
			return nil
		})
	}
	o.alike()
}

// keys are those that begin with a prefix.
func (o *office) keys(prefix string) (keys []string) {
	o.Helper()
	err := o.db.View(o.Context(), func(reader kv.Reader) error {
		for item, err := range reader.Scan([]byte(prefix), kv.PrefixEnd([]byte(prefix))) {
			if err != nil {
				return err
			}
			keys = append(keys, string(item.Key))
		}
		return nil
	})
	if err != nil {
		o.Fatal(err)
	}
	return keys
}

// TestRowsUnderImportAreNotOverwritten: a record that an undecided import has
// staged is seen by nobody, but it is there. Who registers the same reference
// meanwhile must neither overwrite it nor be removed with it.
func TestRowsUnderImportAreNotOverwritten(t *testing.T) {
	o := newOffice(t)
	im := o.begin("im-1")
	piece := o.imported(im, "A-1")
	piece.AddUnit(&eilev1.Unit{Reference: "U-1", Status: vacant, Import: im.ID})
	o.write(im, 0, piece)
	for name, fn := range map[string]func(*Tx) error{
		"application": func(tx *Tx) error { return settle(tx, place("A-1", "other", "1", "z")) },
		"placement":   func(tx *Tx) error { return tx.Place(place("A-1", "other", "1", "z")) },
		"unit":        func(tx *Tx) error { return tx.PutUnit(&eilev1.Unit{Reference: "U-1", Status: let}) },
		"deletion":    func(tx *Tx) error { return Units.Delete(tx, "U-1") },
	} {
		if _, _, err := o.Update(t.Context(), o.stamp("register"), fn); !errors.Is(err, ErrImporting) {
			t.Errorf("%s: registered while it is imported: %v", name, err)
		}
	}
	o.decide(im)
	o.settle(place("A-1", "other", "1", "z"))
	o.alike()
}

// TestEndedImport: an import that was decided or removed takes nothing more, and
// what was decided cannot be removed.
func TestEndedImport(t *testing.T) {
	o := newOffice(t)
	decided, aborted := o.begin("im-1"), o.begin("im-2")
	o.write(decided, 0, o.imported(decided, "A-1"))
	o.write(aborted, 0, o.imported(aborted, "A-2"))
	o.decide(decided)
	if err := aborted.Abort(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, im := range []*Import{decided, aborted} {
		if err := im.Write(t.Context(), o.stamp("import.write"), 1, o.imported(im, "A-3")); err == nil {
			t.Errorf("import %s has ended and takes a piece", im.ID)
		}
		if _, err := im.Decide(t.Context(), o.stamp("import.decide"), nil); err == nil {
			t.Errorf("import %s has ended and is decided", im.ID)
		}
	}
	for _, im := range []*Import{decided, aborted} {
		if err := im.Abort(t.Context()); err != nil {
			t.Errorf("abort of import %s that has ended: %v", im.ID, err)
		}
	}
	if err := o.removeImport(t.Context(), "im-1"); err == nil {
		t.Error("a decided import is removed")
	}
	if _, err := o.BeginImport(t.Context(), "im-1"); err == nil {
		t.Error("an import begins under the id of a decided one")
	}
	if order := o.order(o.Register, "general"); !slices.Equal(order, []string{"A-1"}) {
		t.Errorf("order is %q", order)
	}
	o.alike()
}

// between lets a test do something after a snapshot was taken and before it is
// read.
type between struct {
	kv.DB
	meanwhile func()
}

func (b *between) View(ctx context.Context, fn func(kv.Reader) error) error {
	return b.DB.View(ctx, func(reader kv.Reader) error {
		if meanwhile := b.meanwhile; meanwhile != nil {
			b.meanwhile = nil
			meanwhile()
		}
		return fn(reader)
	})
}

// TestViewOfImportBeforeItsDecision: a snapshot from before the decision does
// not show the rows, even though the process knows by now that they are decided.
func TestViewOfImportBeforeItsDecision(t *testing.T) {
	db := &between{DB: memkv.New(memkv.Options{})}
	o := openOffice(t, db)
	im := o.begin("im-1")
	o.write(im, 0, o.imported(im, "A-1"))
	db.meanwhile = func() { o.decide(im) }
	o.look(func(v *View) error {
		if _, found, err := Applications.Find(v, "A-1"); err != nil || found {
			t.Errorf("found at revision %d: %t, %v", v.Revision(), found, err)
		}
		return nil
	})
	o.sound(o.Register)
	o.end()
}

// TestDecideTwiceUnderOneRequest: of two uploads with one request_id one counts.
func TestDecideTwiceUnderOneRequest(t *testing.T) {
	o := newOffice(t)
	first, second := o.begin("im-1"), o.begin("im-2")
	o.write(first, 0, o.imported(first, "A-1"))
	o.write(second, 0, o.imported(second, "A-2"))
	stamp := o.stamp("import.decide")
	stamp.RequestID, stamp.RequestSum = "r-1", []byte("sum")
	if _, err := first.Decide(t.Context(), stamp, nil); err != nil {
		t.Fatal(err)
	}
	stamp.ID += "x"
	if _, err := second.Decide(t.Context(), stamp, nil); !errors.As(err, new(ErrRequestReused)) {
		t.Errorf("the second is decided: %v", err)
	}
	if err := second.Abort(t.Context()); err != nil {
		t.Fatal(err)
	}
	if order := o.order(o.Register, "general"); !slices.Equal(order, []string{"A-1"}) {
		t.Errorf("order is %q", order)
	}
}
