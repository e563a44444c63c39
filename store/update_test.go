package store

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/store/kv"
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

// TestRepeatedRequest: the same request is carried out once; another one under
// its id is refused, and refused requests leave no trace.
func TestRepeatedRequest(t *testing.T) {
	stores(t, func(t *testing.T, o *office) {
		request := func(actor, body, result string) (uint64, string, error) {
			stamp := o.stamp("application.settle")
			stamp.Actor, stamp.RequestID, stamp.RequestSum = actor, "r-1", []byte(body)
			return o.Update(t.Context(), stamp, func(tx *Tx) error {
				tx.Result(result)
				return settle(tx, place(result, "general", "2", result))
			})
		}
		refusal := errors.New("refused")
		failing := o.stamp("x")
		failing.RequestID = "r-1"
		if _, _, err := o.Update(t.Context(), failing, func(*Tx) error { return refusal }); !errors.Is(err, refusal) {
			t.Fatal(err)
		}
		revision, result, err := request("clerk", "body", "A-1")
		if err != nil || result != "A-1" {
			t.Fatalf("first: %q, %v", result, err)
		}
		keys := o.keys("")
		again, result, err := request("clerk", "body", "A-2")
		if err != nil || result != "A-1" || again < revision {
			t.Errorf("again: %q at revision %d after %d, %v", result, again, revision, err)
		}
		for _, other := range [][2]string{{"clerk", "another body"}, {"another", "body"}} {
			if _, _, err := request(other[0], other[1], "A-3"); !errors.As(err, new(ErrRequestReused)) {
				t.Errorf("%q: %v", other, err)
			}
		}
		stamp := Stamp{RequestID: "r-1", RequestSum: []byte("body"), Actor: "clerk"}
		if result, seen, err := o.Repeated(t.Context(), stamp); err != nil || !seen || result != "A-1" {
			t.Errorf("repeated: %q, %t, %v", result, seen, err)
		}
		stamp.RequestID = "r-2"
		if _, seen, err := o.Repeated(t.Context(), stamp); err != nil || seen {
			t.Errorf("never seen: %t, %v", seen, err)
		}
		if now := o.keys(""); !slices.Equal(now, keys) {
			t.Errorf("keys before %q, after %q", keys, now)
		}
		o.alike()
	})
}

// TestPruneRequests: what was asked before a moment is forgotten, and may be
// asked again; what came later is not.
func TestPruneRequests(t *testing.T) {
	o := newOffice(t)
	ask := func(id, reference string) string {
		stamp := o.stamp("settle")
		stamp.RequestID = id
		_, result, err := o.Update(t.Context(), stamp, func(tx *Tx) error {
			tx.Result(reference)
			return settle(tx, place(reference, "general", "2", reference))
		})
		if err != nil {
			t.Fatal(err)
		}
		return result
	}
	for i := range kv.MaxOps + 10 {
		ask(fmt.Sprintf("old-%d", i), "A-1")
	}
	before := o.now.Add(time.Millisecond)
	ask("new", "A-2")
	if n, err := o.PruneRequests(t.Context(), before); err != nil || n != kv.MaxOps+10 {
		t.Errorf("pruned %d, %v", n, err)
	}
	if first, second := ask("old-0", "A-3"), ask("new", "A-4"); first != "A-3" || second != "A-2" {
		t.Errorf("asked again, the old request has the result %q, the new one %q", first, second)
	}
}

