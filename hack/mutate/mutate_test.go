package main

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// tree is what a folder holds.
func tree(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		files[path] = string(content)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func mutated(t *testing.T, packages, tests string, limit time.Duration) (lines []string, err error) {
	t.Helper()
	var said strings.Builder
	err = run(t.Context(), &said, "testdata/rules", packages, tests, limit)
	return strings.Split(strings.TrimSpace(said.String()), "\n"), err
}

func TestTheRulesThatNoTestMissesSurvive(t *testing.T) {
	before := tree(t, "testdata")
	lines, err := mutated(t, "./...", "./...", time.Minute)
	if !errors.Is(err, errSurvived) {
		t.Fatal(err)
	}
	slices.Sort(lines)
	want := []string{
		"19 fail a test when they are removed, 0 let the tests run out of time, 4 survived",
		"23 rules, tests of 2 packages",
		`survived desk/desk.go:20 if n < 0 || n > 9 {, the part n > 9 (no test fails)`,
		`survived desk/desk.go:27 if n < 0 { (no test fails)`,
		`survived desk/desk.go:33 func Unseen() error { return rules.Refuse("UNSEEN") } (no test comes to it)`,
		`survived desk/desk.go:39 case n == 2, n == 3:, the part n == 2 (no test fails)`,
	}
	if !slices.Equal(lines, want) {
		t.Errorf("%s\nwant\n%s", strings.Join(lines, "\n"), strings.Join(want, "\n"))
	}
	after := tree(t, "testdata")
	for path := range after {
		if before[path] != after[path] {
			t.Errorf("%s is another file now", path)
		}
	}
}

// The refusal of numbers above nine is held by the neighbour alone.
func TestWhoseTestsCount(t *testing.T) {
	lines, err := mutated(t, "./desk", "./desk", time.Minute)
	if !errors.Is(err, errSurvived) || !slices.Contains(lines, "survived desk/desk.go:13 if n < 0 || n > 9 {, the part n > 9 (no test comes to it)") {
		t.Errorf("%v\n%s", err, strings.Join(lines, "\n"))
	}
}

func TestAllRulesAreHeld(t *testing.T) {
	if lines, err := mutated(t, ".", "./desk", time.Minute); err != nil {
		t.Errorf("%v\n%s", err, strings.Join(lines, "\n"))
	}
}

func TestWhatCannotBeMeasuredIsAnError(t *testing.T) {
	for _, c := range []struct {
		packages, tests string
		limit           time.Duration
		says            string
	}{
		{"./clerk", "./...", time.Minute, "there is no rule in ./clerk"},
		{"./desk", ".", time.Minute, "there is no test in ."},
		{"./desk", "./desk", time.Nanosecond, "with all rules the tests of example.org/rules/desk fail"},
	} {
		if lines, err := mutated(t, c.packages, c.tests, c.limit); err == nil || errors.Is(err, errSurvived) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%v, want %q\n%s", err, c.says, strings.Join(lines, "\n"))
		}
	}
}
