package boltkv_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"github.com/eile-housing/eile/store/kv"
	"github.com/eile-housing/eile/store/kv/boltkv"
)

const killWriters = 8

// writeForEver acknowledges on standard output: writer, number, revision. Each
// commit holds two keys, so that half a commit would show.
func writeForEver(path string) error {
	db, err := boltkv.Open(path, boltkv.Options{})
	if err != nil {
		return err
	}
	start := db.Revision()
	var wg sync.WaitGroup
	for w := range killWriters {
		wg.Go(func() {
			for i := 0; ; i++ {
				key := fmt.Sprintf("%d/%d/%d", start, w, i)
				revision, err := db.Update(context.Background(), func(tx kv.Tx) error {
					return errors.Join(tx.Put([]byte("a/"+key), []byte(key)), tx.Put([]byte("b/"+key), []byte(key)))
				})
				if err != nil {
					panic(err)
				}
				_, err = fmt.Fprintf(os.Stdout, "%s %d\n", key, revision)
				if err != nil {
					panic(err)
				}
			}
		})
	}
	wg.Wait() // for ever
	return nil
}

// TestKill: whatever a process acknowledged before it was killed is there, whole
// and under its revision, and the file is sound.
func TestKill(t *testing.T) {
	path := filepath.Join(t.TempDir(), "store")
	acknowledged := make(map[string]kv.Revision)
	rounds := []int{1, 40, 400, 1500}
	if os.Getenv("EILE_LONG") != "" {
		rounds = append(rounds, slices.Repeat([]int{3, 300, 3000}, 20)...)
	}
	for _, after := range rounds {
		cmd := child(t, "write for ever", path)
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		err = cmd.Start()
		if err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(out)
		for n := 0; lines.Scan(); n++ {
			var key string
			var revision kv.Revision
			_, err = fmt.Sscan(lines.Text(), &key, &revision)
			if err != nil {
				t.Fatalf("child says %q: %v", lines.Text(), err)
			}
			acknowledged[key] = revision
			if n == after {
				err = cmd.Process.Kill()
				if err != nil {
					t.Fatal(err)
				}
			}
		}
		_ = cmd.Wait() // it was killed
		verifyAcknowledged(t, path, acknowledged)
	}
	if len(acknowledged) < 1900 {
		t.Errorf("children acknowledged %d writes only", len(acknowledged))
	}
}

func verifyAcknowledged(t *testing.T, path string, acknowledged map[string]kv.Revision) {
	t.Helper()
	db := open(t, path)
	err := db.View(t.Context(), func(r kv.Reader) error {
		for key, revision := range acknowledged {
			for _, half := range []string{"a/", "b/"} {
				item, ok, err := r.Get([]byte(half + key))
				if err != nil {
					return err
				}
				if !ok || string(item.Value) != key || item.Revision != revision {
					t.Errorf("%s%s was acknowledged at revision %d, store has %t, %q at %d",
						half, key, revision, ok, item.Value, item.Revision)
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	closeSound(t, db)
}
