package main

import (
	"context"

	"github.com/spf13/cobra"
	"google.golang.org/protobuf/proto"

	"github.com/eile-housing/eile/client"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

func newApplicationSuspend(s *session) *cobra.Command {
	req := &eilev1.SuspendApplicationRequest{}
	cmd := s.ask("suspend REFERENCE", "Take an application off the list for a time, by decision", applicationView,
		func(ctx context.Context, c *client.Client, args []string) (proto.Message, error) {
			req.Reference = args[0]
			return c.Applications.SuspendApplication(ctx, req)
		})
	req.Decision = decisionFlags(cmd, true)
	dateVar(cmd.Flags(), &req.From, "from", "first day, `DATE`; today unless given")
	dateVar(cmd.Flags(), &req.Until, "until", "last day, `DATE`; without it until a decision ends it")
	etagVar(cmd, &req.Etag)
	return cmd
}

func newApplicationReinstate(s *session) *cobra.Command {
	req := &eilev1.ReinstateApplicationRequest{}
	cmd := s.ask("reinstate REFERENCE", "Return an application to its former place, by decision", applicationView,
		func(ctx context.Context, c *client.Client, args []string) (proto.Message, error) {
			req.Reference = args[0]
			return c.Applications.ReinstateApplication(ctx, req)
		})
	req.Decision = decisionFlags(cmd, true)
	etagVar(cmd, &req.Etag)
	return cmd
}

func newApplicationGrant(s *session) *cobra.Command {
	req := &eilev1.GrantGroundRequest{}
	cmd := s.ask("grant REFERENCE GROUND", "Give effect to a claimed ground for going first, by decision", applicationView,
		func(ctx context.Context, c *client.Client, args []string) (proto.Message, error) {
			req.Reference, req.Code = args[0], args[1]
			return c.Applications.GrantGround(ctx, req)
		})
	req.Decision = decisionFlags(cmd, true)
	dateVar(cmd.Flags(), &req.From, "from", "first day, `DATE`; today unless given")
	dateVar(cmd.Flags(), &req.Until, "until", "last day, `DATE`; without it there is no end")
	return cmd
}
