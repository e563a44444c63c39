package boltkv_test

import (
	"fmt"
	"os"
	"os/exec"
	"testing"
)

// Some tests need a process of their own, to be killed or to be short of
// something: this test binary, started again with the name of a child and a path.
const (
	childEnv = "BOLTKV_TEST_CHILD"
	pathEnv  = "BOLTKV_TEST_PATH"
)

func TestMain(m *testing.M) {
	name := os.Getenv(childEnv)
	if name == "" {
		os.Exit(m.Run())
	}
	run, ok := map[string]func(path string) error{
		"write for ever": writeForEver,
		"fill the limit": fillLimit,
		"no permission":  openWithoutPermission,
	}[name]
	err := fmt.Errorf("no child %q", name)
	if ok {
		err = run(os.Getenv(pathEnv))
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func child(t *testing.T, name, path string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), self)
	cmd.Env = append(os.Environ(), childEnv+"="+name, pathEnv+"="+path)
	cmd.Stderr = os.Stderr
	return cmd
}
