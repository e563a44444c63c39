package e2e

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A file that was cut off says so in the words of its reader, never in those of the runtime
// (K19.7).
func TestACutFileIsToldInWords(t *testing.T) {
	t.Parallel()
	dir := yesterday(t)
	register, err := os.ReadFile(filepath.Join(dir, "register.db"))
	if err != nil {
		t.Fatal(err)
	}
	for _, size := range []int{8 << 10, 16 << 10, 64 << 10} {
		copied := file(t, "backup", string(register[:size]))
		said := offline(t, eiledBin, "restore", copied, "--data", filepath.Join(t.TempDir(), "data"))
		if said.code != 1 || strings.Contains(said.stderr, "runtime error") || !strings.Contains(said.stderr, "cut off or is damaged") {
			t.Errorf("%d bytes: exit %d, %s", size, said.code, said.stderr)
		}
	}
}

// A register that is being served is not checked beside it, and is told to be so.
func TestCheckOfAServedRegister(t *testing.T) {
	t.Parallel()
	s := &service{t: t, data: filepath.Join(t.TempDir(), "data")}
	s.start("--dev")
	said := offline(t, eiledBin, "check", "--data", s.data)
	if said.code != 1 || strings.Contains(said.stderr, "timeout") || !strings.Contains(said.stderr, "in use by another process: stop the service first") {
		t.Errorf("exit %d, %s", said.code, said.stderr)
	}
	if said := offline(t, eiledBin, "--version"); said.code != 0 || !strings.HasPrefix(said.stdout, "eiled ") {
		t.Errorf("--version: exit %d, %s", said.code, said.stdout)
	}
	s.stop()
}
