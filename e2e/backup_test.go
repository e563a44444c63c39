package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// A backup that is taken while others write is one moment of the register: what
// was acknowledged before is in it, and of each writer no later write without
// the earlier ones.
func TestBackupWhileWritingAndRestore(t *testing.T) {
	t.Parallel()
	s := ranked(t, 5, 1)
	s.night()
	c := s.dial()
	const writers = 4
	var wg sync.WaitGroup
	var done atomic.Bool
	var acknowledged [writers]atomic.Int64
	for w := range writers {
		wg.Go(func() {
			for i := 0; !done.Load(); i++ {
				_, err := c.Applications.RegisterApplication(t.Context(), &eilev1.RegisterApplicationRequest{Application: &eilev1.Application{
					Reference: fmt.Sprintf("W%d-%05d", w, i), RegisteredAt: "2025-01-01", Attributes: map[string]*eilev1.Fact{
						"points": {Value: &eilev1.Fact_IntValue{IntValue: 7}}, "unit_type": {Value: &eilev1.Fact_StringValue{StringValue: "1-bedroom"}},
					},
				}})
				if err != nil {
					t.Error(err)
					return
				}
				acknowledged[w].Store(int64(i + 1))
			}
		})
	}
	backup := filepath.Join(t.TempDir(), "backup")
	var before [writers]int64
	for round := range 3 {
		for w := range writers {
			before[w] = acknowledged[w].Load()
		}
		s.do("backup", fmt.Sprint(backup, round))
	}
	done.Store(true)
	wg.Wait()
	if info, err := os.Stat(backup + "2"); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the backup has the mode %v, %v", info, err)
	}

	there := map[string]int64{}
	for _, reference := range slices.Sorted(slices.Values(restored(s, backup+"2").order())) {
		if writer, number, ok := strings.Cut(reference, "-"); ok && writer != "A" {
			if want := fmt.Sprintf("%05d", there[writer]); number != want {
				t.Fatalf("of %s the number %s follows %s", writer, number, want)
			}
			there[writer]++
		}
	}
	for w := range writers {
		if n := there[fmt.Sprintf("W%d", w)]; n < before[w] {
			t.Errorf("writer %d had %d acknowledged before the backup, it has %d", w, before[w], n)
		}
	}

	s.do("backup", backup)
	copied := restored(s, backup)
	if !slices.Equal(copied.order(), s.order()) {
		t.Error("the restored queue is another one")
	}
	if got, want := copied.everything(), s.everything(); !slices.Equal(got, want) {
		differ(t, got, want)
	}
	copied.night("--on", on(s.night(), 1))
	reconciles(copied)
}

// restored serves a backup from a new data directory.
func restored(s *service, backup string) *service {
	s.t.Helper()
	data := filepath.Join(s.t.TempDir(), "restored")
	if said := offline(s.t, eiledBin, "restore", backup, "--data", data); said.code != 0 || !strings.Contains(said.stderr, "server.key") {
		s.t.Fatalf("restore: exit %d, %s%s", said.code, said.stdout, said.stderr)
	}
	copied := &service{t: s.t, data: data}
	copied.sound()
	if _, err := os.Stat(filepath.Join(data, "server.key")); !os.IsNotExist(err) {
		s.t.Errorf("check drew a key: %v", err)
	}
	key, err := os.ReadFile(filepath.Join(s.data, "server.key"))
	if err != nil {
		s.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(data, "server.key"), key, 0o600); err != nil {
		s.t.Fatal(err)
	}
	copied.again()
	return copied
}

func TestRestoreRefuses(t *testing.T) {
	t.Parallel()
	s := ranked(t, 2, 0)
	backup := filepath.Join(t.TempDir(), "backup")
	s.do("backup", backup)
	s.refused("backup", filepath.Join(t.TempDir(), "no", "folder"))
	whole, err := os.ReadFile(backup)
	if err != nil {
		t.Fatal(err)
	}
	flipped := slices.Clone(whole)
	at := strings.LastIndex(string(whole), "1-bedroom")
	flipped[at] ^= 1
	for name, text := range map[string][]byte{"one bit": flipped, "empty": nil, "text": []byte("this is no backup\n"), "cut": whole[:5*4096], "cut in a page": whole[:len(whole)/2-100]} {
		data := filepath.Join(t.TempDir(), "data")
		said := offline(t, eiledBin, "restore", file(t, "backup", string(text)), "--data", data)
		if said.code != 1 || said.stdout != "" || strings.Contains(said.stderr, "goroutine") {
			t.Errorf("%s: exit %d, %s%s", name, said.code, said.stdout, said.stderr)
		}
		if left, _ := os.ReadDir(data); len(left) > 0 {
			t.Errorf("%s: restore left %v behind", name, left)
		}
	}
	if said := offline(t, eiledBin, "restore", backup, "--data", s.data); said.code != 1 || !strings.Contains(said.stderr, "exists") {
		t.Errorf("over a register: exit %d, %s%s", said.code, said.stdout, said.stderr)
	}
	for _, args := range [][]string{{"restore"}, {"restore", backup}, {"restore", backup, "more", "--data", s.data}, {"check"}, {"check", "more", "--data", s.data}, {"nonsense"}} {
		if said := offline(t, eiledBin, args...); said.code != 2 {
			t.Errorf("eiled %v: exit %d, %s%s", args, said.code, said.stdout, said.stderr)
		}
	}
	if said := offline(t, eiledBin, "restore", filepath.Join(t.TempDir(), "none"), "--data", t.TempDir()); said.code != 1 {
		t.Errorf("no backup: exit %d, %s%s", said.code, said.stdout, said.stderr)
	}
}
