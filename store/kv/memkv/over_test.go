package memkv_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"github.com/eile-housing/eile/store/kv"
	"github.com/eile-housing/eile/store/kv/boltkv"
	"github.com/eile-housing/eile/store/kv/kvtest"
	"github.com/eile-housing/eile/store/kv/memkv"
)

// lent is a store over a snapshot that lasts until it is closed.
type lent struct {
	kv.DB
	end func() error
}

func (l lent) Close() error { return errors.Join(l.DB.Close(), l.end()) }

// kept is a store that is closed by somebody else.
type kept struct{ kv.DB }

func (kept) Close() error { return nil }

// over opens a store over a snapshot of base, which is closed with it.
func over(t failer, base kv.DB) kv.DB {
	opened, closed, ended := make(chan kv.DB), make(chan struct{}), make(chan error, 1)
	go func() {
		ended <- base.View(context.Background(), func(reader kv.Reader) error {
			opened <- memkv.Over(reader, memkv.Options{RerunClosures: true})
			<-closed
			return nil
		})
	}()
	select {
	case db := <-opened:
		return lent{db, sync.OnceValue(func() error {
			close(closed)
			return errors.Join(<-ended, base.Close())
		})}
	case err := <-ended:
		t.Fatalf("View: %v", err)
		return nil
	}
}

type failer interface {
	Helper()
	Fatalf(format string, args ...any)
}

