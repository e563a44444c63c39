package boltkv

import (
	"context"
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/eile-housing/eile/store/kv"
)

// breaker makes the writes of a DB fail, by putting a read-only description of
// the same file under its descriptor.
type breaker struct {
	t                *testing.T
	fd               int
	sound, defective int
}

func newBreaker(t *testing.T, db *DB) *breaker {
	t.Helper()
	b := &breaker{t: t, fd: int(db.file.Fd())}
	var err error
	b.sound, err = syscall.Dup(b.fd)
	if err != nil {
		t.Fatal(err)
	}
	b.defective, err = syscall.Open(db.path, os.O_RDONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = syscall.Close(b.sound), syscall.Close(b.defective) })
	return b
}

func (b *breaker) set(broken bool) {
	b.t.Helper()
	fd := b.sound
	if broken {
		fd = b.defective
	}
	err := syscall.Dup3(fd, b.fd, 0)
	if err != nil {
		b.t.Fatal(err)
	}
}

func openTest(t *testing.T) *DB {
	t.Helper()
	db, err := Open(filepath.Join(t.TempDir(), "store"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	return db
}

func count(tx kv.Tx) error {
	item, _, err := tx.Get([]byte("counter"))
	if err != nil {
		return err
	}
	n := uint64(0)
	if len(item.Value) > 0 {
		n = binary.BigEndian.Uint64(item.Value)
	}
	return tx.Put([]byte("counter"), binary.BigEndian.AppendUint64(nil, n+1))
}

func counted(t *testing.T, db *DB) uint64 {
	t.Helper()
	var n uint64
	err := db.View(t.Context(), func(r kv.Reader) error {
		item, ok, err := r.Get([]byte("counter"))
		if ok {
			n = binary.BigEndian.Uint64(item.Value)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

type seenError uint64

func (e seenError) Error() string { return "seen" }

// TestFailedCommits lets commits fail now and then under many writers. A counter
// then tells whether anything refused is there, anything acknowledged is lost, or
// any closure built on what was never written.
func TestFailedCommits(t *testing.T) {
	db := openTest(t)
	b := newBreaker(t, db)
	var followed atomic.Uint64
	db.Follow(func(c kv.Commit) { followed.Store(uint64(c.Revision)) })
	var acknowledged, refused atomic.Uint64
	var writing sync.WaitGroup
	const goal = 200
	for range 16 {
		writing.Go(func() {
			for refused.Load() < goal || acknowledged.Load() < goal {
				revision, err := db.Update(t.Context(), count)
				switch {
				case err == nil:
					acknowledged.Add(1)
					if followed.Load() < uint64(revision) {
						t.Errorf("Update returned %d, followed to %d", revision, followed.Load())
					}
				case errors.Is(err, kv.ErrUncertain) || !strings.Contains(err.Error(), db.path):
					t.Errorf("Update: %v, want an error with the path", err)
					return
				default:
					refused.Add(1)
				}
			}
		})
	}
	// A refusal must not tell of a count that never reached the disk.
	for range 4 {
		writing.Go(func() {
			for refused.Load() < goal || acknowledged.Load() < goal {
				var seen seenError
				_, err := db.Update(t.Context(), func(tx kv.Tx) error {
					item, ok, err := tx.Get([]byte("counter"))
					if err != nil || !ok {
						return err
					}
					return seenError(binary.BigEndian.Uint64(item.Value))
				})
				if errors.As(err, &seen) && counted(t, db) < uint64(seen) {
					t.Errorf("refused because of count %d, which is not there", seen)
				}
			}
		})
	}
	stop := make(chan struct{})
	var breaking sync.WaitGroup
	breaking.Go(func() {
		for broken := true; ; broken = !broken {
			select {
			case <-stop:
				b.set(false)
				return
			default:
				b.set(broken)
				before := acknowledged.Load()
				if n := counted(t, db); n < before {
					t.Errorf("counted %d when %d were acknowledged", n, before)
				}
			}
		}
	})
	writing.Wait()
	close(stop)
	breaking.Wait()
	if n := counted(t, db); n != acknowledged.Load() || uint64(db.Revision()) != n || followed.Load() != n {
		t.Errorf("counted %d at revision %d, followed to %d, with %d acknowledged and %d refused",
			n, db.Revision(), followed.Load(), acknowledged.Load(), refused.Load())
	}
	for fault := range db.Check(t.Context()) {
		t.Errorf("Check: %v", fault)
	}
	err := db.Close()
	if err != nil {
		t.Error(err)
	}
}

// TestUncertain: a commit whose meta page may or may not have reached the disk
// stops everything. Here the store is made to believe that the revision on the
// disk is another one than what bbolt shows.
func TestUncertain(t *testing.T) {
	db := openTest(t)
	b := newBreaker(t, db)
	for range 3 {
		_, err := db.Update(t.Context(), count)
		if err != nil {
			t.Fatal(err)
		}
	}
	b.set(true)
	db.durable.Store(2)
	_, first := db.Update(t.Context(), count)
	b.set(false)
	_, updated := db.Update(t.Context(), count)
	viewed := db.View(t.Context(), func(kv.Reader) error { return nil })
	var checked error
	for checked = range db.Check(t.Context()) {
	}
	for name, err := range map[string]error{"failing Update": first, "Update": updated, "View": viewed, "Check": checked} {
		if !errors.Is(err, kv.ErrUncertain) || !strings.Contains(err.Error(), db.path) {
			t.Errorf("%s: %v, want %v and the path", name, err, kv.ErrUncertain)
		}
	}
	err := db.Close()
	if err != nil {
		t.Error(err)
	}
	db, err = Open(db.path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if n := counted(t, db); n != 3 || db.Revision() != 3 {
		t.Errorf("counted %d at revision %d after reopening, want 3", n, db.Revision())
	}
	err = db.Close()
	if err != nil {
		t.Error(err)
	}
}

// TestViewWaitsForDisk: a View that has seen a commit before its sync does not
// return before it.
func TestViewWaitsForDisk(t *testing.T) {
	db := openTest(t)
	_, err := db.Update(t.Context(), count)
	if err != nil {
		t.Fatal(err)
	}
	pending := newBatch()
	db.syncing.Store(pending)
	db.durable.Store(0)
	ctx, cancel := context.WithCancel(t.Context())
	err = db.View(ctx, func(kv.Reader) error { cancel(); return nil })
	if !errors.Is(err, context.Canceled) {
		t.Errorf("View of what is not durable: %v, want it to wait and find %v", err, context.Canceled)
	}
	err = db.View(t.Context(), func(kv.Reader) error {
		db.durable.Store(1)
		close(pending.synced)
		return nil
	})
	if err != nil {
		t.Errorf("View: %v", err)
	}
	err = db.Close()
	if err != nil {
		t.Error(err)
	}
}

// TestFullBatch: what does not fit waits for the next batch.
func TestFullBatch(t *testing.T) {
	db := openTest(t)
	value := make([]byte, maxBatchBytes/8)
	var wg sync.WaitGroup
	var largest atomic.Int64
	var company sync.Once
	db.Follow(func(kv.Commit) {
		largest.Store(max(largest.Load(), int64(db.syncing.Load().size)))
		// On one processor nobody joins while a batch is written. The first batch leaves thirty
		// values at least.
		company.Do(func() {
			for db.joined.Load() < 8 {
				runtime.Gosched()
			}
		})
	})
	for i := range 40 {
		wg.Go(func() {
			_, err := db.Update(t.Context(), func(tx kv.Tx) error { return tx.Put([]byte{byte(i)}, value) })
			if err != nil {
				t.Errorf("Update: %v", err)
			}
		})
	}
	wg.Wait()
	if n := largest.Load(); n > maxBatchBytes+2*int64(len(value)) || n <= int64(len(value)+headerSize) {
		t.Errorf("largest batch %d bytes, want many values and about %d", n, maxBatchBytes)
	}
	err := db.Close()
	if err != nil {
		t.Error(err)
	}
}
