package main

import (
	"context"
	"time"

	"github.com/spf13/cobra"
	"google.golang.org/protobuf/proto"

	"github.com/eile-housing/eile/client/render"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// Between two questions of --watch: a change is often followed by another one, and a quiet register
// is not asked for ever.
const (
	firstLook = 100 * time.Millisecond
	lastLook  = 2 * time.Second
)

// watchVar adds the flag that prints an answer again when it changes.
func (s *session) watchVar(cmd *cobra.Command) {
	cmd.Flags().BoolVarP(&s.watch, "watch", "w", false, "print the answer again when it changes, until Ctrl-C")
}

// show reads an answer and prints it; with --watch again and again, until the command is
// interrupted or a reading fails.
func (s *session) show(ctx context.Context, read func() (proto.Message, error), print func(proto.Message) error) error {
	answer, err := read()
	if err != nil {
		return err
	}
	err = print(answer)
	pause := firstLook
	for seen := still(answer); s.watch && err == nil; pause = min(2*pause, lastLook) {
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(pause):
		}
		answer, err = read()
		if err != nil {
			return err
		}
		if latest := still(answer); !proto.Equal(seen, latest) {
			seen, pause = latest, firstLook
			err = again(&s.out, answer, print)
		}
	}
	return err
}

// again prints an answer below one that was printed before.
func again(out *render.Printer, answer proto.Message, print func(proto.Message) error) error {
	err := out.Again()
	if err != nil {
		return err
	}
	return print(answer)
}

// still is an answer without what is another one at each question, though nothing changed.
func still(answer proto.Message) proto.Message {
	answer = proto.Clone(answer)
	switch answer := answer.(type) {
	case *eilev1.Position:
		answer.AsOf, answer.Revision = nil, 0
	case *eilev1.ListPositionsResponse:
		for _, position := range answer.GetPositions() {
			position.AsOf, position.Revision = nil, 0
		}
	}
	return answer
}
