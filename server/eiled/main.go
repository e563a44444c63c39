// Command eiled is the service: it keeps the register in a data directory and
// answers gRPC, and beside it the applicants' page.
//
// It promises that it says what is wrong in one line and exits 1, that SIGTERM
// lets requests in flight finish, and that without --dev nobody gets in without
// a certificate. Everything else is in package server.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/eile-housing/eile/internal/build"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// usage is an error of the command line: exit 2.
type usage struct{ error }

// newRoot makes the commands; started is set when one of them begins its work.
func newRoot(started *bool) *cobra.Command {
	root := &cobra.Command{
		Use: "eiled", Short: "the social-housing waiting list as a service",
		SilenceErrors: true, SilenceUsage: true, Version: build.Read().Line("eiled"),
	}
	root.SetVersionTemplate("{{.Version}}\n")
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usage{err} })
	root.AddCommand(serveCommand(), checkCommand(), restoreCommand())
	for _, command := range root.Commands() {
		command.PreRun = func(*cobra.Command, []string) { *started = true }
	}
	return root
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	started := false
	root := newRoot(&started)
	root.SetArgs(args)
	root.SetOut(stdout)
	root.SetErr(stderr)
	err := root.ExecuteContext(ctx)
	var wrong usage
	switch {
	case err == nil:
		return 0
	case errors.As(err, &wrong) || !started:
		fmt.Fprintf(stderr, "eiled: %v (see eiled --help)\n", err)
		return 2
	}
	fmt.Fprintf(stderr, "eiled: %v\n", err)
	return 1
}
