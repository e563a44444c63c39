package e2e

import (
	"crypto/sha256"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// typed is a command of the README and what it is said to print.
type typed struct{ command, prints string }

// readme returns the commands of the README that use eile, in their order.
func readme(t *testing.T, text string) []typed {
	t.Helper()
	var all []typed
	inside, continued := false, false
	for line := range strings.Lines(text) {
		command, begins := strings.CutPrefix(line, "$ ")
		switch {
		case strings.HasPrefix(line, "```"):
			inside, continued = !inside, false
		case !inside:
		case begins:
			all = append(all, typed{command: command})
			continued = strings.HasSuffix(line, "\\\n")
		case continued:
			all[len(all)-1].command += line
			continued = strings.HasSuffix(line, "\\\n")
		case len(all) > 0:
			all[len(all)-1].prints += line
		}
	}
	return all
}

// What the README tells a newcomer to type works, in this order, and prints what it says;
// figures may differ, since the sample is of the day.
func TestReadme(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	sample := exec.Command(filepath.Join(filepath.Dir(eileBin), "demo"), "-sample", filepath.Join(dir, "sample"))
	if said := within(t, sample); said.code != 0 {
		t.Fatal(said.stderr)
	}
	s := &service{t: t, data: filepath.Join(dir, "sample", "data")}
	s.start("--dev")
	night, count := "", 0
	for _, c := range readme(t, string(text)) {
		switch program, _, _ := strings.Cut(c.command, " "); {
		case strings.HasPrefix(c.command, "night="):
			night = strings.TrimSpace(s.do("run", "list", "--limit", "1", "-o", "name"))
			continue
		case program != "eile":
			// The service is started above, on a free port; make and grpcurl are not of this test.
			continue
		}
		count++
		cmd := exec.Command("bash", "-ec", c.command)
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "PATH="+filepath.Dir(eileBin)+":"+os.Getenv("PATH"), "EILE_SERVER="+s.grpc, "night="+night)
		said := within(t, cmd)
		if said.code != 0 {
			t.Fatalf("%sexit %d: %s", c.command, said.code, said.stderr)
		}
		printed := shapes(said.stdout)
		for shape := range shapes(c.prints) {
			if !printed[shape] {
				t.Errorf("%sdoes not print %q but\n%s", c.command, shape, said.stdout)
			}
		}
	}
	if count < 12 {
		t.Errorf("only %d commands were found", count)
	}
	policy, err := os.ReadFile("../policy/shipped/lt-vilnius.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if sum := fmt.Sprintf("%x", sha256.Sum256(policy)); !strings.Contains(string(text), sum) {
		t.Errorf("the README does not have the SHA-256 of lt-vilnius, %s", sum)
	}
	s.stop()
}

var (
	figure = regexp.MustCompile(`[0-9a-f]{64}|\d+(-[0-9A-Z]{4})+|[0-9A-Z]{4}(-[0-9A-Z]{4}){4}|\d[\d,.]*`)
	blanks = regexp.MustCompile(`\s+`)
)

// shapes are the lines of an output by the first of their words, and whole where they have no
// figures; the row of a table that is one of many is left out.
func shapes(output string) map[string]bool {
	all := map[string]bool{}
	for line := range strings.Lines(output) {
		line = strings.TrimSpace(blanks.ReplaceAllString(figure.ReplaceAllString(line, "N"), " "))
		if line == "" || line == "…" {
			continue
		}
		all[line] = true
	}
	return all
}
