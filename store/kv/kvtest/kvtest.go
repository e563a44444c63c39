// Package kvtest is the contract of kv as tests, one suite that every driver
// passes without exception. It must not know any driver.
package kvtest

import (
	"bytes"
	"context"
	"fmt"
	"testing"

	"go.uber.org/goleak"

	"github.com/eile-housing/eile/store/kv"
)

// Run tests all that holds for every driver. open returns an empty store, which
// the suite closes. A driver that can rerun closures at will should be opened so
// that it does.
func Run(t *testing.T, open func(t *testing.T) kv.DB) {
	for _, group := range []struct {
		name  string
		cases []testCase
	}{
		{"tx", txCases},
		{"end", endCases},
		{"limits", limitCases},
		{"scan", scanCases},
		{"snapshot", snapshotCases},
		{"follow", followCases},
		{"concurrent", concurrentCases},
	} {
		t.Run(group.name, func(t *testing.T) {
			for _, c := range group.cases {
				t.Run(c.name, func(t *testing.T) {
					c.run(t, opened(t, open))
				})
			}
		})
	}
	t.Run("model", func(t *testing.T) {
		checkLeaks(t)
		testModel(t, open, nil)
	})
}

type testCase struct {
	name string
	run  func(t *testing.T, db kv.DB)
}

// opened opens a store for one test, after which it must close cleanly and
// leave no goroutine behind.
func opened(t *testing.T, open func(t *testing.T) kv.DB) kv.DB {
	checkLeaks(t)
	db := open(t)
	t.Cleanup(func() { closeStore(t, db) })
	return db
}

func checkLeaks(t *testing.T) {
	before := goleak.IgnoreCurrent()
	t.Cleanup(func() { goleak.VerifyNone(t, before) })
}

func closeStore(t testing.TB, db kv.DB) {
	t.Helper()
	err := db.Close()
	if err != nil {
		t.Errorf("Close: %v", err)
	}
}

// update is an Update that must succeed.
func update(t testing.TB, db kv.DB, fn func(kv.Tx) error) kv.Revision {
	t.Helper()
	revision, err := db.Update(t.Context(), fn)
	if err != nil {
		t.Fatalf("Update: %v", err)
	}
	return revision
}

func put(t testing.TB, db kv.DB, key, value string) kv.Revision {
	t.Helper()
	return update(t, db, func(tx kv.Tx) error { return tx.Put([]byte(key), []byte(value)) })
}

// failer is what testing.T and rapid.T have in common here.
type failer interface {
	Helper()
	Fatalf(format string, args ...any)
}

func view(t failer, db kv.DB, fn func(kv.Reader) error) {
	t.Helper()
	// Not t.Context, which has ended in a clean-up.
	err := db.View(context.Background(), fn)
	if err != nil {
		t.Fatalf("View: %v", err)
	}
}

// record is an Item that outlives its closure.
type record struct {
	value    string
	revision kv.Revision
}

// contents reads the whole store.
func contents(t testing.TB, db kv.DB) map[string]record {
	t.Helper()
	all := make(map[string]record)
	view(t, db, func(r kv.Reader) error {
		for item, err := range r.Scan(nil, nil) {
			if err != nil {
				return err
			}
			all[string(item.Key)] = record{string(item.Value), item.Revision}
		}
		return nil
	})
	return all
}

// want checks what a Get of a Reader or Tx finds.
func want(get func([]byte) (kv.Item, bool, error), key, value string, revision kv.Revision) error {
	item, ok, err := get([]byte(key))
	switch {
	case err != nil:
		return fmt.Errorf("Get(%q): %w", key, err)
	case !ok:
		return fmt.Errorf("Get(%q) finds nothing, want %q", key, value)
	case string(item.Key) != key || string(item.Value) != value || item.Revision != revision:
		return fmt.Errorf("Get(%q) = %q: %q at revision %d, want %q at %d", key, item.Key, item.Value, item.Revision, value, revision)
	}
	return nil
}

func wantNone(get func([]byte) (kv.Item, bool, error), key string) error {
	item, ok, err := get([]byte(key))
	if err != nil {
		return fmt.Errorf("Get(%q): %w", key, err)
	}
	if ok {
		return fmt.Errorf("Get(%q) = %q, want nothing", key, item.Value)
	}
	return nil
}

func clone(c kv.Commit) kv.Commit {
	writes := make([]kv.Write, 0, len(c.Writes))
	for _, w := range c.Writes {
		writes = append(writes, kv.Write{Key: bytes.Clone(w.Key), Value: bytes.Clone(w.Value), Deleted: w.Deleted})
	}
	return kv.Commit{Revision: c.Revision, Writes: writes}
}
