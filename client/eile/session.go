package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"
	"google.golang.org/protobuf/proto"

	"github.com/eile-housing/eile/client"
	"github.com/eile-housing/eile/client/flag"
	"github.com/eile-housing/eile/client/render"
)

// session is one invocation: where it writes, what the global flags say, and whether the usage was
// good.
type session struct {
	out    render.Printer
	stderr io.Writer
	server client.Options
	// watch says that an answer is printed again when it changes.
	watch bool
	// running is set when a command starts its work; an error before that is bad usage.
	running bool
}

// usageError is bad usage that shows only once a command looks closely at what it was given.
type usageError struct{ error }

func badUsage(format string, args ...any) error {
	return usageError{fmt.Errorf(format, args...)}
}

// errReported is a failure whose lines are on standard error already.
var errReported = errors.New("already reported")

// The exit statuses; exitCodes in topic.go tells them to users.
const (
	exitFailed      = 1
	exitUsage       = 2
	exitUnreachable = 3
	exitDenied      = 4
)

// status writes the one line about an error and returns the exit status.
func (s *session) status(err error) int {
	if err != nil && !errors.Is(err, errReported) {
		s.say(err)
	}
	var usage usageError
	var signal interrupted
	switch {
	case err == nil:
		return 0
	case errors.As(err, &signal):
		return signal.status()
	case errors.As(err, &usage), errors.Is(err, client.ErrOption), client.Incomplete(err), !s.running:
		return exitUsage
	case client.Unreachable(err):
		return exitUnreachable
	case client.Denied(err):
		return exitDenied
	default:
		return exitFailed
	}
}

// say writes an error in one line.
func (s *session) say(err error) {
	fmt.Fprintln(s.stderr, "eile:", client.Explain(err, commandOf))
}

// offline makes the function of a command that asks no server.
func (s *session) offline(work func(args []string) error) func(*cobra.Command, []string) error {
	return func(_ *cobra.Command, args []string) error {
		s.running = true
		return work(args)
	}
}

// online makes the function of a command that asks the server.
func (s *session) online(work func(ctx context.Context, c *client.Client, args []string) error) func(*cobra.Command, []string) error {
	return func(cmd *cobra.Command, args []string) error {
		s.running = true
		c, err := client.Dial(s.server)
		if err != nil {
			return err
		}
		defer func() { _ = c.Close() }()
		return work(cmd.Context(), c, args)
	}
}

// asker answers one message for the arguments of a command.
type asker func(ctx context.Context, c *client.Client, args []string) (proto.Message, error)

// ask makes a command that prints the one answer of the server.
func (s *session) ask(use, short string, v render.View, answer asker) *cobra.Command {
	return &cobra.Command{
		Use: use, Short: short, Args: exactly(use),
		RunE: s.online(func(ctx context.Context, c *client.Client, args []string) error {
			return s.show(ctx,
				func() (proto.Message, error) { return answer(ctx, c, args) },
				func(message proto.Message) error {
					if proposal := proposalIn(message); proposal != nil {
						return printProposal(&s.out, proposal)
					}
					return s.out.Message(v, message)
				})
		}),
	}
}

// look makes a command that prints the one answer of the server and changes nothing, so that it can
// be watched.
func (s *session) look(use, short string, v render.View, answer asker) *cobra.Command {
	cmd := s.ask(use, short, v, answer)
	s.watchVar(cmd)
	return cmd
}

// listCommand makes a command that follows all pages and prints them as one answer.
func listCommand[Req proto.Message, Resp client.Page, T proto.Message](
	s *session, use, short string, v render.View, req Req, list func(*client.Client) client.List[Req, Resp], items func(Resp) []T,
) *cobra.Command {
	return listPrinted(s, use, short, req, list, func(answer Resp) error { return render.List(&s.out, v, items(answer), answer) })
}

// listPrinted makes a command that follows all pages and prints them by a function. The rows are
// gathered before the first is printed: a list that breaks off prints nothing.
func listPrinted[Req proto.Message, Resp client.Page](
	s *session, use, short string, req Req, list func(*client.Client) client.List[Req, Resp], print func(Resp) error,
) *cobra.Command {
	var limit int32
	cmd := &cobra.Command{
		Use: use, Short: short, Args: exactly(use),
		RunE: s.online(func(ctx context.Context, c *client.Client, _ []string) error {
			var answer Resp
			read := func() (_ proto.Message, err error) {
				answer, err = client.Whole(ctx, req, int(limit), list(c))
				return answer, err
			}
			return s.show(ctx, read, func(proto.Message) error { return print(answer) })
		}),
	}
	flag.CountVar(cmd.Flags(), &limit, "limit", "stop after `N`; all unless given")
	s.watchVar(cmd)
	return cmd
}
