package boltkv_test

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/eile-housing/eile/store/kv"
	"github.com/eile-housing/eile/store/kv/boltkv"
	"github.com/eile-housing/eile/store/kv/kvtest"
)

func open(t testing.TB, path string) *boltkv.DB {
	t.Helper()
	db, err := boltkv.Open(path, boltkv.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return db
}

// closeSound closes a store after checking every page and record of it.
func closeSound(t testing.TB, db *boltkv.DB) {
	t.Helper()
	for fault := range db.Check(context.Background()) {
		t.Errorf("Check: %v", fault)
	}
	err := db.Close()
	if err != nil {
		t.Error(err)
	}
}

// checked is a DB that checks itself before it closes.
type checked struct {
	*boltkv.DB
	t *testing.T
}

func (c checked) Close() error {
	for fault := range c.Check(context.Background()) { // t.Context has ended in a clean-up
		if !errors.Is(fault, kv.ErrClosed) {
			c.t.Errorf("Check: %v", fault)
		}
	}
	return c.DB.Close()
}

func openChecked(t *testing.T, folder string) kv.DB {
	return checked{open(t, filepath.Join(folder, "store")), t}
}

func openNew(t *testing.T) kv.DB { return openChecked(t, t.TempDir()) }

func TestContract(t *testing.T) { kvtest.Run(t, openNew) }

func TestReopen(t *testing.T) { kvtest.RunReopen(t, openChecked) }

func TestBackup(t *testing.T) {
	kvtest.RunBackup(t, openNew, func(t *testing.T, backup io.Reader) kv.DB {
		folder := t.TempDir()
		file, err := os.Create(filepath.Join(folder, "store"))
		if err != nil {
			t.Fatal(err)
		}
		_, err = io.Copy(file, backup)
		if err != nil {
			t.Fatal(err)
		}
		err = file.Close()
		if err != nil {
			t.Fatal(err)
		}
		return openChecked(t, folder)
	})
}
