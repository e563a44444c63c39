//go:build linux

package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// terminal returns the two ends of a pseudo-terminal, or skips the test where the machine gives
// none.
func terminal(t *testing.T) (screen, side *os.File) {
	t.Helper()
	screen, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		t.Skip("no pseudo-terminal on this machine:", err)
	}
	t.Cleanup(func() { _ = screen.Close() })
	number, err := unix.IoctlGetInt(int(screen.Fd()), unix.TIOCGPTN)
	if err != nil {
		t.Skip("no pseudo-terminal on this machine:", err)
	}
	err = unix.IoctlSetPointerInt(int(screen.Fd()), unix.TIOCSPTLCK, 0)
	if err != nil {
		t.Skip("no pseudo-terminal on this machine:", err)
	}
	side, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Skip("no pseudo-terminal on this machine:", err)
	}
	return screen, side
}

// TestProgressIsForTerminals imports with standard error on a terminal and on a pipe.
func TestProgressIsForTerminals(t *testing.T) {
	dir := t.TempDir()
	_, server, address, err := newFake(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Stop)
	file := filepath.Join(dir, "units.csv")
	for name, text := range map[string]string{
		file:                              "reference\nU-1\n",
		filepath.Join(dir, "Import.json"): `{"progress": {"checked": 1, "rows": 2}} {"progress": {"checked": 2, "written": 1, "rows": 2}} {"result": {"rows": 2, "created": 2}}`,
	} {
		err := os.WriteFile(name, []byte(text), 0o600)
		if err != nil {
			t.Fatal(err)
		}
	}
	args := []string{"--server", address, "import", "units", file}

	screen, side := terminal(t)
	seen := make(chan string)
	go func() {
		var b bytes.Buffer
		_, _ = b.ReadFrom(screen) // ends with an error when the other side is closed
		seen <- b.String()
	}()
	var stdout, stderr bytes.Buffer
	if status := run(args, nil, &stdout, side); status != 0 {
		t.Errorf("exit status %d", status)
	}
	_ = side.Close()
	text := <-seen
	if !strings.Contains(text, "import "+file) || !strings.Contains(text, "75%") {
		t.Errorf("the terminal shows %q", text)
	}
	if last := text[strings.LastIndex(strings.TrimRight(text, "\r"), "\r")+1:]; strings.TrimSpace(last) != "" {
		t.Errorf("the terminal is left with %q", last)
	}
	if stdout.String() != "2 rows: 2 created, 0 unchanged\n" {
		t.Errorf("standard output has %q", stdout.String())
	}

	if status := run(args, nil, &stdout, &stderr); status != 0 || stderr.Len() > 0 {
		t.Errorf("on a pipe: exit status %d, standard error %q", status, stderr.String())
	}
}

// TestBarTurnsWhileACallTellsNothing ends the call when the terminal shows that something goes on.
func TestBarTurnsWhileACallTellsNothing(t *testing.T) {
	screen, side := terminal(t)
	t.Cleanup(func() { _ = side.Close() })
	s := &session{stderr: side}
	b := s.newBar("ordering the list")
	seen, err := watch(b, func() (string, error) {
		var text []byte
		for part := make([]byte, 1<<10); !bytes.Contains(text, []byte("ordering the list")); {
			n, err := screen.Read(part)
			if err != nil {
				return string(text), err
			}
			text = append(text, part[:n]...)
		}
		return string(text), nil
	})
	if err != nil {
		t.Fatalf("the terminal shows %q, then %v", seen, err)
	}
	b.clear()
	b.end()
}
