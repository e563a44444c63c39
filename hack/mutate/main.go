// Command mutate removes the rules of packages one at a time, and tells which of
// them can be missing with all tests green.
//
// A rule is what refuses or states a reason: an if, a case or a return that
// answers a refusal, and a statement that adds to a list of reasons; rule.go says
// it exactly. All of them get a switch, the tests are built once with these, and
// each rule is then off in runs of its own. The tree is never touched: the
// changed files are laid over it (go help build, -overlay).
//
// It imports nothing of ours.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	dir := flag.String("dir", ".", "folder of the module")
	tests := flag.String("tests", "", "pattern of the packages whose tests hold the rules; empty: the packages themselves")
	limit := flag.Duration("limit", 2*time.Minute, "time limit of one run of a package's tests")
	flag.Parse()
	if flag.NArg() != 1 {
		fmt.Fprintln(os.Stderr, "usage: mutate [flags] PACKAGES")
		os.Exit(2)
	}
	if *tests == "" {
		*tests = flag.Arg(0)
	}
	err := run(ctx, os.Stdout, *dir, flag.Arg(0), *tests, *limit)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "mutate:", err)
		os.Exit(1)
	}
}

// errSurvived tells that a rule may be missing; which one is printed.
var errSurvived = errors.New("a rule can be removed with all tests green")

func run(ctx context.Context, out io.Writer, dir, packages, tests string, limit time.Duration) (err error) {
	m, err := load(dir, packages)
	if err != nil {
		return err
	}
	scratch, err := os.MkdirTemp("", "eile-mutate-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(scratch)) }()
	t, err := build(ctx, m, dir, tests, scratch, limit)
	if err != nil {
		return err
	}
	if err := t.baseline(ctx); err != nil {
		return err
	}
	fmt.Fprintf(out, "%d rules, tests of %d packages\n", len(m.rules), len(t.suites))
	count := make(map[verdict]int)
	err = t.remove(ctx, m.rules, func(r rule, v verdict) {
		count[v]++
		if v == survived || v == unseen {
			fmt.Fprintf(out, "survived %s:%d %s (%s)\n", r.file, r.line, r.text, v)
		}
	})
	if err != nil {
		return err
	}
	left := count[survived] + count[unseen]
	fmt.Fprintf(out, "%d fail a test when they are removed, %d let the tests run out of time, %d survived\n", count[fails], count[tooLong], left)
	if left > 0 {
		return errSurvived
	}
	return nil
}
