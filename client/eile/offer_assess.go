package main

import (
	"context"

	"github.com/spf13/cobra"
	"google.golang.org/protobuf/proto"

	"github.com/eile-housing/eile/client"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

func newOfferAssess(s *session) *cobra.Command {
	req := &eilev1.AssessOfferRequest{}
	var justified, unjustified bool
	cmd := s.ask("assess OFFER", "Say whether a refusal, a no-show or an expiry was justified", offerView,
		func(ctx context.Context, c *client.Client, args []string) (proto.Message, error) {
			req.Id = args[0]
			req.Assessment = eilev1.Assessment_ASSESSMENT_UNJUSTIFIED
			if justified {
				req.Assessment = eilev1.Assessment_ASSESSMENT_JUSTIFIED
			}
			if justified == unjustified {
				return nil, badUsage("eile offer assess: say --justified or --unjustified")
			}
			return c.Offers.AssessOffer(ctx, req)
		})
	cmd.Flags().BoolVar(&justified, "justified", false, "it does not count against the household")
	cmd.Flags().BoolVar(&unjustified, "unjustified", false, "it counts")
	cmd.MarkFlagsOneRequired("justified", "unjustified")
	cmd.MarkFlagsMutuallyExclusive("justified", "unjustified")
	noteVar(cmd, &req.Note)
	return cmd
}

func newOfferWithdraw(s *session) *cobra.Command {
	req := &eilev1.WithdrawOfferRequest{}
	cmd := s.ask("withdraw OFFER", "Take an offer back; it never counts", offerView,
		func(ctx context.Context, c *client.Client, args []string) (proto.Message, error) {
			req.Id = args[0]
			return c.Offers.WithdrawOffer(ctx, req)
		})
	reasonVar(cmd, &req.Reason)
	return cmd
}

func newOfferReopen(s *session) *cobra.Command {
	req := &eilev1.ReopenOfferRequest{}
	cmd := s.ask("reopen OFFER", "Allow the home to be offered to the household again", offerView,
		func(ctx context.Context, c *client.Client, args []string) (proto.Message, error) {
			req.Id = args[0]
			return c.Offers.ReopenOffer(ctx, req)
		})
	reasonVar(cmd, &req.Reason)
	return cmd
}
