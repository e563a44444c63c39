package boltkv_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/eile-housing/eile/store/kv"
	"github.com/eile-housing/eile/store/kv/boltkv"
)

const bigValue = 100_000

// fill writes from several goroutines until the store refuses, and returns the
// keys that were acknowledged with the refusals.
func fill(db *boltkv.DB, round string) (acknowledged []string, refusals []error) {
	var mu sync.Mutex
	var wg sync.WaitGroup
	for w := range 4 {
		wg.Go(func() {
			for i := range 1000 {
				key := fmt.Sprintf("%s/%d/%04d", round, w, i)
				_, err := db.Update(context.Background(), func(tx kv.Tx) error {
					return tx.Put([]byte(key), []byte(strings.Repeat(key[:1], bigValue)))
				})
				mu.Lock()
				if err == nil {
					acknowledged = append(acknowledged, key)
				} else {
					refusals = append(refusals, err)
				}
				mu.Unlock()
				if err != nil {
					return
				}
			}
		})
	}
	wg.Wait()
	return acknowledged, refusals
}

// holds checks that the store has exactly these keys.
func holds(db *boltkv.DB, keys []string) error {
	return db.View(context.Background(), func(r kv.Reader) error {
		for _, key := range keys {
			item, ok, err := r.Get([]byte(key))
			if err != nil {
				return err
			}
			if !ok || string(item.Value) != strings.Repeat(key[:1], bigValue) {
				return fmt.Errorf("%s was acknowledged and is lost", key)
			}
		}
		n := 0
		for _, err := range r.Scan(nil, nil) {
			if err != nil {
				return err
			}
			n++
		}
		if n != len(keys) {
			return fmt.Errorf("%d keys are there, %d were acknowledged", n, len(keys))
		}
		return nil
	})
}

// exhaust fills the store until there is no space, makes room, and goes on.
func exhaust(db *boltkv.DB, path string, makeRoom func() error) ([]string, error) {
	var followed []string
	db.Follow(func(c kv.Commit) { followed = append(followed, string(c.Writes[0].Key)) })
	keys, refusals := fill(db, "full")
	if len(refusals) != 4 || len(keys) == 0 {
		return nil, fmt.Errorf("%d writes acknowledged, %d refused, want 4 refusals", len(keys), len(refusals))
	}
	for _, err := range refusals {
		if !errors.Is(err, kv.ErrNoSpace) || errors.Is(err, kv.ErrUncertain) || !strings.Contains(err.Error(), path) {
			return nil, fmt.Errorf("refused with %w; want %w and the path %s", err, kv.ErrNoSpace, path)
		}
	}
	err := holds(db, keys)
	if err != nil {
		return nil, fmt.Errorf("when full: %w", err)
	}
	if len(followed) != len(keys) || int(db.Revision()) != len(keys) {
		return nil, fmt.Errorf("%d commits, %d followed, revision %d", len(keys), len(followed), db.Revision())
	}
	err = makeRoom()
	if err != nil {
		return nil, err
	}
	key := "room"
	_, err = db.Update(context.Background(), func(tx kv.Tx) error {
		return tx.Put([]byte(key), []byte(strings.Repeat(key[:1], bigValue)))
	})
	if err != nil {
		return nil, fmt.Errorf("when there is room again: %w", err)
	}
	keys = append(keys, key)
	return keys, holds(db, keys)
}

// fillLimit runs into a limit on the size of files, which a child may set for
// itself alone.
func fillLimit(path string) error {
	signal.Ignore(syscall.SIGXFSZ)
	limit := syscall.Rlimit{Cur: 40 << 20, Max: 1 << 40}
	err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit)
	if err != nil {
		return err
	}
	db, err := boltkv.Open(path, boltkv.Options{})
	if err != nil {
		return err
	}
	keys, err := exhaust(db, path, func() error {
		limit.Cur = limit.Max
		return syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit)
	})
	if err != nil {
		return err
	}
	err = db.Close()
	if err != nil {
		return err
	}
	for _, key := range keys {
		fmt.Println(key)
	}
	return nil
}

func TestFileSizeLimit(t *testing.T) {
	path := filepath.Join(t.TempDir(), "store")
	out, err := child(t, "fill the limit", path).Output()
	if err != nil {
		t.Fatalf("child: %v", err)
	}
	db := open(t, path)
	err = holds(db, strings.Fields(string(out)))
	if err != nil {
		t.Error(err)
	}
	closeSound(t, db)
}

// TestDiskFull: here the file can grow, being sparse, and its pages cannot be
// written.
func TestDiskFull(t *testing.T) {
	folder := t.TempDir()
	err := syscall.Mount("tmpfs", folder, "tmpfs", 0, "size=12m")
	if err != nil {
		t.Skipf("needs the right to mount a small tmpfs: %v", err)
	}
	t.Cleanup(func() {
		err := syscall.Unmount(folder, 0)
		if err != nil {
			t.Error(err)
		}
	})
	ballast := filepath.Join(folder, "ballast")
	err = os.WriteFile(ballast, make([]byte, 4<<20), 0o600)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(folder, "store")
	db := open(t, path)
	keys, err := exhaust(db, path, func() error { return os.Remove(ballast) })
	if err != nil {
		t.Error(err)
	}
	closeSound(t, db)
	db = open(t, path)
	if err == nil {
		err = holds(db, keys)
		if err != nil {
			t.Error(err)
		}
	}
	closeSound(t, db)
}

// openWithoutPermission gives up the rights of root, if it has them.
func openWithoutPermission(path string) error {
	const nobody = 65534
	if os.Geteuid() == 0 {
		err := errors.Join(syscall.Setgroups(nil), syscall.Setgid(nobody), syscall.Setuid(nobody))
		if err != nil {
			return err
		}
	}
	_, err := boltkv.Open(path, boltkv.Options{})
	if !errors.Is(err, kv.ErrReadOnly) || !strings.Contains(err.Error(), path) {
		return fmt.Errorf("Open: %w; want %w and the path", err, kv.ErrReadOnly)
	}
	return nil
}

func TestReadOnly(t *testing.T) {
	folder := t.TempDir()
	present := filepath.Join(folder, "present")
	closeSound(t, open(t, present))
	err := errors.Join(os.Chmod(present, 0o444), os.Chmod(folder, 0o555))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.Chmod(folder, 0o755) })
	for _, path := range []string{present, filepath.Join(folder, "absent")} {
		out, err := child(t, "no permission", path).Output()
		if err != nil {
			t.Errorf("child: %v: %s", err, out)
		}
	}
}
