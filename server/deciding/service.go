package deciding

import (
	"context"
	"errors"

	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/server/casework"
	"github.com/eile-housing/eile/server/casework/decision"
	"github.com/eile-housing/eile/server/figures"
	"github.com/eile-housing/eile/server/filter"
	"github.com/eile-housing/eile/server/form"
	"github.com/eile-housing/eile/server/rpc"
	"github.com/eile-housing/eile/store"
)

// Service answers eile.v1.DecisionService.
type Service struct {
	eilev1.UnimplementedDecisionServiceServer
	office *rpc.Office
	doors  rpc.Doors
}

// New is the service of an office. What a second person approves is done through the doors.
func New(office *rpc.Office, doors rpc.Doors) *Service {
	return &Service{office: office, doors: doors}
}

// GetDecision answers one decision, by its id, its number, or the name of what is proposed.
func (s *Service) GetDecision(ctx context.Context, req *eilev1.GetDecisionRequest) (found *eilev1.Decision, err error) {
	err = s.office.View(ctx, func(v *store.View) error {
		found, err = decision.Named(v, req.GetId())
		if errors.Is(err, store.ErrNotFound) {
			standing, failed := figures.Proposal(v, req.GetId())
			if failed != nil || standing != nil {
				found, err = standing, failed
			}
		}
		return err
	})
	return found, err
}

// ListDecisions answers decisions, oldest first, and last what is proposed.
func (s *Service) ListDecisions(ctx context.Context, req *eilev1.ListDecisionsRequest) (*eilev1.ListDecisionsResponse, error) {
	if _, err := rpc.Order(req.GetOrderBy(), "id"); err != nil {
		return nil, err
	}
	rows, err := rpc.List(ctx, s.office, req, rpc.Listing[*eilev1.Decision]{
		From: func(v *store.View, start string) rpc.Entries[*eilev1.Decision] {
			return figures.DecisionsAsked(v, req, start)
		},
		Keep: func(_ *store.View, found *eilev1.Decision) (bool, error) { return filter.Decision(req, found), nil },
	})
	return &eilev1.ListDecisionsResponse{
		Decisions: rows.Rows, NextPageToken: rows.Next, TotalSize: rows.Total.Size, TotalSizeIsMinimum: rows.Total.Minimum,
	}, err
}

// ApproveDecision calls the method that the first person called, as the second.
func (s *Service) ApproveDecision(ctx context.Context, req *eilev1.ApproveDecisionRequest) (*eilev1.Decision, error) {
	if answer, err := s.answered(ctx, req, req.GetId(), &eilev1.ByDecision{Number: req.GetNumber(), Reason: req.GetReason()}, takingUp); answer != nil || err != nil {
		return answer, err
	}
	wanted, err := s.GetDecision(ctx, &eilev1.GetDecisionRequest{Id: req.GetId()})
	if err != nil {
		return nil, err
	}
	if err := casework.Seen(store.Decisions.Noun, wanted.GetId(), req.GetEtag(), wanted); err != nil {
		return nil, err
	}
	if standing(wanted) {
		return s.does(ctx, wanted, &eilev1.ByDecision{Number: req.GetNumber(), Reason: req.GetReason()}, req.GetRequestId(), takingUp)
	}
	proposal, err := s.proposal(ctx, wanted)
	if err != nil {
		return nil, err
	}
	err = s.doors.Approve(ctx, req, decision.Approval{ID: wanted.GetId(), Number: req.GetNumber(), Reason: req.GetReason(), Etag: req.GetEtag()}, proposal)
	if err != nil {
		return nil, err
	}
	return rpc.Get(ctx, s.office, store.Decisions, wanted.GetId())
}

// proposal is what approving a decision would do.
func (s *Service) proposal(ctx context.Context, wanted *eilev1.Decision) (proposal *eilev1.Proposal, err error) {
	err = s.office.View(ctx, func(v *store.View) error {
		if proposal, _, err = store.Proposals.Find(v, wanted.GetId()); err == nil && proposal == nil {
			err = decision.NotWaiting(wanted)
		}
		return err
	})
	return proposal, err
}

// RejectDecision ends a proposal. What the machine proposes about a household is rejected by
// reinstating it, what is proposed about a home by rejecting that.
func (s *Service) RejectDecision(ctx context.Context, req *eilev1.RejectDecisionRequest) (*eilev1.Decision, error) {
	by := &eilev1.ByDecision{Number: req.GetNumber(), Reason: req.GetReason()}
	if answer, err := s.answered(ctx, req, req.GetId(), by, turningDown); answer != nil || err != nil {
		return answer, err
	}
	wanted, err := s.GetDecision(ctx, &eilev1.GetDecisionRequest{Id: req.GetId()})
	if err != nil {
		return nil, err
	}
	if err := casework.Seen(store.Decisions.Noun, wanted.GetId(), req.GetEtag(), wanted); err != nil {
		return nil, err
	}
	if standing(wanted) {
		return s.does(ctx, wanted, by, req.GetRequestId(), turningDown)
	}
	return rpc.Amend(ctx, s.office, store.Decisions, wanted.GetId(), req, "decision.reject", req.GetReason(),
		func(c casework.Change, stored *eilev1.Decision) error {
			return decision.TurnDown(c, stored, req.GetNumber(), req.GetReason())
		})
}

// ServeDecision records that the person was told.
func (s *Service) ServeDecision(ctx context.Context, req *eilev1.ServeDecisionRequest) (*eilev1.Decision, error) {
	wanted, err := s.GetDecision(ctx, &eilev1.GetDecisionRequest{Id: req.GetId()})
	if err != nil {
		return nil, err
	}
	rules, err := s.office.Book.Today()
	if err != nil {
		return nil, err
	}
	on, err := form.PastDay("on", req.GetOn(), rules.Today)
	if err != nil {
		return nil, err
	}
	return rpc.Amend(ctx, s.office, store.Decisions, wanted.GetId(), req, "decision.serve", "",
		func(c casework.Change, stored *eilev1.Decision) error {
			return decision.Serve(c, stored, on, req.GetHow())
		})
}
