package server

import (
	"context"

	"google.golang.org/genproto/googleapis/type/date"

	"github.com/eile-housing/eile/policy/day"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server/casework"
	"github.com/eile-housing/eile/server/casework/offer"
	"github.com/eile-housing/eile/store"
)

type offers struct {
	eilev1.UnimplementedOfferServiceServer
	*Server
}

func (s *offers) CreateOffer(ctx context.Context, req *eilev1.CreateOfferRequest) (*eilev1.Offer, error) {
	id, err := s.change(ctx, req, "offer.create", req.GetDecision().GetReason(), func(c casework.Change) error {
		manual := &eilev1.Offer{
			// The day leads, so that manual offers stand among those of the runs.
			Id: c.Rules.Today.String() + "-m-" + c.Tx.ID(), Application: req.GetApplication(), Unit: req.GetUnit(),
			Basis: req.GetBasis(), Decision: req.GetDecision().GetNumber(),
		}
		c.Tx.Result(manual.GetId())
		return offer.MakeManual(c, manual, req.GetDecision())
	})
	if err != nil {
		return nil, err
	}
	return s.offer(ctx, id)
}

func (s *Server) offer(ctx context.Context, id string) (*eilev1.Offer, error) {
	var offer *eilev1.Offer
	err := s.register.View(ctx, func(v *store.View) error {
		var err error
		offer, err = store.Offers.Get(v, id)
		return err
	})
	return offer, err
}

func (s *offers) GetOffer(ctx context.Context, req *eilev1.GetOfferRequest) (*eilev1.Offer, error) {
	return s.offer(ctx, req.GetId())
}

func (s *offers) ListOffers(ctx context.Context, req *eilev1.ListOffersRequest) (*eilev1.ListOffersResponse, error) {
	size, start, err := page(req)
	if err != nil {
		return nil, err
	}
	answer := &eilev1.ListOffersResponse{}
	err = s.register.View(ctx, func(v *store.View) error {
		for offer, err := range offersOf(v, req, start) {
			if err != nil {
				return err
			}
			if req.GetStatus() != 0 && offer.GetStatus() != req.GetStatus() || req.GetRun() != "" && offer.GetRun() != req.GetRun() ||
				req.GetUnit() != "" && offer.GetUnit() != req.GetUnit() {
				continue
			}
			if len(answer.Offers) == size {
				answer.NextPageToken = nextPage(req, offer.GetId())
				return nil
			}
			answer.Offers = append(answer.Offers, offer)
		}
		return nil
	})
	return answer, err
}

// offersOf yields the offers from an id on, by the shortest way that the
// filters allow.
func offersOf(v *store.View, req *eilev1.ListOffersRequest, start string) func(func(*eilev1.Offer, error) bool) {
	return func(yield func(*eilev1.Offer, error) bool) {
		var ids func(func(string, error) bool)
		switch {
		case req.GetApplication() != "":
			ids = v.OffersOf(req.GetApplication())
		case req.GetUnit() != "":
			ids = v.OffersFor(req.GetUnit())
		default:
			for entry, err := range store.Offers.All(v, "", start) {
				if !yield(entry.Record, err) || err != nil {
					return
				}
			}
			return
		}
		for id, err := range ids {
			if err == nil && id < start {
				continue
			}
			var offer *eilev1.Offer
			if err == nil {
				offer, err = store.Offers.Get(v, id)
			}
			if !yield(offer, err) || err != nil {
				return
			}
		}
	}
}

// onOffer changes one stored offer and answers it as it is then.
func (s *offers) onOffer(ctx context.Context, req mutation, action, reason, id string, fn func(casework.Change, *eilev1.Offer) error) (*eilev1.Offer, error) {
	_, err := s.change(ctx, req, action, reason, func(c casework.Change) error {
		offer, err := store.Offers.Get(c.Tx, id)
		if err != nil {
			return err
		}
		c.Tx.Result(id)
		return fn(c, offer)
	})
	if err != nil {
		return nil, err
	}
	return s.offer(ctx, id)
}

// dayOr reads a day that a caller may leave out; then it is today.
func dayOr(field string, given *date.Date, today day.Day) (day.Day, error) {
	on, ok, err := day.FromProto(given)
	switch {
	case err != nil:
		return 0, wrong(field, "%v", err)
	case !ok:
		return today, nil
	case on > today:
		return 0, wrong(field, "%s is in the future", on)
	}
	return on, nil
}

func (s *offers) ServeOffer(ctx context.Context, req *eilev1.ServeOfferRequest) (*eilev1.Offer, error) {
	return s.onOffer(ctx, req, "offer.serve", "", req.GetId(), func(c casework.Change, stored *eilev1.Offer) error {
		on, err := dayOr("on", req.GetOn(), c.Rules.Today)
		if err != nil {
			return err
		}
		return offer.Serve(c, stored, on)
	})
}

func (s *offers) AcceptOffer(ctx context.Context, req *eilev1.AcceptOfferRequest) (*eilev1.Offer, error) {
	return s.onOffer(ctx, req, "offer.accept", "", req.GetId(), func(c casework.Change, stored *eilev1.Offer) error {
		on, err := dayOr("on", req.GetOn(), c.Rules.Today)
		if err != nil {
			return err
		}
		return offer.Accept(c, stored, on)
	})
}

func (s *offers) RefuseOffer(ctx context.Context, req *eilev1.RefuseOfferRequest) (*eilev1.Offer, error) {
	return s.onOffer(ctx, req, "offer.refuse", req.GetReason(), req.GetId(), func(c casework.Change, stored *eilev1.Offer) error {
		on, err := dayOr("on", req.GetOn(), c.Rules.Today)
		if err != nil {
			return err
		}
		return offer.Refuse(c, stored, req.GetReason(), req.GetNote(), on)
	})
}

func (s *offers) RecordNoShow(ctx context.Context, req *eilev1.RecordNoShowRequest) (*eilev1.Offer, error) {
	return s.onOffer(ctx, req, "offer.no-show", "", req.GetId(), func(c casework.Change, stored *eilev1.Offer) error {
		on, err := dayOr("on", req.GetOn(), c.Rules.Today)
		if err != nil {
			return err
		}
		return offer.NoShow(c, stored, req.GetNote(), on)
	})
}

func (s *offers) AssessOffer(ctx context.Context, req *eilev1.AssessOfferRequest) (*eilev1.Offer, error) {
	return s.onOffer(ctx, req, "offer.assess", "", req.GetId(), func(c casework.Change, stored *eilev1.Offer) error {
		return offer.Assess(c, stored, req.GetAssessment(), req.GetNote())
	})
}

func (s *offers) WithdrawOffer(ctx context.Context, req *eilev1.WithdrawOfferRequest) (*eilev1.Offer, error) {
	return s.onOffer(ctx, req, "offer.withdraw", req.GetReason(), req.GetId(), func(c casework.Change, stored *eilev1.Offer) error {
		return offer.Withdraw(c, stored, req.GetReason())
	})
}

func (s *offers) ReopenOffer(ctx context.Context, req *eilev1.ReopenOfferRequest) (*eilev1.Offer, error) {
	return s.onOffer(ctx, req, "offer.reopen", req.GetReason(), req.GetId(), func(c casework.Change, stored *eilev1.Offer) error {
		return offer.Reopen(c, stored, req.GetReason())
	})
}
