package audit_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"
	"pgregory.net/rapid"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/store/audit"
	"github.com/eile-housing/eile/store/kv"
	"github.com/eile-housing/eile/store/kv/memkv"
	"github.com/eile-housing/eile/store/layout"
)

type failer interface {
	Helper()
	Fatalf(format string, args ...any)
	Errorf(format string, args ...any)
}

// book is an audit under test: records are keys of homes, whose digests stand in the
// entries as they are.
type book struct {
	failer
	db    kv.DB
	chain *audit.Chain
	now   time.Time
	ids   int
}

func (b *book) update(fn func(kv.Tx) error) {
	b.Helper()
	if _, err := b.db.Update(context.Background(), fn); err != nil {
		b.Fatalf("Update: %v", err)
	}
}

// change writes a record, or deletes it where there is no value, with the entry
// that tells of it.
func (b *book) change(reference, value string, subjects ...string) string {
	b.Helper()
	b.now = b.now.Add(time.Second)
	b.ids++
	id := fmt.Sprintf("id-%04d", b.ids)
	b.update(func(tx kv.Tx) error {
		key := []byte(layout.Unit + reference)
		item, ok, err := tx.Get(key)
		if err != nil {
			return err
		}
		var before, after []byte
		if ok {
			sum := sha256.Sum256(item.Value)
			before = sum[:]
		}
		if value == "" {
			err = tx.Delete(key)
		} else {
			sum := sha256.Sum256([]byte(value))
			after = sum[:]
			err = tx.Put(key, []byte(value))
		}
		var changes audit.Changes
		changes.Note(key, before, []byte("first"))
		changes.Note(key, nil, after)
		return errors.Join(err, audit.Put(tx, &eilev1.AuditEntry{Id: id, At: timestamppb.New(b.now), Subjects: subjects, Changes: changes}, nil))
	})
	return id
}

func newBook(t failer) *book {
	b := &book{failer: t, db: memkv.New(memkv.Options{}), chain: new(audit.Chain), now: time.Date(2026, 1, 5, 8, 0, 0, 0, time.UTC)}
	b.follow()
	return b
}

func (b *book) follow() {
	chain := b.chain
	b.db.Follow(func(commit kv.Commit) {
		for _, write := range commit.Writes {
			if layout.Begins(write.Key, layout.Audit) {
				chain.Add(commit.Revision, write)
			}
		}
	})
}

// seal links all that is pending.
func (b *book) seal() (links int) {
	b.Helper()
	for {
		seal, err := b.chain.Next(b.now)
		if err != nil {
			b.Fatalf("Next: %v", err)
		}
		if seal == nil {
			return links
		}
		b.update(seal.Put)
		b.chain.Sealed(seal)
		links += seal.Links()
	}
}

func (b *book) read(fn func(kv.Reader) error) {
	b.Helper()
	if err := b.db.View(context.Background(), fn); err != nil {
		b.Fatalf("View: %v", err)
	}
}

// faults is all that the check finds.
func (b *book) faults(imports audit.Imports) (found []string) {
	b.Helper()
	report := func(fault string) bool { found = append(found, fault); return true }
	b.read(func(reader kv.Reader) error {
		return errors.Join(audit.CheckChain(reader, b.chain.Written(), report), audit.CheckSubjects(reader, report),
			audit.CheckRecords(reader, []string{layout.Unit}, imports, report))
	})
	return found
}

// TestChain: however changes, seals and restarts follow each other, each entry is
// sealed once, and the check finds nothing.
func TestChain(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := newBook(t)
		sealed := 0
		t.Repeat(map[string]func(*rapid.T){
			"change": func(t *rapid.T) {
				b.change(rapid.SampledFrom([]string{"A-1", "A-2"}).Draw(t, "reference"), rapid.SampledFrom([]string{"", "x", "y"}).Draw(t, "value"), "A-1")
			},
			"seal": func(*rapid.T) { sealed += b.seal() },
			"restart": func(*rapid.T) {
				b.chain = new(audit.Chain)
				b.read(b.chain.Load)
				b.follow()
			},
			"": func(t *rapid.T) {
				if found := b.faults(audit.Imports{}); len(found) > 0 {
					t.Fatalf("check: %q", found)
				}
			},
		})
		if sealed += b.seal(); sealed != b.ids {
			t.Fatalf("%d of %d entries are sealed", sealed, b.ids)
		}
	})
}

