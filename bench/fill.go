package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/eile-housing/eile/internal/serve"
)

// fill draws the households and imports them through the real programs.
func (b *bench) fill(ctx context.Context) error {
	file := filepath.Join(b.dir, "applications.csv")
	if err := draw(file, b.households); err != nil {
		return err
	}
	b.tell("what", "figure", "baseline of this run", "ratio", "budget")
	service, err := b.serve(ctx)
	if err != nil {
		return err
	}
	if err := b.eile(ctx, service, "policy", "activate", "lt-vilnius"); err != nil {
		return errors.Join(err, service.Stop())
	}
	read, err := timed(func() error { return readOnly(file) })
	if err != nil {
		return errors.Join(err, service.Stop())
	}
	took, err := timed(func() error { return b.eile(ctx, service, "import", "applications", file) })
	if err != nil {
		return errors.Join(err, service.Stop())
	}
	b.tell("import of applications", fmt.Sprintf("%.0f rows/s (%.1f s)", float64(b.households)/took.Seconds(), took.Seconds()),
		fmt.Sprintf("reading the file %.2f s", read.Seconds()), "", "1M rows ≤ 4 × COPY with checks (31 s)")
	return service.Stop()
}

// draw writes synthetic households that are all eligible.
func draw(path string, households int) error {
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	g := rand.New(rand.NewPCG(7, 7))
	w := bufio.NewWriterSize(file, 1<<20)
	fmt.Fprintln(w, "reference,registered_at,members,districts,declared_residence,net_income_cents,assets_cents,declared_year,owns_home,disability,needs_adapted")
	year := time.Now().Year() - 1
	for i := range households {
		at := time.Date(1995, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(g.Int64N(30*365*24*3600)) * time.Second)
		members := []string{"self/F/1980-05-05"}
		for range g.IntN(4) {
			members = append(members, fmt.Sprintf("child/M/%d-03-01", 2009+g.IntN(15)))
		}
		fmt.Fprintf(w, "BENCH-%07d,%s,%s,d%02d;d%02d,Vilnius,%d,%d,%d,false,%t,%t\n", i, at.Format(time.RFC3339),
			strings.Join(members, ";"), g.IntN(25), 25+g.IntN(25), 200_000+g.IntN(300_000), g.IntN(500_000), year, g.IntN(5) == 0, g.IntN(40) == 0)
	}
	return errors.Join(w.Flush(), file.Close())
}

func readOnly(path string) error {
	content, err := os.ReadFile(path)
	if err == nil && bytes.Count(content, []byte{'\n'}) == 0 {
		err = errors.New("the file is empty")
	}
	return err
}

func timed(fn func() error) (time.Duration, error) {
	began := time.Now()
	err := fn()
	return time.Since(began), err
}

func (b *bench) serve(ctx context.Context) (*serve.Process, error) {
	return serve.Start(ctx, serve.Options{
		Program: filepath.Join(b.bin, "eiled"), Data: b.data, Flags: []string{"--dev", "--gateway", ""}, Env: []string{"GOMEMLIMIT="}, Log: os.Stderr,
	})
}

func (b *bench) eile(ctx context.Context, s *serve.Process, args ...string) error {
	command := exec.CommandContext(ctx, filepath.Join(b.bin, "eile"), append([]string{"--server", s.GRPC}, args...)...)
	command.Stderr = os.Stderr
	return command.Run()
}

// open measures how long the service needs to be ready, and how large it is.
func (b *bench) open(ctx context.Context) error {
	var s *serve.Process
	took, err := timed(func() (err error) {
		s, err = b.serve(ctx)
		return err
	})
	if err != nil {
		return err
	}
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.PID()))
	if err != nil {
		return errors.Join(err, s.Stop())
	}
	resident := "unknown"
	for line := range strings.Lines(string(status)) {
		if value, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			resident = strings.TrimSpace(value)
		}
	}
	b.tell("open and ready to serve", fmt.Sprintf("%.2f s", took.Seconds()), "", "", "≤ 5 s at 1M")
	b.tell("resident memory when ready", resident, "", "", "≤ 600 MB at 1M")
	return s.Stop()
}