func bolt(t *testing.T) kv.DB {
	db, err := boltkv.Open(filepath.Join(t.TempDir(), "base.db"), boltkv.Options{NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	return db
}

func TestContractOverASnapshot(t *testing.T) {
	for name, base := range map[string]func(*testing.T) kv.DB{
		"memory":                open,
		"file":                  bolt,
		"store over a snapshot": func(t *testing.T) kv.DB { return over(t, open(t)) },
	} {
		t.Run(name, func(t *testing.T) {
			kvtest.Run(t, func(t *testing.T) kv.DB { return over(t, base(t)) })
		})
	}
}

func TestBackupOverASnapshot(t *testing.T) {
	kvtest.RunBackup(t, func(t *testing.T) kv.DB { return over(t, open(t)) }, func(t *testing.T, backup io.Reader) kv.DB {
		return restored(t, backup)
	})
}

func restored(t failer, backup io.Reader) kv.DB {
	t.Helper()
	db, err := memkv.Restore(backup, memkv.Options{})
	if err != nil {
		t.Fatalf("Restore: %v", err)
	}
	return db
}

func copied(t failer, db kv.DB) kv.DB {
	t.Helper()
	var backup bytes.Buffer
	if err := db.Backup(context.Background(), &backup); err != nil {
		t.Fatalf("Backup: %v", err)
	}
	return restored(t, &backup)
}

// dump is the items of a range, or all with their revisions.
func dump(t failer, db kv.DB, start, end []byte) (items []string) {
	t.Helper()
	err := db.View(context.Background(), func(reader kv.Reader) error {
		items = append(items, fmt.Sprintf("revision %d", reader.Revision()))
		for item, err := range reader.Scan(start, end) {
			if err != nil {
				return err
			}
			items = append(items, fmt.Sprintf("%q %q %d", item.Key, item.Value, item.Revision))
		}
		return nil
	})
	if err != nil {
		t.Fatalf("View: %v", err)
	}
	return items
}

var (
	drawKey = rapid.SliceOfN(rapid.SampledFrom([]byte{0, 'a', 'b', 0xff}), 1, 3)
	drawOps = rapid.SliceOfN(rapid.Custom(func(t *rapid.T) kv.Write {
		w := kv.Write{Key: drawKey.Draw(t, "key"), Deleted: rapid.IntRange(0, 2).Draw(t, "kind") == 0}
		if !w.Deleted {
			w.Value = rapid.SliceOfN(rapid.Byte(), 0, 3).Draw(t, "value")
		}
		return w
	}), 0, 9)
)

// carryOut makes the writes, one key after the other, each after a look at what is there.
func carryOut(t failer, db kv.DB, ops []kv.Write) (seen []string) {
	t.Helper()
	_, err := db.Update(context.Background(), func(tx kv.Tx) error {
		seen = nil
		for _, op := range ops {
			item, ok, err := tx.Get(op.Key)
			if err != nil {
				return err
			}
			seen = append(seen, fmt.Sprintf("%q %t %q %d", op.Key, ok, item.Value, item.Revision))
			if op.Deleted {
				err = tx.Delete(op.Key)
			} else {
				err = tx.Put(op.Key, op.Value)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatalf("Update: %v", err)
	}
	return seen
}

// TestOverIsACopy does the same to a store over a snapshot and to a copy of the
// store below, while that one goes on; over them stands a third one.
func TestOverIsACopy(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		base := memkv.New(memkv.Options{})
		for range rapid.IntRange(0, 6).Draw(t, "commits below") {
			carryOut(t, base, drawOps.Draw(t, "below"))
		}
		pairs := []struct{ over, copy kv.DB }{{over(t, kept{base}), copied(t, base)}}
		defer func() {
			for _, pair := range slices.Backward(pairs) {
				if err := errors.Join(pair.over.Close(), pair.copy.Close()); err != nil {
					t.Fatalf("Close: %v", err)
				}
			}
		}()
		t.Repeat(map[string]func(*rapid.T){
			"write": func(t *rapid.T) {
				pair := pairs[rapid.IntRange(0, len(pairs)-1).Draw(t, "which")]
				ops := drawOps.Draw(t, "ops")
				if got, want := carryOut(t, pair.over, ops), carryOut(t, pair.copy, ops); !slices.Equal(got, want) {
					t.Fatalf("a transaction reads %v, in the copy %v", got, want)
				}
			},
			"write below": func(t *rapid.T) { carryOut(t, base, drawOps.Draw(t, "ops")) },
			"one more": func(t *rapid.T) {
				if len(pairs) < 3 {
					top := pairs[len(pairs)-1].over
					pairs = append(pairs, struct{ over, copy kv.DB }{over(t, kept{top}), copied(t, top)})
				}
			},
			"": func(t *rapid.T) {
				start, end := drawKey.Draw(t, "start"), drawKey.Draw(t, "end")
				for _, pair := range pairs {
					if got, want := dump(t, pair.over, nil, nil), dump(t, pair.copy, nil, nil); !slices.Equal(got, want) {
						t.Fatalf("it holds %v, the copy %v", got, want)
					}
					if got, want := dump(t, pair.over, start, end), dump(t, pair.copy, start, end); !slices.Equal(got, want) {
						t.Fatalf("from %q to %q it holds %v, the copy %v", start, end, got, want)
					}
					if pair.over.Revision() != pair.copy.Revision() {
						t.Fatalf("it is at revision %d, the copy at %d", pair.over.Revision(), pair.copy.Revision())
					}
				}
			},
		})
	})
}

// TestOverSharesItsReader reads and writes at once, also inside of a scan.
func TestOverSharesItsReader(t *testing.T) {
	base := bolt(t)
	for i := range 300 {
		carryOut(t, base, []kv.Write{{Key: fmt.Appendf(nil, "%03d", i), Value: []byte("below")}})
	}
	db := over(t, base)
	defer func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}()
	var group sync.WaitGroup
	for w := range 4 {
		group.Go(func() {
			for i := range 50 {
				carryOut(t, db, []kv.Write{{Key: fmt.Appendf(nil, "%03d", 6*i+w), Value: []byte("own")}})
			}
		})
		group.Go(func() {
			for range 5 {
				err := db.View(t.Context(), func(reader kv.Reader) error {
					own, all := 0, 0
					for item, err := range reader.Scan(nil, nil) {
						if err != nil {
							return err
						}
						all++
						if string(item.Value) == "own" {
							own++
						}
						if _, ok, err := reader.Get(item.Key); err != nil || !ok {
							return fmt.Errorf("%q: %t, %w", item.Key, ok, err)
						}
					}
					if all != 300 || own != int(reader.Revision())-300 {
						return fmt.Errorf("at revision %d, %d of %d items are its own", reader.Revision(), own, all)
					}
					return nil
				})
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
}

// TestOverEndsAScan wherever the loop ends, and lets others read afterwards.
func TestOverEndsAScan(t *testing.T) {
	base := memkv.New(memkv.Options{})
	carryOut(t, base, []kv.Write{{Key: []byte("b")}, {Key: []byte("d")}})
	db := over(t, base)
	defer func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}()
	carryOut(t, db, []kv.Write{{Key: []byte("a")}, {Key: []byte("c")}, {Key: []byte("d"), Deleted: true}, {Key: []byte("e")}})
	for n, want := range []string{"a", "a b", "a b c", "a b c e"} {
		err := db.View(t.Context(), func(reader kv.Reader) error {
			var keys []string
			for item, err := range reader.Scan(nil, nil) {
				if err != nil {
					return err
				}
				if keys = append(keys, string(item.Key)); len(keys) > n {
					break
				}
			}
			if got := strings.Join(keys, " "); got != want {
				t.Errorf("%d keys are %q, want %q", n+1, got, want)
			}
			_, _, err := reader.Get([]byte("b"))
			return err
		})
		if err != nil {
			t.Error(err)
		}
	}
}

// TestOverTellsOfErrorsBelow as they came, from Get and from Scan.
func TestOverTellsOfErrorsBelow(t *testing.T) {
	db := memkv.Over(broken{}, memkv.Options{})
	err := db.View(t.Context(), func(reader kv.Reader) error {
		_, _, err := reader.Get([]byte("a"))
		if !errors.Is(err, errBroken) {
			t.Errorf("Get: %v", err)
		}
		for _, err := range reader.Scan(nil, nil) {
			return err
		}
		return nil
	})
	if !errors.Is(err, errBroken) {
		t.Errorf("Scan: %v", err)
	}
	if _, err := db.Update(t.Context(), func(tx kv.Tx) error { _, _, err := tx.Get([]byte("a")); return err }); !errors.Is(err, errBroken) {
		t.Errorf("Update: %v", err)
	}
	if err := db.Close(); err != nil {
		t.Error(err)
	}
}

var errBroken = errors.New("broken")

// broken is a snapshot that cannot be read.
type broken struct{}

func (broken) Revision() kv.Revision { return 7 }

func (broken) Get([]byte) (kv.Item, bool, error) { return kv.Item{}, false, errBroken }

func (broken) Scan(_, _ []byte) iter.Seq2[kv.Item, error] {
	return func(yield func(kv.Item, error) bool) { yield(kv.Item{}, errBroken) }
}
