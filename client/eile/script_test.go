package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"eile": main})
}

// TestScripts runs the command as a user does. Beyond the commands of testscript a script has
//
//	exits STATUS eile ARGUMENT…   the command ends with exactly this status
//	interrupt STATUS eile ARG…    the command prints something, gets Ctrl-C and ends with this status
//	sent METHOD                   prints the requests of a method since it was last asked
//	quiet                         no method was called that sent did not show
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		UpdateScripts:       os.Getenv("EILE_UPDATE") == "1",
		Setup:               setUp,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits": exits, "interrupt": interrupt, "sent": sent, "quiet": quiet,
		},
	})
}

func setUp(env *testscript.Env) error {
	f, server, address, err := newFake(env.WorkDir)
	if err != nil {
		return err
	}
	env.Defer(server.Stop)
	env.Values["fake"] = f
	env.Setenv("EILE_SERVER", address)
	env.Setenv("TZ", "UTC")
	// The race detector would hold back every command for a second at its end.
	env.Setenv("GORACE", "atexit_sleep_ms=0")
	return nil
}

func exits(ts *testscript.TestScript, _ bool, args []string) {
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	err = ts.Exec(args[1], args[2:]...)
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		got = exit.ExitCode()
	} else {
		ts.Check(err)
	}
	if got != want {
		ts.Fatalf("%q exits %d, want %d", args[1:], got, want)
	}
}

func interrupt(ts *testscript.TestScript, _ bool, args []string) {
	var program string
	for _, dir := range filepath.SplitList(ts.Getenv("PATH")) {
		program = filepath.Join(dir, args[1])
		if _, err := os.Stat(program); err == nil {
			break
		}
	}
	cmd := exec.Command(program, args[2:]...)
	cmd.Env = []string{"EILE_SERVER=" + ts.Getenv("EILE_SERVER"), "GORACE=" + ts.Getenv("GORACE")}
	cmd.Stderr = ts.Stderr()
	out, err := cmd.StdoutPipe()
	ts.Check(err)
	ts.Check(cmd.Start())
	first := make([]byte, 1<<10)
	n, err := out.Read(first)
	ts.Check(err)
	ts.Check(cmd.Process.Signal(os.Interrupt))
	rest, err := io.ReadAll(out)
	ts.Check(err)
	_, _ = ts.Stdout().Write(append(first[:n], rest...))
	_ = cmd.Wait()
	if got := strconv.Itoa(cmd.ProcessState.ExitCode()); got != args[0] {
		ts.Fatalf("%q exits %s after Ctrl-C, want %s", args[1:], got, args[0])
	}
}

func sent(ts *testscript.TestScript, _ bool, args []string) {
	_, _ = fmt.Fprint(ts.Stdout(), ts.Value("fake").(*fake).sent(args[0]))
}

func quiet(ts *testscript.TestScript, _ bool, _ []string) {
	names := ts.Value("fake").(*fake).methods()
	slices.Sort(names)
	if len(names) > 0 {
		ts.Fatalf("called: %v", names)
	}
}
