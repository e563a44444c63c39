package e2e

import (
	"compress/gzip"
	"crypto/sha256"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/store/kv"
	"github.com/eile-housing/eile/store/kv/boltkv"
)

// The register that the programs of commit 66ea112 made, and what they said of
// it. It is frozen: another one would prove nothing of theirs.
const (
	yesterdayDir    = "testdata/yesterday"
	yesterdaySHA256 = "5f55ad77e528ba5d08e697e16deb24e91b3fd6528ee4601cde765523ccba9189"
)

// yesterday makes a data directory of the register.
func yesterday(t *testing.T) string {
	t.Helper()
	packed, err := os.Open(filepath.Join(yesterdayDir, "register.db.gz"))
	if err != nil {
		t.Fatal(err)
	}
	defer packed.Close()
	unpacked, err := gzip.NewReader(packed)
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(unpacked)
	if err != nil {
		t.Fatal(err)
	}
	if sum := fmt.Sprintf("%x", sha256.Sum256(text)); sum != yesterdaySHA256 {
		t.Fatalf("the register has the SHA-256 %s: it must never be made anew", sum)
	}
	key, err := os.ReadFile(filepath.Join(yesterdayDir, "server.key"))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for name, text := range map[string][]byte{"register.db": text, "server.key": key} {
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func yesterdayAnswers(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(yesterdayDir, "answers", "*.json"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no recorded answers: %v", err)
	}
	return files
}

// A register that was made by an earlier program gives the same places, the same
// reasons, the same history and the same evidence to the byte, after a migration,
// a restart, a backup and a restore, and goes on with its nights.
func TestYesterdaysRegister(t *testing.T) {
	t.Parallel()
	files := yesterdayAnswers(t)
	s := &service{t: t, data: yesterday(t)}
	s.sound()
	s.again()
	if *record != "" {
		s.rewrite(regexp.MustCompile(*record), files)
		return
	}
	s.remembers("opened", files)
	dated := s.dated()
	backup := filepath.Join(t.TempDir(), "backup")
	s.do("backup", backup)
	s.stop()
	s.sound()
	s.again()
	s.remembers("after a restart", files)
	s.datedAs("after a restart", dated)
	copied := restored(s, backup)
	copied.remembers("restored from a backup", files)
	copied.datedAs("restored from a backup", dated)
	last := read(copied, &eilev1.ListRunsResponse{}, "run", "list", "--limit", "1").GetRuns()[0]
	if next := copied.night("--on", on(last, 1)); next.GetState() != eilev1.RunState_RUN_STATE_COMMITTED {
		t.Errorf("the next night is %v", next)
	}
}

// A file that an earlier program took changes nothing when it is sent again.
func TestYesterdaysFilesAgain(t *testing.T) {
	t.Parallel()
	s := &service{t: t, data: yesterday(t)}
	s.again()
	s.do("policy", "activate", "lt-vilnius") // whose columns the files have
	for _, kind := range []string{"applications", "units", "inspections"} {
		path := filepath.Join(yesterdayDir, "input", kind+".csv")
		again := read(s, &eilev1.ImportResult{}, "import", kind, path)
		if again.GetRows() == 0 || again.GetUnchanged() != again.GetRows() {
			t.Errorf("%s sent again: %v", kind, again)
		}
	}
}

// The register of a newer program is refused by name, by the service and by the
// check, and is left as it is.
func TestANewerSchemaIsRefused(t *testing.T) {
	t.Parallel()
	dir := yesterday(t)
	path := filepath.Join(dir, "register.db")
	newer(t, path)
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	refused := regexp.MustCompile(`schema.*\b99\b.*\b[1-9][0-9]*\b`)
	for _, args := range [][]string{
		{"serve", "--dev", "--listen", "127.0.0.1:0", "--gateway", "127.0.0.1:0", "--data", dir},
		{"check", "--data", dir},
	} {
		said := offline(t, eiledBin, args...)
		if said.code != 1 || said.stdout != "" || strings.Count(said.stderr, "\n") != 1 || !refused.MatchString(said.stderr) {
			t.Errorf("eiled %s: exit %d, want 1 and one line that names both schemas\n%s%s", args[0], said.code, said.stdout, said.stderr)
		}
	}
	if after, err := os.ReadFile(path); err != nil || !slices.Equal(after, before) {
		t.Errorf("the refused register was changed: %v", err)
	}
}

// newer makes the register one of schema 99.
func newer(t *testing.T, path string) {
	t.Helper()
	db, err := boltkv.Open(path, boltkv.Options{})
	if err != nil {
		t.Fatal(err)
	}
	_, err = db.Update(t.Context(), func(tx kv.Tx) error {
		key := []byte("m/register")
		item, _, err := tx.Get(key)
		if err != nil {
			return err
		}
		record := &eilev1.Register{}
		if err := proto.Unmarshal(item.Value, record); err != nil {
			return err
		}
		record.Schema = 99
		value, err := proto.Marshal(record)
		if err != nil {
			return err
		}
		return tx.Put(key, value)
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}
