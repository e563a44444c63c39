package server

import (
	"context"
	"iter"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server/casework"
	"github.com/eile-housing/eile/server/casework/offer"
	"github.com/eile-housing/eile/server/filter"
	"github.com/eile-housing/eile/server/form"
	"github.com/eile-housing/eile/server/rpc"
	"github.com/eile-housing/eile/store"
)

type offers struct {
	eilev1.UnimplementedOfferServiceServer
	office *rpc.Office
}

func (s *offers) CreateOffer(ctx context.Context, req *eilev1.CreateOfferRequest) (*eilev1.Offer, error) {
	id, err := s.office.Change(ctx, req, "offer.create", req.GetDecision().GetReason(), func(c casework.Change) error {
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
	return rpc.Get(ctx, s.office, store.Offers, id)
}

func (s *offers) GetOffer(ctx context.Context, req *eilev1.GetOfferRequest) (*eilev1.Offer, error) {
	return rpc.Get(ctx, s.office, store.Offers, req.GetId())
}

func (s *offers) ListOffers(ctx context.Context, req *eilev1.ListOffersRequest) (*eilev1.ListOffersResponse, error) {
	if _, err := rpc.Order(req.GetOrderBy(), "id"); err != nil {
		return nil, err
	}
	asked, err := filter.NewOffers(req)
	if err != nil {
		return nil, err
	}
	rows, err := rpc.List(ctx, s.office, req, rpc.Listing[*eilev1.Offer]{
		From:  func(v *store.View, start string) rpc.Entries[*eilev1.Offer] { return offersOf(v, req, start) },
		Keep:  func(_ *store.View, offer *eilev1.Offer) (bool, error) { return asked.Keep(offer), nil },
		Count: rpc.Count(store.Offers),
	})
	return &eilev1.ListOffersResponse{
		Offers: rows.Rows, NextPageToken: rows.Next, TotalSize: rows.Total.Size, TotalSizeIsMinimum: rows.Total.Minimum,
	}, err
}

// offersOf yields the offers from an id on, by the shortest way that the
// filters allow.
func offersOf(v *store.View, req *eilev1.ListOffersRequest, start string) rpc.Entries[*eilev1.Offer] {
	var ids iter.Seq2[string, error]
	switch {
	case req.GetApplication() != "":
		ids = v.OffersOf(req.GetApplication())
	case req.GetUnit() != "":
		ids = v.OffersFor(req.GetUnit())
	default:
		return store.Offers.All(v, "", start)
	}
	return func(yield func(store.Entry[*eilev1.Offer], error) bool) {
		for id, err := range ids {
			if err == nil && id < start {
				continue
			}
			entry := store.Entry[*eilev1.Offer]{ID: id}
			if err == nil {
				entry.Record, err = store.Offers.Get(v, id)
			}
			if !yield(entry, err) || err != nil {
				return
			}
		}
	}
}

// amend changes one stored offer and answers it as it is then.
func (s *offers) amend(ctx context.Context, req rpc.Mutation, action, reason, id string, fn func(casework.Change, *eilev1.Offer) error) (*eilev1.Offer, error) {
	return rpc.Amend(ctx, s.office, store.Offers, id, req, action, reason, fn)
}

func (s *offers) ServeOffer(ctx context.Context, req *eilev1.ServeOfferRequest) (*eilev1.Offer, error) {
	return s.amend(ctx, req, "offer.serve", "", req.GetId(), func(c casework.Change, stored *eilev1.Offer) error {
		on, err := form.PastDay("on", req.GetOn(), c.Rules.Today)
		if err != nil {
			return err
		}
		return offer.Serve(c, stored, on)
	})
}

func (s *offers) AcceptOffer(ctx context.Context, req *eilev1.AcceptOfferRequest) (*eilev1.Offer, error) {
	return s.amend(ctx, req, "offer.accept", "", req.GetId(), func(c casework.Change, stored *eilev1.Offer) error {
		on, err := form.PastDay("on", req.GetOn(), c.Rules.Today)
		if err != nil {
			return err
		}
		return offer.Accept(c, stored, on)
	})
}

func (s *offers) RefuseOffer(ctx context.Context, req *eilev1.RefuseOfferRequest) (*eilev1.Offer, error) {
	return s.amend(ctx, req, "offer.refuse", req.GetReason(), req.GetId(), func(c casework.Change, stored *eilev1.Offer) error {
		on, err := form.PastDay("on", req.GetOn(), c.Rules.Today)
		if err != nil {
			return err
		}
		return offer.Refuse(c, stored, req.GetReason(), req.GetNote(), on)
	})
}

func (s *offers) RecordNoShow(ctx context.Context, req *eilev1.RecordNoShowRequest) (*eilev1.Offer, error) {
	return s.amend(ctx, req, "offer.no-show", "", req.GetId(), func(c casework.Change, stored *eilev1.Offer) error {
		on, err := form.PastDay("on", req.GetOn(), c.Rules.Today)
		if err != nil {
			return err
		}
		return offer.NoShow(c, stored, req.GetNote(), on)
	})
}

func (s *offers) AssessOffer(ctx context.Context, req *eilev1.AssessOfferRequest) (*eilev1.Offer, error) {
	return s.amend(ctx, req, "offer.assess", "", req.GetId(), func(c casework.Change, stored *eilev1.Offer) error {
		return offer.Assess(c, stored, req.GetAssessment(), req.GetNote())
	})
}

func (s *offers) WithdrawOffer(ctx context.Context, req *eilev1.WithdrawOfferRequest) (*eilev1.Offer, error) {
	return s.amend(ctx, req, "offer.withdraw", req.GetReason(), req.GetId(), func(c casework.Change, stored *eilev1.Offer) error {
		return offer.Withdraw(c, stored, req.GetReason())
	})
}

func (s *offers) ReopenOffer(ctx context.Context, req *eilev1.ReopenOfferRequest) (*eilev1.Offer, error) {
	return s.amend(ctx, req, "offer.reopen", req.GetReason(), req.GetId(), func(c casework.Change, stored *eilev1.Offer) error {
		return offer.Reopen(c, stored, req.GetReason())
	})
}
