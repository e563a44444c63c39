package boltkv

import (
	"bytes"
	"fmt"
	"path/filepath"
	"testing"

	"github.com/eile-housing/eile/store/kv"
)

// What is mapped may be let go at any time: everything is read back as before.
func TestRelax(t *testing.T) {
	db, err := Open(filepath.Join(t.TempDir(), "a store.db"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for batch := range 20 {
		_, err := db.Update(t.Context(), func(tx kv.Tx) error {
			for i := range 100 {
				if err := tx.Put(fmt.Appendf(nil, "%03d/%03d", batch, i), bytes.Repeat([]byte{byte(i)}, 500)); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Relax(); err != nil {
		t.Fatal(err)
	}
	count := 0
	err = db.View(t.Context(), func(reader kv.Reader) error {
		for item, err := range reader.Scan(nil, nil) {
			if err != nil {
				return err
			}
			if len(item.Value) != 500 {
				return fmt.Errorf("key %s has %d bytes", item.Key, len(item.Value))
			}
			count++
			if count == 1000 {
				if err := db.Relax(); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil || count != 2000 {
		t.Fatalf("read %d of 2000 keys: %v", count, err)
	}
}
