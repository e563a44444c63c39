package kvtest

import (
	"errors"
	"testing"

	"github.com/eile-housing/eile/store/kv"
)

var txCases = []testCase{
	{"empty store", testEmptyStore},
	{"put, get, delete", testPutGetDelete},
	{"reads its own writes", testOwnWrites},
	{"revision of a key is that of its last write", testItemRevision},
	{"empty value", testEmptyValue},
	{"key and value are copied", testCopies},
	{"error drops everything", testErrorDrops},
	{"an error passed over dooms the transaction", testDoomed},
	{"no write, no commit", testNoWrite},
	{"deleting nothing is a commit", testDeleteNothing},
	{"View returns the error of its closure", testViewError},
}

var errRefused = errors.New("refused")

func testEmptyStore(t *testing.T, db kv.DB) {
	if db.Revision() != 0 {
		t.Errorf("revision %d, want 0", db.Revision())
	}
	view(t, db, func(r kv.Reader) error {
		if r.Revision() != 0 {
			t.Errorf("revision of the snapshot %d, want 0", r.Revision())
		}
		return wantNone(r.Get, "a")
	})
	if all := contents(t, db); len(all) != 0 {
		t.Errorf("holds %v", all)
	}
}

func testPutGetDelete(t *testing.T, db kv.DB) {
	first := put(t, db, "a", "1")
	view(t, db, func(r kv.Reader) error {
		return errors.Join(want(r.Get, "a", "1", first), wantNone(r.Get, "b"), wantNone(r.Get, "aa"))
	})
	second := update(t, db, func(tx kv.Tx) error {
		return errors.Join(want(tx.Get, "a", "1", first), wantNone(tx.Get, "b"), tx.Delete([]byte("a")))
	})
	if second != first+1 || db.Revision() != second {
		t.Errorf("revisions %d, then %d, the store says %d", first, second, db.Revision())
	}
	view(t, db, func(r kv.Reader) error { return wantNone(r.Get, "a") })
}

func testOwnWrites(t *testing.T, db kv.DB) {
	before := put(t, db, "a", "old")
	after := update(t, db, func(tx kv.Tx) error {
		return errors.Join(
			want(tx.Get, "a", "old", before),
			tx.Put([]byte("a"), []byte("new")),
			want(tx.Get, "a", "new", 0),
			tx.Delete([]byte("a")),
			wantNone(tx.Get, "a"),
			tx.Put([]byte("a"), []byte("newer")),
			want(tx.Get, "a", "newer", 0),
			tx.Put([]byte("b"), []byte("fleeting")),
			tx.Delete([]byte("b")),
			wantNone(tx.Get, "b"),
		)
	})
	view(t, db, func(r kv.Reader) error {
		return errors.Join(want(r.Get, "a", "newer", after), wantNone(r.Get, "b"))
	})
}

func testItemRevision(t *testing.T, db kv.DB) {
	a := put(t, db, "a", "1")
	both := update(t, db, func(tx kv.Tx) error {
		return errors.Join(tx.Put([]byte("b"), []byte("1")), tx.Put([]byte("c"), []byte("1")))
	})
	b := put(t, db, "b", "1")
	view(t, db, func(r kv.Reader) error {
		if r.Revision() != b {
			t.Errorf("revision of the snapshot %d, want %d", r.Revision(), b)
		}
		return errors.Join(want(r.Get, "a", "1", a), want(r.Get, "b", "1", b), want(r.Get, "c", "1", both))
	})
}

func testEmptyValue(t *testing.T, db kv.DB) {
	revision := update(t, db, func(tx kv.Tx) error {
		return errors.Join(tx.Put([]byte("nil"), nil), tx.Put([]byte("empty"), []byte{}), want(tx.Get, "nil", "", 0))
	})
	view(t, db, func(r kv.Reader) error {
		return errors.Join(want(r.Get, "nil", "", revision), want(r.Get, "empty", "", revision))
	})
}

func testCopies(t *testing.T, db kv.DB) {
	key, value, gone := []byte("key"), []byte("value"), []byte("gone")
	put(t, db, "gone", "1")
	revision := update(t, db, func(tx kv.Tx) error {
		copy(key, "key")
		copy(value, "value")
		copy(gone, "gone")
		err := errors.Join(tx.Put(key, value), tx.Delete(gone))
		copy(key, "xxx")
		copy(value, "xxxxx")
		copy(gone, "xxxx")
		return errors.Join(err, want(tx.Get, "key", "value", 0), wantNone(tx.Get, "gone"))
	})
	view(t, db, func(r kv.Reader) error {
		return errors.Join(want(r.Get, "key", "value", revision), wantNone(r.Get, "gone"), wantNone(r.Get, "xxx"))
	})
}

func testErrorDrops(t *testing.T, db kv.DB) {
	before := put(t, db, "a", "1")
	revision, err := db.Update(t.Context(), func(tx kv.Tx) error {
		err := errors.Join(tx.Put([]byte("a"), []byte("2")), tx.Put([]byte("b"), []byte("2")), tx.Delete([]byte("a")))
		if err != nil {
			return err
		}
		return errRefused
	})
	if err != errRefused || revision != 0 {
		t.Errorf("Update = %d, %v; want 0 and the very error of the closure", revision, err)
	}
	if db.Revision() != before {
		t.Errorf("revision %d after a refusal, want %d", db.Revision(), before)
	}
	view(t, db, func(r kv.Reader) error {
		return errors.Join(want(r.Get, "a", "1", before), wantNone(r.Get, "b"))
	})
	if next := put(t, db, "b", "3"); next != before+1 {
		t.Errorf("next revision %d, want %d: a refusal takes none", next, before+1)
	}
}

func testDoomed(t *testing.T, db kv.DB) {
	_, err := db.Update(t.Context(), func(tx kv.Tx) error {
		err := tx.Put([]byte("a"), []byte("1"))
		if err != nil {
			return err
		}
		_ = tx.Put(nil, nil)
		if again := tx.Put([]byte("b"), nil); !errors.Is(again, kv.ErrBadKey) {
			t.Errorf("Put after an error: %v, want that error again", again)
		}
		return nil
	})
	if !errors.Is(err, kv.ErrBadKey) {
		t.Errorf("Update: %v, want %v", err, kv.ErrBadKey)
	}
	if all := contents(t, db); len(all) != 0 {
		t.Errorf("holds %v", all)
	}
}

func testNoWrite(t *testing.T, db kv.DB) {
	for _, fn := range []func(kv.Tx) error{
		func(kv.Tx) error { return nil },
		func(tx kv.Tx) error { _, _, err := tx.Get([]byte("a")); return err },
	} {
		before := put(t, db, "a", "1")
		if revision := update(t, db, fn); revision != before {
			t.Errorf("revision %d, want the current one, %d", revision, before)
		}
	}
}

func testDeleteNothing(t *testing.T, db kv.DB) {
	before := put(t, db, "a", "1")
	revision := update(t, db, func(tx kv.Tx) error { return tx.Delete([]byte("b")) })
	if revision != before+1 || db.Revision() != revision {
		t.Errorf("revision %d, the store says %d, want %d", revision, db.Revision(), before+1)
	}
}

func testViewError(t *testing.T, db kv.DB) {
	err := db.View(t.Context(), func(kv.Reader) error { return errRefused })
	if err != errRefused {
		t.Errorf("View: %v, want the very error of the closure", err)
	}
}
