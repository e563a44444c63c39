package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
)

// suite is the tests of one package, built with switches.
type suite struct {
	name, dir, program string
	// seen are the rules that its tests come to, in the time that they take.
	seen map[string]bool
	took time.Duration
}

// tester runs suites with rules off.
type tester struct {
	suites []*suite
	limit  time.Duration
}

// atOnce is how many runs go on at a time; the tests of one are parallel already.
const atOnce = 2

// build builds the tests of packages over a module with switches, in a folder
// that is ours.
func build(ctx context.Context, m *module, dir, tests, scratch string, limit time.Duration) (*tester, error) {
	overlay, err := m.overlay(scratch)
	if err != nil {
		return nil, err
	}
	listed, err := tool(ctx, dir, "list", "-f", `{{if or .TestGoFiles .XTestGoFiles}}{{.ImportPath}}{{"\t"}}{{.Dir}}{{end}}`, tests)
	if err != nil {
		return nil, err
	}
	t := &tester{limit: limit}
	for line := range strings.Lines(listed) {
		name, folder, _ := strings.Cut(strings.TrimSpace(line), "\t")
		s := &suite{name: name, dir: folder, program: filepath.Join(scratch, fmt.Sprintf("%d.test", len(t.suites))), seen: map[string]bool{}}
		if _, err := tool(ctx, dir, "test", "-c", "-overlay", overlay, "-o", s.program, name); err != nil {
			return nil, err
		}
		t.suites = append(t.suites, s)
	}
	if len(t.suites) == 0 {
		return nil, fmt.Errorf("there is no test in %s", tests)
	}
	return t, nil
}

// overlay writes the files with switches into a folder, and the file that tells the
// go command where each belongs.
func (m *module) overlay(scratch string) (string, error) {
	replace := map[string]string{}
	for path, text := range m.files {
		replace[path] = filepath.Join(scratch, fmt.Sprintf("%d.go", len(replace)))
		if err := os.WriteFile(replace[path], []byte(text), 0o600); err != nil {
			return "", err
		}
	}
	content, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		return "", err
	}
	path := filepath.Join(scratch, "overlay.json")
	return path, os.WriteFile(path, content, 0o600)
}

func tool(ctx context.Context, dir string, args ...string) (string, error) {
	command := exec.CommandContext(ctx, "go", args...)
	command.Dir = dir
	said, err := command.Output()
	if failed, ok := errors.AsType[*exec.ExitError](err); ok {
		err = fmt.Errorf("go %s: %w\n%s", strings.Join(args, " "), err, failed.Stderr)
	}
	return string(said), err
}

// baseline runs all tests with every rule on, notes which rules they come to, and
// puts the quick ones first.
func (t *tester) baseline(ctx context.Context) error {
	for _, s := range t.suites {
		seen, began := s.program+".seen", time.Now()
		if said, err := t.run(ctx, s, variableSeen+"="+seen); err != nil {
			return fmt.Errorf("with all rules the tests of %s fail: %w\n%s", s.name, err, said)
		}
		s.took = time.Since(began)
		content, err := os.ReadFile(seen)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		for number := range strings.FieldsSeq(string(content)) {
			s.seen[number] = true
		}
	}
	slices.SortStableFunc(t.suites, func(a, b *suite) int { return cmp.Compare(a.took, b.took) })
	return nil
}

// run runs a suite. Rapid takes the same way each time, writes nothing into the
// tree and does not spend time on a smaller example.
func (t *tester) run(ctx context.Context, s *suite, env ...string) (said []byte, err error) {
	ctx, cancel := context.WithTimeout(ctx, t.limit)
	defer cancel()
	command := exec.CommandContext(ctx, s.program, "-test.failfast")
	command.Dir = s.dir
	command.Env = append(os.Environ(), append(env, "RAPID_SEED=1", "RAPID_NOFAILFILE=true", "RAPID_SHRINKTIME=0s")...)
	command.WaitDelay = time.Second
	var out bytes.Buffer
	command.Stdout, command.Stderr = &out, &out
	if err = command.Run(); ctx.Err() != nil {
		err = ctx.Err()
	}
	return out.Bytes(), err
}

// few are so many cases of a property that most mutants fail, in a fifth of the time.
const few = "RAPID_CHECKS=20"

// verdict is what the tests say of a rule that is off.
type verdict string

const (
	fails    verdict = "a test fails"
	survived verdict = "no test fails"
	unseen   verdict = "no test comes to it"
	tooLong  verdict = "the tests run out of time"
)

// remove turns each rule off, and hands on what the tests say of it.
func (t *tester) remove(ctx context.Context, rules []rule, tell func(rule, verdict)) error {
	var told sync.Mutex
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(atOnce)
	for _, r := range rules {
		group.Go(func() error {
			v := t.without(ctx, r)
			told.Lock()
			defer told.Unlock()
			if ctx.Err() == nil {
				tell(r, v)
			}
			return ctx.Err()
		})
	}
	return group.Wait()
}

// without runs the tests that come to a rule while it is off.
func (t *tester) without(ctx context.Context, r rule) verdict {
	v, number := unseen, fmt.Sprint(r.number)
	for _, checks := range [][]string{{few}, nil} {
		for _, s := range t.suites {
			if !s.seen[number] {
				continue
			}
			v = survived
			_, err := t.run(ctx, s, append(checks, variableOff+"="+number)...)
			switch {
			case errors.Is(err, context.DeadlineExceeded):
				return tooLong
			case err != nil:
				return fails
			}
		}
	}
	return v
}
