// Command demo shows the main job from nothing to its result: it draws a
// register of the size that Vilnius had in 2017, starts the service on free
// loopback ports, and drives it with the command line as an operator would. It
// prints each command with its real output, and a summary of the night.
//
// The people are synthetic: every reference begins with DEMO-. The program
// imports internal/serve and the standard library only.
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

	"github.com/eile-housing/eile/internal/serve"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	bin := flag.String("bin", "bin", "folder of the programs")
	seed := flag.Uint64("seed", 2017, "seed of the generator")
	keep := flag.String("keep", "", "folder in which the files stay; empty: they are removed")
	sample := flag.String("sample", "", "folder for the files to import; nothing else is done")
	flag.Parse()
	var err error
	if *sample != "" {
		err = writeSample(*sample, *seed)
	} else {
		err = run(ctx, os.Stdout, *bin, *seed, *keep)
	}
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "demo:", err)
		os.Exit(1)
	}
}

// writeSample writes the files to import of the day, for who types the commands.
func writeSample(dir string, seed uint64) error {
	err := os.MkdirAll(dir, 0o750)
	if err != nil {
		return err
	}
	_, err = write(dir, seed, time.Now())
	return err
}

func run(ctx context.Context, out io.Writer, bin string, seed uint64, keep string) error {
	dir := keep
	if dir == "" {
		temporary, err := os.MkdirTemp("", "eile-demo-")
		if err != nil {
			return err
		}
		defer os.RemoveAll(temporary) //nolint:errcheck // a temporary folder that stays does no harm
		dir = temporary
	} else if err := os.MkdirAll(dir, 0o750); err != nil {
		return err
	}
	files, err := write(dir, seed, time.Now())
	if err != nil {
		return err
	}
	data := filepath.Join(dir, "data")
	log, err := os.Create(data + ".log")
	if err != nil {
		return err
	}
	defer log.Close() //nolint:errcheck // nothing of the story is in it
	service, err := serve.Start(ctx, serve.Options{
		Program: filepath.Join(bin, "eiled"), Data: data, Flags: []string{"--dev", "--gateway", "127.0.0.1:0"}, Log: log,
	})
	if err != nil {
		return err
	}
	defer service.Stop() //nolint:errcheck // the story is told by then
	t := &teller{ctx: ctx, out: out, eile: filepath.Join(bin, "eile"), server: service.GRPC}
	t.tell(files)
	if t.err != nil {
		return t.err
	}
	return service.Stop()
}
