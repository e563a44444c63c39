// Command eile is the command line of eile: it asks a server for everything that concerns a register, and works out on
// its own, without one, what a policy says, what a household needs, and who gets which home.
//
// It promises exit status 0 when the thing is done, 1 when it was refused or failed, with the reason in one line on
// standard error, and 2 for bad usage. Standard output holds the answer and nothing else, and nothing where the status
// is not 0; JSON is the answer of the server, field by field. It imports client, policy and allocation, never server or
// store.
package main

import (
	"context"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/eile-housing/eile/client/render"
)

func main() {
	os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// run is the whole program: it answers the exit status.
func run(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	s := &session{out: render.Printer{To: stdout, Next: commandOf}, stderr: stderr}
	root := newRoot(s)
	root.SetArgs(args)
	root.SetIn(stdin)
	root.SetOut(stdout)
	root.SetErr(stderr)
	err := root.ExecuteContext(ctx)
	if err != nil && ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	return s.status(err)
}
