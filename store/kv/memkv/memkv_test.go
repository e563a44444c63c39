package memkv_test

import (
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/eile-housing/eile/store/kv"
	"github.com/eile-housing/eile/store/kv/kvtest"
	"github.com/eile-housing/eile/store/kv/memkv"
)

func open(*testing.T) kv.DB { return memkv.New(memkv.Options{RerunClosures: true}) }

func TestContract(t *testing.T) { kvtest.Run(t, open) }

func TestBackup(t *testing.T) {
	kvtest.RunBackup(t, open, func(t *testing.T, backup io.Reader) kv.DB {
		db, err := memkv.Restore(backup, memkv.Options{})
		if err != nil {
			t.Fatal(err)
		}
		return db
	})
}

func TestRestoreRefusesGarbage(t *testing.T) {
	for _, backup := range []string{"", "garbage"} {
		_, err := memkv.Restore(strings.NewReader(backup), memkv.Options{})
		if !errors.Is(err, kv.ErrCorrupt) {
			t.Errorf("Restore(%q): %v, want %v", backup, err, kv.ErrCorrupt)
		}
	}
}

func TestRerunClosures(t *testing.T) {
	for _, rerun := range []bool{false, true} {
		db := memkv.New(memkv.Options{RerunClosures: rerun})
		runs := 0
		for range 10 {
			_, err := db.Update(t.Context(), func(kv.Tx) error { runs++; return nil })
			if err != nil {
				t.Fatal(err)
			}
		}
		if expected := map[bool]int{false: 10, true: 15}[rerun]; runs != expected {
			t.Errorf("RerunClosures %t: closures of 10 Updates ran %d times, want %d", rerun, runs, expected)
		}
	}
}
