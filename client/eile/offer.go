package main

import (
	"context"

	"github.com/spf13/cobra"
	"google.golang.org/protobuf/proto"

	"github.com/eile-housing/eile/client"
	"github.com/eile-housing/eile/client/flag"
	"github.com/eile-housing/eile/client/render"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

var offerView = render.View{
	Table: "id application unit status respond_by run",
	CSV: `id application unit status respond_by run basis decision created_at served_on answered_on refusal_reason assessment counted
		note reopened etag update_time`,
}

func newOffer(s *session) *cobra.Command {
	return group("offer", "List, get and create offers, and record the answers to them",
		newOfferList(s),
		s.look("get OFFER", "Show one offer", offerView,
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
	cmd := listCommand(s, "list", "List offers in order of their making", offerView, req,
		func(c *client.Client) client.List[*eilev1.ListOffersRequest, *eilev1.ListOffersResponse] {
			return c.Offers.ListOffers
		}, (*eilev1.ListOffersResponse).GetOffers)
	flag.EnumVar(cmd.Flags(), &req.Status, "status", "only those of the `STATUS`")
	cmd.Flags().StringVar(&req.Application, "application", "", "only those to the application `REFERENCE`")
	cmd.Flags().StringVar(&req.Unit, "unit", "", "only those of the home `REFERENCE`")
	cmd.Flags().StringVar(&req.Run, "run", "", "only those of the `RUN`")
	cmd.Flags().StringVar(&req.Basis, "basis", "", "only offers by decision on the basis of the `CODE`")
	flag.BoolVar(cmd.Flags(), &req.Served, "served", "only those that were served, `true`, or were not, false")
	flag.DateVar(cmd.Flags(), &req.RespondUntil, "respond-until", "only those served whose time to answer ends on `DATE` or before")
	flag.BoolVar(cmd.Flags(), &req.Assessed, "assessed", "only refusals, no-shows and expiries that are assessed, `true`, or are not, false")
	flag.OrderVar(cmd.Flags(), &req.OrderBy, "id")
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
	req.Decision = flag.Decision(cmd.Flags())
	return cmd
}

func newOfferServe(s *session) *cobra.Command {
	req := &eilev1.ServeOfferRequest{}
	cmd := s.ask("serve OFFER", "Record that the household was told; the time to answer runs from that day", offerView,
		func(ctx context.Context, c *client.Client, args []string) (proto.Message, error) {
			req.Id = args[0]
			return c.Offers.ServeOffer(ctx, req)
		})
	flag.DateVar(cmd.Flags(), &req.On, "on", "day the household was told, `DATE`; today unless given")
	return cmd
}

func newOfferAccept(s *session) *cobra.Command {
	req := &eilev1.AcceptOfferRequest{}
	cmd := s.ask("accept OFFER", "Record that the household takes the home", offerView,
		func(ctx context.Context, c *client.Client, args []string) (proto.Message, error) {
			req.Id = args[0]
			return c.Offers.AcceptOffer(ctx, req)
		})
	flag.DateVar(cmd.Flags(), &req.On, "on", "day of the answer, `DATE`; today unless given")
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
	flag.NoteVar(cmd.Flags(), &req.Note)
	flag.DateVar(cmd.Flags(), &req.On, "on", "day of the answer, `DATE`; today unless given")
	return cmd
}

func newOfferNoShow(s *session) *cobra.Command {
	req := &eilev1.RecordNoShowRequest{}
	cmd := s.ask("no-show OFFER", "Record that the household did not come", offerView,
		func(ctx context.Context, c *client.Client, args []string) (proto.Message, error) {
			req.Id = args[0]
			return c.Offers.RecordNoShow(ctx, req)
		})
	flag.NoteVar(cmd.Flags(), &req.Note)
	flag.DateVar(cmd.Flags(), &req.On, "on", "the day, `DATE`; today unless given")
	return cmd
}

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
	flag.NoteVar(cmd.Flags(), &req.Note)
	return cmd
}

func newOfferWithdraw(s *session) *cobra.Command {
	req := &eilev1.WithdrawOfferRequest{}
	cmd := s.ask("withdraw OFFER", "Take an offer back; it never counts", offerView,
		func(ctx context.Context, c *client.Client, args []string) (proto.Message, error) {
			req.Id = args[0]
			return c.Offers.WithdrawOffer(ctx, req)
		})
	flag.ReasonVar(cmd.Flags(), &req.Reason)
	return cmd
}

func newOfferReopen(s *session) *cobra.Command {
	req := &eilev1.ReopenOfferRequest{}
	cmd := s.ask("reopen OFFER", "Allow the home to be offered to the household again", offerView,
		func(ctx context.Context, c *client.Client, args []string) (proto.Message, error) {
			req.Id = args[0]
			return c.Offers.ReopenOffer(ctx, req)
		})
	flag.ReasonVar(cmd.Flags(), &req.Reason)
	return cmd
}
