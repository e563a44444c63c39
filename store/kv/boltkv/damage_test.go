package boltkv_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.etcd.io/bbolt"

	"github.com/eile-housing/eile/store/kv"
	"github.com/eile-housing/eile/store/kv/boltkv"
)

// sample writes a store with branch pages, overflow pages and free pages, and
// returns its bytes and contents.
func sample(t *testing.T) (file []byte, all map[string]string) {
	path := filepath.Join(t.TempDir(), "store")
	db := open(t, path)
	random := rand.New(rand.NewPCG(1, 2))
	for i := range 60 {
		_, err := db.Update(t.Context(), func(tx kv.Tx) error {
			for range 10 {
				size := random.IntN(200)
				if i%20 == 0 {
					size = 9000
				}
				key := fmt.Appendf(nil, "%08x", random.Uint32())
				err := tx.Put(key, bytes.Repeat(key[:1], size))
				if err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	all, err := readAll(db)
	if err != nil {
		t.Fatal(err)
	}
	var backup bytes.Buffer // the pages in use, without what is allocated ahead
	err = db.Backup(t.Context(), &backup)
	if err != nil {
		t.Fatal(err)
	}
	closeSound(t, db)
	return backup.Bytes(), all
}

func readAll(db *boltkv.DB) (map[string]string, error) {
	all := make(map[string]string)
	err := db.View(context.Background(), func(r kv.Reader) error {
		for item, err := range r.Scan(nil, nil) {
			if err != nil {
				return err
			}
			all[string(item.Key)] = string(item.Value)
		}
		return nil
	})
	return all, err
}

// damaged opens a file of these bytes.
func damaged(t *testing.T, file []byte) (*boltkv.DB, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "store")
	err := os.WriteFile(path, file, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	db, err := boltkv.Open(path, boltkv.Options{})
	if err != nil && !strings.Contains(err.Error(), path) {
		t.Errorf("Open: %v; want an error that names %s", err, path)
	}
	return db, err
}

func TestCut(t *testing.T) {
	file, all := sample(t)
	page := os.Getpagesize()
	for _, size := range []int{1, 100, page - 1, page, page + 1, 2 * page, 3 * page, 4 * page, len(file) / 2, len(file) - page, len(file) - 1} {
		_, err := damaged(t, file[:size])
		if !errors.Is(err, kv.ErrCorrupt) {
			t.Errorf("Open of %d bytes of %d: %v, want %v", size, len(file), err, kv.ErrCorrupt)
		}
	}
	db, err := damaged(t, file)
	if err != nil {
		t.Fatal(err)
	}
	defer closeSound(t, db)
	whole, err := readAll(db)
	if err != nil || !maps.Equal(whole, all) {
		t.Errorf("the whole file does not hold what was written: %v", err)
	}
}

func TestNotAStore(t *testing.T) {
	for name, file := range map[string][]byte{
		"text":   bytes.Repeat([]byte("reference,list\n"), 5000),
		"zeroes": make([]byte, 1<<16),
		"ones":   bytes.Repeat([]byte{0xff}, 1<<16),
	} {
		_, err := damaged(t, file)
		if !errors.Is(err, kv.ErrCorrupt) {
			t.Errorf("Open of %s: %v, want %v", name, err, kv.ErrCorrupt)
		}
	}
	db, err := damaged(t, nil)
	if err != nil {
		t.Fatalf("Open of an empty file: %v, want a new store", err)
	}
	closeSound(t, db)
}

// TestFlips: with a byte changed anywhere, either Open refuses the file, or Check
// finds a fault, or the byte did not matter. Nothing panics, and no value is
// ever read wrong.
func TestFlips(t *testing.T) {
	file, all := sample(t)
	random := rand.New(rand.NewPCG(3, 4))
	refused, found, harmless := 0, 0, 0
	places := []int{16, 20, 30, 40, 60, 79, os.Getpagesize() + 16, os.Getpagesize() + 70}
	for page := 0; page < len(file); page += os.Getpagesize() {
		// Headers and the element tables behind them are where it hurts.
		places = append(places, page, page+8, page+10, page+12, page+16+random.IntN(64), page+random.IntN(os.Getpagesize()))
	}
	if os.Getenv("EILE_LONG") != "" {
		for range 20_000 {
			places = append(places, random.IntN(len(file)))
		}
	}
	for _, place := range places {
		flipped := bytes.Clone(file)
		flipped[place] ^= 1 << random.IntN(8)
		db, err := damaged(t, flipped)
		if err != nil {
			// With the name of a bucket changed, the file looks like one of another program.
			if !errors.Is(err, kv.ErrCorrupt) && !errors.Is(err, kv.ErrFormat) {
				t.Errorf("byte %d: Open: %v, want %v", place, err, kv.ErrCorrupt)
			}
			refused++
			continue
		}
		faults := 0
		for fault := range db.Check(t.Context()) {
			if !errors.Is(fault, kv.ErrCorrupt) {
				t.Errorf("byte %d: Check yields %v, want %v", place, fault, kv.ErrCorrupt)
			}
			faults++
		}
		got, err := readAll(db)
		switch {
		case faults > 0:
			found++
		case err != nil || !maps.Equal(got, all):
			t.Errorf("byte %d: Check finds nothing, and a scan finds %d of %d records, error %v", place, len(got), len(all), err)
		default:
			harmless++
		}
		for key, value := range got {
			if expected, ok := all[key]; ok && value != expected {
				t.Errorf("byte %d: %s is read wrong", place, key)
			}
		}
		_ = db.Close()
	}
	t.Logf("of %d flipped bytes %d were refused by Open, %d found by Check, %d harmless", len(places), refused, found, harmless)
	if refused == 0 || found == 0 {
		t.Error("the test does not reach what it should")
	}
}

func TestFormat(t *testing.T) {
	for name, change := range map[string]func(*bbolt.Tx) error{
		"other program": func(tx *bbolt.Tx) error {
			_, err := tx.CreateBucket([]byte("theirs"))
			return err
		},
		"other version": func(tx *bbolt.Tx) error {
			_, err := tx.CreateBucket([]byte("data"))
			if err != nil {
				return err
			}
			meta, err := tx.CreateBucket([]byte("meta"))
			if err != nil {
				return err
			}
			return meta.Put([]byte("format"), []byte("eile/kv/2"))
		},
		"half": func(tx *bbolt.Tx) error {
			_, err := tx.CreateBucket([]byte("data"))
			return err
		},
	} {
		path := filepath.Join(t.TempDir(), "store")
		bolt, err := bbolt.Open(path, 0o600, nil)
		if err != nil {
			t.Fatal(err)
		}
		err = errors.Join(bolt.Update(change), bolt.Close())
		if err != nil {
			t.Fatal(err)
		}
		_, err = boltkv.Open(path, boltkv.Options{})
		if !errors.Is(err, kv.ErrFormat) || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: Open: %v, want %v and the path", name, err, kv.ErrFormat)
		}
	}
}

func TestInUse(t *testing.T) {
	path := filepath.Join(t.TempDir(), "store")
	db := open(t, path)
	_, err := boltkv.Open(path, boltkv.Options{LockTimeout: 1})
	if !errors.Is(err, kv.ErrInUse) || !strings.Contains(err.Error(), path) || strings.Contains(err.Error(), "timeout") {
		t.Errorf("Open of a store in use: %v, want %v and the path", err, kv.ErrInUse)
	}
	closeSound(t, db)
	closeSound(t, open(t, path))
}

func TestOpenNowhere(t *testing.T) {
	folder := t.TempDir()
	for _, path := range []string{folder, filepath.Join(folder, "no", "folder", "store")} {
		_, err := boltkv.Open(path, boltkv.Options{})
		if err == nil || !strings.Contains(err.Error(), path) {
			t.Errorf("Open(%s): %v, want an error with the path", path, err)
		}
	}
}
