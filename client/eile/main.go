// Command eile is the command line of eile: it asks a server for everything that concerns a
// register, and works out on its own, without one, what a policy says, what a household needs, and
// who gets which home.
//
// It promises exit status 0 when the thing is done, 1 when it was refused or failed, with the
// reason in one line on standard error, 2 for bad usage, 3 when the server is not reachable and 4
// when it does not let the caller. Standard output holds the answer and nothing else, and nothing
// where the status is not 0 unless --watch or --all asked for more; JSON is the answer of the
// server, field by field. It imports client, policy and allocation, never server or store.
package main

import (
	"context"
	"errors"
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
	ctx, stop := untilSignal(context.Background())
	defer stop()
	s := &session{out: render.Printer{To: stdout, Next: commandOf}, stderr: stderr}
	root := newRoot(s)
	root.SetArgs(args)
	root.SetIn(stdin)
	root.SetOut(stdout)
	root.SetErr(stderr)
	err := root.ExecuteContext(ctx)
	if cause := context.Cause(ctx); err != nil && cause != nil && !errors.Is(err, cause) {
		// What the call says of its own end is the signal in other words.
		err = cause
	}
	return s.status(err)
}

// interrupted is the signal that ended the command.
type interrupted struct{ syscall.Signal }

func (i interrupted) Error() string {
	if i.Signal == syscall.SIGINT {
		return "interrupted"
	}
	return i.String()
}

// status is the one by which a shell knows a command that a signal ended.
func (i interrupted) status() int { return 128 + int(i.Signal) }

// untilSignal makes a context that ends with Ctrl-C or SIGTERM. A second signal ends the program at
// once.
func untilSignal(parent context.Context) (ctx context.Context, stop func()) {
	ctx, cancel := context.WithCancelCause(parent)
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM)
	go func() {
		select {
		case came := <-signals:
			signal.Stop(signals)
			if number, ok := came.(syscall.Signal); ok {
				cancel(interrupted{number})
			}
		case <-ctx.Done():
		}
	}()
	return ctx, func() { signal.Stop(signals); cancel(nil) }
}
