package kvtest

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"sync"
	"testing"

	"github.com/eile-housing/eile/store/kv"
)

// RunReopen tests what must outlive a DB. open opens the store that lies in a
// folder, an empty one when there is none.
func RunReopen(t *testing.T, open func(t *testing.T, folder string) kv.DB) {
	t.Run("contents and revision", func(t *testing.T) {
		checkLeaks(t)
		folder := t.TempDir()
		db := open(t, folder)
		for round := range 5 {
			var wg sync.WaitGroup
			for i := range 10 {
				wg.Go(func() { put(t, db, fmt.Sprint(i), fmt.Sprint(round)) })
			}
			wg.Wait()
			update(t, db, func(tx kv.Tx) error { return tx.Delete(fmt.Append(nil, round)) })
			before, revision := contents(t, db), db.Revision()
			closeStore(t, db)
			db = open(t, folder)
			if db.Revision() != revision {
				t.Fatalf("revision %d after reopening, was %d", db.Revision(), revision)
			}
			if after := contents(t, db); !maps.Equal(before, after) {
				t.Fatalf("holds %v after reopening, held %v", after, before)
			}
			if next := put(t, db, "next", ""); next != revision+1 {
				t.Fatalf("revision %d follows %d after reopening", next, revision)
			}
		}
		closeStore(t, db)
	})
	t.Run("model", func(t *testing.T) {
		checkLeaks(t)
		var folder string
		testModel(t,
			func(t *testing.T) kv.DB {
				folder = t.TempDir()
				return open(t, folder)
			},
			func(db kv.DB) kv.DB {
				closeStore(t, db)
				return open(t, folder)
			})
	})
}

// RunBackup tests that restore makes of a backup the store that it was taken of.
func RunBackup(t *testing.T, open func(t *testing.T) kv.DB, restore func(t *testing.T, backup io.Reader) kv.DB) {
	t.Run("empty", func(t *testing.T) {
		db := opened(t, open)
		var backup bytes.Buffer
		err := db.Backup(t.Context(), &backup)
		if err != nil {
			t.Fatalf("Backup: %v", err)
		}
		copied := restore(t, &backup)
		defer closeStore(t, copied)
		if all := contents(t, copied); len(all) != 0 || copied.Revision() != 0 {
			t.Errorf("copy of an empty store holds %v at revision %d", all, copied.Revision())
		}
	})
	t.Run("while serving", func(t *testing.T) {
		testBackup(t, opened(t, open), restore)
	})
	t.Run("writer fails", func(t *testing.T) {
		db := opened(t, open)
		put(t, db, "a", "1")
		err := db.Backup(t.Context(), failingWriter{})
		if err == nil {
			t.Error("Backup into a failing writer succeeded")
		}
		put(t, db, "a", "2")
	})
}

type failingWriter struct{}

func (failingWriter) Write([]byte) (int, error) { return 0, errRefused }

// testBackup backs up between writes, one of which comes while the copy is being
// written.
func testBackup(t *testing.T, db kv.DB, restore func(*testing.T, io.Reader) kv.DB) {
	for i := range 200 {
		put(t, db, fmt.Sprint(i%50), fmt.Sprint(i))
	}
	before, revision := contents(t, db), db.Revision()
	var backup bytes.Buffer
	var wg sync.WaitGroup
	var once sync.Once
	err := db.Backup(t.Context(), writerFunc(func(p []byte) (int, error) {
		once.Do(func() { wg.Go(func() { put(t, db, "later", "") }); wg.Wait() })
		return backup.Write(p)
	}))
	if err != nil {
		t.Fatalf("Backup: %v", err)
	}
	copied := restore(t, &backup)
	defer closeStore(t, copied)
	if all := contents(t, copied); !maps.Equal(all, before) || copied.Revision() != revision {
		t.Errorf("copy holds %v at revision %d, want %v at %d", all, copied.Revision(), before, revision)
	}
	if next := put(t, copied, "next", ""); next != revision+1 {
		t.Errorf("revision %d follows %d in the copy", next, revision)
	}
	if next := put(t, db, "next", ""); next != revision+2 {
		t.Errorf("revision %d follows %d in the original", next, revision+1)
	}
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }
