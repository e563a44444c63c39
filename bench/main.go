// Command bench measures the service at the size of a country: it fills a
// register with waiting households and prints each figure beside a baseline that
// is measured in the same run, since machines differ and are noisy. The budgets
// are in docs/design.md.
//
// It talks to loopback only, is bounded in count and time, and removes its files.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"time"
)

// options of a run.
type options struct {
	households int
	bin        string
	dir        string
	round      time.Duration
	rounds     int
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	var o options
	flag.IntVar(&o.households, "households", 1_000_000, "waiting households")
	flag.StringVar(&o.bin, "bin", "bin", "folder of the programs")
	flag.StringVar(&o.dir, "dir", "", "folder for the data; empty: a temporary one")
	flag.DurationVar(&o.round, "round", 2*time.Second, "time of one round of a comparison")
	flag.IntVar(&o.rounds, "rounds", 5, "rounds of a comparison; the median is told")
	flag.Parse()
	err := run(ctx, os.Stdout, o)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, out io.Writer, o options) error {
	if o.dir == "" {
		dir, err := os.MkdirTemp("", "eile-bench-")
		if err != nil {
			return err
		}
		defer os.RemoveAll(dir) //nolint:errcheck // a temporary folder that stays does no harm
		o.dir = dir
	}
	b := &bench{options: o, out: out, data: filepath.Join(o.dir, "data")}
	for _, part := range []func(context.Context) error{b.fill, b.open, b.rank, b.position, b.write, b.past} {
		if err := part(ctx); err != nil {
			return err
		}
	}
	return nil
}

// bench is one run of all measurements.
type bench struct {
	options
	out   io.Writer
	data  string
	wrote time.Time // when write began
}

// tell prints one figure, its baseline and their ratio.
func (b *bench) tell(what, figure, baseline, ratio, budget string) {
	fmt.Fprintf(b.out, "%-34s %-22s %-38s %-10s %s\n", what, figure, baseline, ratio, budget)
}
