package main

import (
	"context"
	"iter"

	"github.com/spf13/cobra"
	"google.golang.org/protobuf/proto"

	"github.com/eile-housing/eile/client"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

var offerView = view{
	table: "id application unit status respond_by run",
	csv: `id application unit status respond_by run basis decision created_at served_on answered_on refusal_reason assessment counted
		note reopened etag`,
}

func newOffer(s *session) *cobra.Command {
	return group("offer", "List, get and create offers, and record the answers to them",
		newOfferList(s),
		s.ask("get OFFER", "Show one offer", offerView,
			func(ctx context.Context, c *client.Client, args []string) (proto.Message, error) {
				return c.Offers.GetOffer(ctx, &eilev1.GetOfferRequest{Id: args[0]})
			}),
		newOfferCreate(s),
		newOfferServe(s),
		newOfferAccept(s),
		newOfferRefuse(s),
		newOfferNoShow(s),
		newOfferAssess(s),
		newOfferWithdraw(s),
		newOfferReopen(s),
	)
}

func newOfferList(s *session) *cobra.Command {
	req := &eilev1.ListOffersRequest{}
	cmd := listCommand(s, "list", "List offers in order of their making", offerView,
		func(ctx context.Context, c *client.Client, pageSize int32) iter.Seq2[*eilev1.Offer, error] {
			req.PageSize = pageSize
			return c.AllOffers(ctx, req)
		},
		func(items []*eilev1.Offer) proto.Message {
			return &eilev1.ListOffersResponse{Offers: items}
		})
	enumVar(cmd.Flags(), &req.Status, "status", "only those of the `STATUS`")
	cmd.Flags().StringVar(&req.Application, "application", "", "only those to the application `REFERENCE`")
	cmd.Flags().StringVar(&req.Unit, "unit", "", "only those of the home `REFERENCE`")
	cmd.Flags().StringVar(&req.Run, "run", "", "only those of the `RUN`")
	return cmd
}

func newOfferCreate(s *session) *cobra.Command {
	req := &eilev1.CreateOfferRequest{}
	cmd := s.ask("create APPLICATION UNIT", "Offer a home by decision, outside the run", offerView,
		func(ctx context.Context, c *client.Client, args []string) (proto.Message, error) {
			req.Application, req.Unit = args[0], args[1]
			return c.Offers.CreateOffer(ctx, req)
		})
	cmd.Flags().StringVar(&req.Basis, "basis", "", "`CODE` of the basis, such as EMERGENCY or COURT")
	_ = cmd.MarkFlagRequired("basis")
	req.Decision = decisionFlags(cmd, true)
	return cmd
}