// TestLateStamps: clocks are read when a request comes in. However stamps and
// commits cross, the history of each application ends with what is in force.
func TestLateStamps(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		o := openOffice(t, newMemory())
		type past struct {
			at    time.Time
			order []string
		}
		var pasts []past
		for i := range rapid.IntRange(1, 12).Draw(t, "changes") {
			stamp := o.stamp("application.settle")
			stamp.Now = opening.Add(time.Duration(rapid.IntRange(-3, 3).Draw(t, "offset")) * time.Second)
			reference := rapid.SampledFrom([]string{"A-1", "A-2", "A-3"}).Draw(t, "reference")
			p := place(reference, "general", "2", fmt.Sprintf("%d-%02d", rapid.IntRange(0, 9).Draw(t, "key"), i))
			var at time.Time
			_, _, err := o.Update(o.Context(), stamp, func(tx *Tx) error {
				at = tx.Now()
				return settle(tx, p)
			})
			if err != nil {
				t.Fatal(err)
			}
			if n := len(pasts); n > 0 && !at.After(pasts[n-1].at) {
				t.Errorf("moment %v is not after %v", at, pasts[n-1].at)
			}
			pasts = append(pasts, past{at, o.order(o.Register, "general")})
			if rapid.IntRange(0, 4).Draw(t, "restart") == 0 {
				o = o.restarted()
			}
		}
		for _, p := range pasts {
			if replayed := o.replayed(p.at, "general"); !slices.Equal(replayed, p.order) {
				t.Errorf("as of %v the order is %q, it was %q", p.at, replayed, p.order)
			}
		}
		o.sound(o.Register)
	})
}

// replayed is the order of a list at a moment.
func (o *office) replayed(at time.Time, list string) (order []string) {
	o.Helper()
	last := map[string]*eilev1.Placement{}
	o.look(func(v *View) error {
		for moved, err := range v.Placements(at) {
			if err != nil {
				return err
			}
			last[moved.After.GetReference()] = moved.After
		}
		return nil
	})
	for _, p := range last {
		if stands(p) && p.GetList() == list {
			order = append(order, string(p.GetOrderKey())+"\x00"+p.GetReference())
		}
	}
	slices.Sort(order)
	for i, key := range order {
		order[i] = key[len(key)-len("A-1"):]
	}
	return order
}

// TestConcurrentChangesOfOneApplication: whoever comes first, history and list
// agree.
func TestConcurrentChangesOfOneApplication(t *testing.T) {
	stores(t, func(t *testing.T, o *office) {
		var group sync.WaitGroup
		for i := range 64 {
			stamp := o.stamp("application.settle")
			group.Go(func() {
				_, _, err := o.Update(t.Context(), stamp, func(tx *Tx) error {
					return settle(tx, place("A-1", "general", "2", fmt.Sprintf("%03d", i)))
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		group.Wait()
		o.alike()
	})
}

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
		for _, err := range v.UnitStates(farAhead) {
			turns++
			if err != nil {
				return err
			}
		}
		if moves != 1 || turns != 1 {
			t.Errorf("the history has %d placements and %d states of homes", moves, turns)
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
			first.GetStatusTo() != "WAITING" || first.GetDecision() != "d-1" || len(first.GetChanges()) != 3 || first.GetRevision() == 0 {
			t.Errorf("first entry is %v", first)
		}
		if len(second.GetChanges()) != 1 || second.GetChanges()[0].GetAfter() != nil ||
			!slices.Equal(second.GetChanges()[0].GetBefore(), first.GetChanges()[1].GetAfter()) {
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

// TestSchema: a register of another schema is refused, with both numbers.
func TestSchema(t *testing.T) {
	o := newOffice(t)
	value, err := encode(&eilev1.Register{Schema: Schema + 1, Generation: 1})
	if err != nil {
		t.Fatal(err)
	}
	other := newMemory()
	if _, err := other.Update(t.Context(), func(tx kv.Tx) error { return tx.Put(registerKey, value) }); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), other); !errors.Is(err, ErrSchema) {
		t.Errorf("open: %v", err)
	}
	headless := newMemory()
	if _, err := headless.Update(t.Context(), func(tx kv.Tx) error { return tx.Put([]byte("q/00000002/A-1"), value) }); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), headless); !errors.Is(err, kv.ErrCorrupt) || headless.Revision() != 1 {
		t.Errorf("open a store that lost its schema: %v, and it is at revision %d", err, headless.Revision())
	}
	if err := other.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), other); !errors.Is(err, kv.ErrClosed) {
		t.Errorf("open a closed store: %v", err)
	}
	o.look(func(v *View) error {
		if v.Policy() != nil {
			t.Errorf("a new register has the policy %v", v.Policy())
		}
		return nil
	})
}