// TestCheckTells of whatever was changed behind the audit.
func TestCheckTells(t *testing.T) {
	for fault, harm := range map[string]func(*book, kv.Tx) error{
		"it is not what its last audit entry says":            func(_ *book, tx kv.Tx) error { return tx.Put([]byte("u/A-1"), []byte("z")) },
		"no audit entry tells of it":                          func(_ *book, tx kv.Tx) error { return tx.Put([]byte("u/A-9"), []byte("z")) },
		"no audit entry tells of its deletion":                func(_ *book, tx kv.Tx) error { return tx.Delete([]byte("u/A-1")) },
		"audit seals 1 to 1: they are missing":                func(_ *book, tx kv.Tx) error { return tx.Delete(layout.SealKey(1)) },
		"audit seal 2: it was written and is missing":         func(_ *book, tx kv.Tx) error { return tx.Delete(layout.SealKey(2)) },
		"audit seal at key \"s/00000002\": it cannot be read": func(_ *book, tx kv.Tx) error { return tx.Put(layout.SealKey(2), []byte{1}) },
		"it is sealed and missing":                            func(b *book, tx kv.Tx) error { return tx.Delete([]byte(layout.Audit + b.first())) },
		"it was changed after it was sealed":                  func(b *book, tx kv.Tx) error { return tx.Put([]byte(layout.Audit+b.first()), nil) },
		"it cannot be read":                                   func(b *book, tx kv.Tx) error { return tx.Put([]byte(layout.Audit+b.first()), []byte{1}) },
		"its entry under subject A-1 is missing":              func(b *book, tx kv.Tx) error { return tx.Delete([]byte("es/A-1/" + b.first())) },
		"it is missing, key \"es/A-9/x\" names it":            func(_ *book, tx kv.Tx) error { return tx.Put([]byte("es/A-9/x"), nil) },
	} {
		b := newBook(t)
		b.change("A-1", "x", "A-1")
		b.seal()
		b.change("A-1", "y", "A-1", "A-2")
		b.seal()
		b.update(func(tx kv.Tx) error { return harm(b, tx) })
		if found := b.faults(audit.Imports{}); !strings.Contains(strings.Join(found, "\n"), fault) {
			t.Errorf("want %q, got %q", fault, found)
		}
		n := 0
		b.read(func(reader kv.Reader) error {
			stop := func(string) bool { n++; return false }
			return errors.Join(audit.CheckChain(reader, 2, stop), audit.CheckSubjects(reader, stop))
		})
		if n > 2 {
			t.Errorf("%s: two parts that are told to stop report %d faults", fault, n)
		}
	}
}

// first is the end of the key of the first entry.
func (b *book) first() (key string) {
	b.read(func(reader kv.Reader) error {
		for found, err := range audit.Entries(reader, time.Time{}, "") {
			key = found.Key
			return err
		}
		return nil
	})
	return key
}

// TestAddedBehindTheSeals: an entry of an earlier revision that no seal names.
func TestAddedBehindTheSeals(t *testing.T) {
	b := newBook(t)
	b.change("A-1", "x")
	if _, err := b.chain.Next(b.now); err != nil {
		t.Fatal(err)
	}
	late := new(audit.Chain) // has not seen the first
	b.chain = late
	b.follow()
	b.change("A-1", "y")
	b.seal()
	if found := b.faults(audit.Imports{}); len(found) != 1 || !strings.Contains(found[0], "it was added behind the seals") {
		t.Errorf("found %q", found)
	}
}

// TestTwoSealers: the second is refused.
func TestTwoSealers(t *testing.T) {
	b := newBook(t)
	other := new(audit.Chain)
	mine := b.chain
	b.chain = other
	b.follow()
	b.change("A-1", "x")
	b.seal()
	seal, err := mine.Next(b.now)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.db.Update(context.Background(), seal.Put); err == nil || !strings.Contains(err.Error(), "audit seal 1 exists already") {
		t.Errorf("a second seal of the same number: %v", err)
	}
}

// TestEnded: a chain that has ended knows the last seal and takes nothing.
func TestEnded(t *testing.T) {
	b := newBook(t)
	b.change("A-1", "x")
	b.seal()
	ended := b.chain.Ended()
	ended.Add(9, kv.Write{Key: []byte("e/x")})
	if seal, err := ended.Next(b.now); seal != nil || err != nil || ended.Written() != 1 {
		t.Errorf("after seal %d it makes %v, %v", ended.Written(), seal, err)
	}
}

