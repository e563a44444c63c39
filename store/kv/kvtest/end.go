package kvtest

import (
	"context"
	"errors"
	"io"
	"runtime"
	"sync"
	"testing"

	"github.com/eile-housing/eile/store/kv"
)

var endCases = []testCase{
	{"panic in Update", testUpdatePanic},
	{"panic in View", testViewPanic},
	{"closure that exits its goroutine", testGoexit},
	{"use after the closure", testEnded},
	{"use after Close", testClosed},
	{"Close waits for what has begun", testCloseWaits},
	{"cancelled context", testCancelled},
	{"cancelled while queued", testCancelledQueued},
	{"cancelled while running", testCancelledRunning},
}

// panics returns what fn panics with.
func panics(fn func()) (p any) {
	defer func() { p = recover() }()
	fn()
	return nil
}

func testUpdatePanic(t *testing.T, db kv.DB) {
	before := put(t, db, "a", "1")
	p := panics(func() {
		_, _ = db.Update(t.Context(), func(tx kv.Tx) error {
			_ = tx.Put([]byte("a"), []byte("2"))
			panic(errRefused)
		})
	})
	if p != errRefused {
		t.Errorf("the caller sees panic %v, want %v", p, errRefused)
	}
	after := put(t, db, "b", "1")
	view(t, db, func(r kv.Reader) error {
		return errors.Join(want(r.Get, "a", "1", before), want(r.Get, "b", "1", after))
	})
}

func testViewPanic(t *testing.T, db kv.DB) {
	put(t, db, "a", "1")
	p := panics(func() {
		_ = db.View(t.Context(), func(r kv.Reader) error {
			for _, err := range r.Scan(nil, nil) {
				if err != nil {
					return err
				}
				panic(errRefused)
			}
			return nil
		})
	})
	if p != errRefused {
		t.Errorf("the caller sees panic %v, want %v", p, errRefused)
	}
	put(t, db, "a", "2")
}

// testGoexit: t.Fatal inside a closure ends its goroutine without a panic.
func testGoexit(t *testing.T, db kv.DB) {
	for _, call := range []func(){
		func() { _, _ = db.Update(t.Context(), func(kv.Tx) error { runtime.Goexit(); return nil }) },
		func() { _ = db.View(t.Context(), func(kv.Reader) error { runtime.Goexit(); return nil }) },
	} {
		var wg sync.WaitGroup
		wg.Go(call)
		wg.Wait()
		put(t, db, "a", "1")
	}
}

func testEnded(t *testing.T, db kv.DB) {
	var tx kv.Tx
	var r kv.Reader
	put(t, db, "a", "1")
	update(t, db, func(given kv.Tx) error { tx = given; return nil })
	view(t, db, func(given kv.Reader) error { r = given; return nil })
	_, _, txGet := tx.Get([]byte("a"))
	_, _, readerGet := r.Get([]byte("a"))
	var scan error
	for _, err := range r.Scan(nil, nil) {
		scan = err
	}
	for name, err := range map[string]error{
		"Tx.Get": txGet, "Tx.Put": tx.Put([]byte("b"), nil), "Tx.Delete": tx.Delete([]byte("a")),
		"Reader.Get": readerGet, "Reader.Scan": scan,
	} {
		if !errors.Is(err, kv.ErrEnded) {
			t.Errorf("%s after the closure: %v, want %v", name, err, kv.ErrEnded)
		}
	}
	if all := contents(t, db); len(all) != 1 {
		t.Errorf("holds %v, want a alone", all)
	}
}

func testClosed(t *testing.T, db kv.DB) {
	revision := put(t, db, "a", "1")
	closeStore(t, db)
	ran := false
	_, updated := db.Update(t.Context(), func(kv.Tx) error { ran = true; return nil })
	viewed := db.View(t.Context(), func(kv.Reader) error { ran = true; return nil })
	for name, err := range map[string]error{"Update": updated, "View": viewed, "Backup": db.Backup(t.Context(), io.Discard)} {
		if !errors.Is(err, kv.ErrClosed) {
			t.Errorf("%s after Close: %v, want %v", name, err, kv.ErrClosed)
		}
	}
	if ran {
		t.Error("a closure ran after Close")
	}
	if db.Revision() != revision {
		t.Errorf("revision %d after Close, want %d", db.Revision(), revision)
	}
	closeStore(t, db)
}

func testCloseWaits(t *testing.T, db kv.DB) {
	var wg sync.WaitGroup
	inView, release := make(chan struct{}), make(chan struct{})
	key := []byte("a")
	put(t, db, "a", "1")
	wg.Go(func() {
		err := db.View(t.Context(), func(r kv.Reader) error {
			close(inView)
			<-release
			return want(r.Get, "a", "1", 1)
		})
		if err != nil {
			t.Errorf("View that was running at Close: %v", err)
		}
	})
	<-inView
	for range 8 {
		wg.Go(func() {
			_, err := db.Update(t.Context(), func(tx kv.Tx) error { return tx.Put(key, nil) })
			if err != nil && !errors.Is(err, kv.ErrClosed) {
				t.Errorf("Update beside Close: %v", err)
			}
		})
	}
	wg.Go(func() { closeStore(t, db) })
	close(release)
	wg.Wait()
}

func testCancelled(t *testing.T, db kv.DB) {
	put(t, db, "a", "1")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	ran := false
	_, updated := db.Update(ctx, func(kv.Tx) error { ran = true; return nil })
	viewed := db.View(ctx, func(kv.Reader) error { ran = true; return nil })
	for name, err := range map[string]error{"Update": updated, "View": viewed, "Backup": db.Backup(ctx, io.Discard)} {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v, want %v", name, err, context.Canceled)
		}
	}
	if ran {
		t.Error("a closure ran though its context had ended")
	}
}

func testCancelledQueued(t *testing.T, db kv.DB) {
	var wg sync.WaitGroup
	running, release := make(chan struct{}), make(chan struct{})
	var once sync.Once
	wg.Go(func() {
		_, err := db.Update(t.Context(), func(tx kv.Tx) error {
			once.Do(func() { close(running) })
			<-release
			return tx.Put([]byte("first"), nil)
		})
		if err != nil {
			t.Errorf("Update that others queue behind: %v", err)
		}
	})
	<-running
	ctx, cancel := context.WithCancel(t.Context())
	answers := make(chan error)
	for range 4 {
		wg.Go(func() {
			_, err := db.Update(ctx, func(tx kv.Tx) error { return tx.Put([]byte("queued"), nil) })
			answers <- err
		})
	}
	cancel()
	for range 4 {
		err := <-answers
		if !errors.Is(err, context.Canceled) {
			t.Errorf("queued Update: %v, want %v", err, context.Canceled)
		}
	}
	close(release)
	wg.Wait()
	view(t, db, func(r kv.Reader) error { return errors.Join(want(r.Get, "first", "", 1), wantNone(r.Get, "queued")) })
}

// testCancelledRunning: a closure that has run is committed and answered as such.
func testCancelledRunning(t *testing.T, db kv.DB) {
	ctx, cancel := context.WithCancel(t.Context())
	revision, err := db.Update(ctx, func(tx kv.Tx) error {
		cancel()
		return tx.Put([]byte("a"), []byte("1"))
	})
	if err != nil {
		t.Fatalf("Update: %v", err)
	}
	view(t, db, func(r kv.Reader) error { return want(r.Get, "a", "1", revision) })
}
