package main

import (
	"context"

	"github.com/spf13/cobra"
	"google.golang.org/protobuf/proto"

	"github.com/eile-housing/eile/client"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

func newOfferServe(s *session) *cobra.Command {
	req := &eilev1.ServeOfferRequest{}
	cmd := s.ask("serve OFFER", "Record that the household was told; the time to answer runs from that day", offerView,
		func(ctx context.Context, c *client.Client, args []string) (proto.Message, error) {
			req.Id = args[0]
			return c.Offers.ServeOffer(ctx, req)
		})
	dateVar(cmd.Flags(), &req.On, "on", "day the household was told, `DATE`; today unless given")
	return cmd
}

func newOfferAccept(s *session) *cobra.Command {
	req := &eilev1.AcceptOfferRequest{}
	cmd := s.ask("accept OFFER", "Record that the household takes the home", offerView,
		func(ctx context.Context, c *client.Client, args []string) (proto.Message, error) {
			req.Id = args[0]
			return c.Offers.AcceptOffer(ctx, req)
		})
	dateVar(cmd.Flags(), &req.On, "on", "day of the answer, `DATE`; today unless given")
	return cmd
}

func newOfferRefuse(s *session) *cobra.Command {
	req := &eilev1.RefuseOfferRequest{}
	cmd := s.ask("refuse OFFER", "Record that the household does not take the home", offerView,
		func(ctx context.Context, c *client.Client, args []string) (proto.Message, error) {
			req.Id = args[0]
			return c.Offers.RefuseOffer(ctx, req)
		})
	cmd.Flags().StringVar(&req.Reason, "reason", "", "`CODE` of a reason that the policy knows, such as location")
	_ = cmd.MarkFlagRequired("reason")
	noteVar(cmd, &req.Note)
	dateVar(cmd.Flags(), &req.On, "on", "day of the answer, `DATE`; today unless given")
	return cmd
}

func newOfferNoShow(s *session) *cobra.Command {
	req := &eilev1.RecordNoShowRequest{}
	cmd := s.ask("no-show OFFER", "Record that the household did not come", offerView,
		func(ctx context.Context, c *client.Client, args []string) (proto.Message, error) {
			req.Id = args[0]
			return c.Offers.RecordNoShow(ctx, req)
		})
	noteVar(cmd, &req.Note)
	dateVar(cmd.Flags(), &req.On, "on", "the day, `DATE`; today unless given")
	return cmd
}

func noteVar(cmd *cobra.Command, to *string) {
	cmd.Flags().StringVar(to, "note", "", "note in words, `TEXT`")
}