// TestRead: entries come in order from a moment or a key on, and by subject.
func TestRead(t *testing.T) {
	b := newBook(t)
	ids := []string{b.change("A-1", "x", "A-1"), b.change("A-2", "x", "A-2", "A-1"), b.change("A-2", "", "A-2")}
	b.read(func(reader kv.Reader) error {
		var all []audit.Found
		for found, err := range audit.Entries(reader, time.Time{}, "") {
			if err != nil {
				return err
			}
			all = append(all, found)
		}
		for i, found := range all {
			if found.Entry.GetId() != ids[i] || found.Entry.GetRevision() != uint64(i+1) || len(found.Entry.GetChanges()) != 1 {
				t.Errorf("entry %d is %v", i, found.Entry)
			}
		}
		for from, start := range map[time.Time]string{all[1].Entry.GetAt().AsTime(): "", {}: all[1].Key} {
			for found, err := range audit.Entries(reader, from, start) {
				if err != nil || found.Key != all[1].Key {
					t.Errorf("from %v, %q on the first is %q, %v", from, start, found.Key, err)
				}
				break
			}
		}
		for subject, want := range map[string][]string{"A-1": ids[:2], "A-2": ids[1:], "A-9": nil} {
			var about []string
			for found, err := range audit.History(reader, subject, "") {
				if err != nil {
					return err
				}
				about = append(about, found.Entry.GetId())
			}
			if !slices.Equal(about, want) {
				t.Errorf("about %s: %q, want %q", subject, about, want)
			}
		}
		return nil
	})
	b.update(func(tx kv.Tx) error { return tx.Delete([]byte(layout.Audit + b.first())) })
	b.read(func(reader kv.Reader) error {
		for _, err := range audit.History(reader, "A-1", "") {
			if !errors.Is(err, kv.ErrCorrupt) {
				t.Errorf("a missing entry: %v", err)
			}
			break
		}
		return nil
	})
}

// TestImports: what an undecided import did has not happened.
func TestImports(t *testing.T) {
	b := newBook(t)
	b.update(func(tx kv.Tx) error {
		sum := sha256.Sum256([]byte("x"))
		var changes audit.Changes
		changes.Note([]byte("u/B-1"), nil, sum[:])
		entry := &eilev1.AuditEntry{Id: layout.Numbered("im-1", 0), At: timestamppb.New(b.now), Subjects: []string{"im-1"}, Changes: changes}
		return errors.Join(tx.Put([]byte("u/B-1"), []byte("x")), audit.Put(tx, entry, nil))
	})
	for _, c := range []struct {
		imports audit.Imports
		faults  int
	}{
		{audit.Imports{Decided: map[string]bool{"im-1": true}}, 0},
		{audit.Imports{Staged: map[string]bool{"u/B-1": true}}, 0},
		{audit.Imports{}, 1},
	} {
		if found := b.faults(c.imports); len(found) != c.faults {
			t.Errorf("%+v: %q", c.imports, found)
		}
	}
	if id, piece := audit.PieceOf(&eilev1.AuditEntry{Id: "im-1-xx", Subjects: []string{"im-1"}}); piece {
		t.Errorf("an entry about an import is of a piece of %s", id)
	}
	if id, piece := audit.PieceOf(&eilev1.AuditEntry{}); piece {
		t.Errorf("an entry about nothing is of a piece of %s", id)
	}
}

// TestMoments ascend whatever the clocks say, from the last entry on.
func TestMoments(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := newBook(t)
		last := time.UnixMicro(0)
		if rapid.Bool().Draw(t, "an entry") {
			b.change("A-1", "x")
			last = b.now
		}
		moments := new(audit.Moments)
		b.read(moments.Load)
		for range 10 {
			asked := b.now.Add(time.Duration(rapid.IntRange(-3, 3).Draw(t, "asked")) * time.Microsecond)
			if rapid.Bool().Draw(t, "a copy draws too") {
				moments.Copy().Next(asked)
			}
			at := moments.Next(asked)
			if !at.After(last) || at.Before(asked) || at.After(asked) && !at.Equal(last.Add(time.Microsecond)) {
				t.Fatalf("asked for %v after %v it is %v", asked, last, at)
			}
			last = at
		}
	})
}
