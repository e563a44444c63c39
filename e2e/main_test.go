package e2e

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

// Paths of the programs under test, built once.
var eileBin, eiledBin string

// buildFlags of the programs.
var buildFlags = []string{"-trimpath"}

// slow is set where the programs are many times slower than they are.
var slow bool

// deadline of whatever a test waits for; a busy machine may need much of it.
const deadline = time.Minute

// long tells whether the tests that take long are wanted.
func long() bool { return os.Getenv("EILE_LONG") == "1" }

func TestMain(m *testing.M) {
	os.Exit(run(m))
}

func run(m *testing.M) int {
	dir, err := os.MkdirTemp("", "eile-e2e-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	build := exec.Command("go", slices.Concat([]string{"build"}, buildFlags, []string{"-o", dir + string(filepath.Separator), "./server/eiled", "./client/eile", "./demo"})...)
	build.Dir = ".."
	if said, err := build.CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "build the programs: %v\n%s", err, said)
		return 1
	}
	// One test runs the service as a user without rights.
	if err := os.Chmod(dir, 0o755); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	eileBin, eiledBin = filepath.Join(dir, "eile"), filepath.Join(dir, "eiled")
	return m.Run()
}
